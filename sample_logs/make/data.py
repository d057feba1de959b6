"""Data for the sample trainings: nothing is downloaded.

Text is the source code of the running Python's own standard library; images are the 8x8 digits that come with
scikit-learn. Files are taken in sorted order and random numbers are seeded, so a script sees the same data each time
(another Python release has other source files, hence slightly other curves).
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import functools
import sysconfig
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from tokenizers import ByteLevelBPETokenizer
from torch import Tensor

Batch = tuple[Tensor, Tensor]
BatchAt = Callable[[int], Batch]  # step -> the batch of that step

ALPHABET = "\n" + "".join(chr(code) for code in range(32, 127))  # every other character is read as "?"
HELD_OUT = 8  # one file of eight is kept for evaluation


@functools.cache
def stdlib_text() -> tuple[str, str]:
    """Source of the top-level modules of the standard library: (training text, held-out text)."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"), key=lambda path: path.name)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    train = "".join(text for number, text in enumerate(texts) if number % HELD_OUT)
    return train, "".join(texts[::HELD_OUT])


def characters(text: str) -> Tensor:
    """One token a character."""
    index = {character: number for number, character in enumerate(ALPHABET)}
    unknown = index["?"]
    return torch.tensor([index.get(character, unknown) for character in text])


@functools.cache
def stdlib_characters() -> tuple[Tensor, Tensor]:
    """The standard library as characters: (training tokens, held-out tokens)."""
    train, held_out = stdlib_text()
    return characters(train), characters(held_out)


@functools.cache
def stdlib_bpe(vocabulary: int) -> tuple[Tensor, Tensor]:
    """The standard library in a small byte-level BPE trained on its training text: (training, held-out tokens)."""
    train, held_out = stdlib_text()
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator([train[:1_000_000]], vocab_size=vocabulary, show_progress=False)
    return torch.tensor(tokenizer.encode(train).ids), torch.tensor(tokenizer.encode(held_out).ids)


def window(tokens: Tensor, starts: Tensor | np.ndarray, context: int) -> Batch:
    """Cut windows of `context` tokens at `starts`: (inputs, the same shifted by one: what is to be predicted)."""
    places = torch.as_tensor(starts)[:, None] + torch.arange(context + 1)
    cut = tokens[places]
    return cut[:, :-1], cut[:, 1:]


def random_windows(tokens: Tensor, context: int, batch: int, seed: int) -> BatchAt:
    """Batches of windows at random places.

    A batch depends on (seed, step) only, never on what was drawn before: a fault or a resume at one step leaves the
    data of every other step as it is.
    """

    def batch_at(step: int) -> Batch:
        places = np.random.default_rng((seed, step)).integers(0, len(tokens) - context - 1, batch)
        return window(tokens, places, context)

    return batch_at


def spread_windows(tokens: Tensor, context: int, count: int) -> Batch:
    """`count` windows spread evenly over `tokens`: a fixed evaluation set."""
    return window(tokens, np.linspace(0, len(tokens) - context - 2, count).astype(int), context)


@functools.cache
def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """scikit-learn's digits: (training images, their labels, held-out images, their labels); pixels in 0..1."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    pixels = torch.tensor(images[order] / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    answers = torch.tensor(labels[order])
    return pixels[:1400], answers[:1400], pixels[1400:], answers[1400:]


def grainy(images: Tensor, noise: float, seed: int) -> Tensor:
    """Images under Gaussian noise: without it the digits are learnt within a hundred steps."""
    return images + noise * torch.randn(images.shape, generator=torch.Generator().manual_seed(seed))
