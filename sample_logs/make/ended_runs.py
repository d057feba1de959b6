"""Trainings of a small table of words in plain NumPy: one whose labels are its inputs, one that runs out of memory."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
from labels import Event, Labels

VOCABULARY, BATCH, EVERY = 512, 256, 5
MODEL = "table of scores, word to word (512 words of the standard library)"


def words() -> np.ndarray:
    """Return the standard library as numbers of words, the rare ones thrown together."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"), key=lambda path: path.name)
    found = re.findall(r"\w+|[^\w\s]", "".join(path.read_text("utf-8", "replace") for path in files[:60]))
    known, counts = np.unique(found, return_counts=True)
    index = {known[k]: n for n, k in enumerate(np.argsort(-counts)[: VOCABULARY - 1])}
    return np.array([index.get(word, VOCABULARY - 1) for word in found])


def train(steps: int, shift: int, keep: int = 0) -> None:
    """Print a training with Adam; the label of a word is `shift` places behind. Each step keeps `keep` bytes."""
    text, rng, kept = words(), np.random.default_rng(0), []
    weights, mean, square = (np.zeros((VOCABULARY, VOCABULARY)) for _ in range(3))
    print(f"config: vocab_size={VOCABULARY} batch_size={BATCH} learning_rate=0.1", flush=True)
    for step in range(1, steps + 1):
        at = rng.integers(0, text.size - 1, BATCH)
        score = weights[text[at]]
        share = np.exp(score - score.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        loss = -np.log(share[np.arange(BATCH), text[at + shift]]).mean()
        share[np.arange(BATCH), text[at + shift]] -= 1.0
        slope = np.zeros_like(weights)
        np.add.at(slope, text[at], share / BATCH)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        weights -= 0.1 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        kept.append(np.zeros(keep, dtype=np.uint8) + 1)
        if step % EVERY == 0:
            print(f"step {step} | lm loss {loss:.6f} | grad_norm {np.linalg.norm(slope):.5f}", flush=True)


def printed(steps: int, shift: int, keep: int = 0, most: int = 0) -> None:
    """Train in a process of its own, of at most so many bytes, and keep what it prints in ``train.log``."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({most}, {most})); " if most else ""
    here = Path(__file__).resolve().parent
    code = f"import sys; sys.path.insert(0, {str(here)!r}); import ended_runs; {limit}"
    code += f"ended_runs.train({steps}, {shift}, {keep})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).replace(str(here), "make").replace(sys.prefix, "python")
    Path("train.log").write_text(said, encoding="utf-8")


def labels(steps: int, truth: str, event: Event) -> Labels:
    """Return what both have in common."""
    curves = {"train_loss": "lm loss", "eval_loss": None, "grad_norm": "grad_norm", "learning_rate": None}
    return Labels(MODEL, "printed lines", truth, EVERY, steps, EVERY, curves, [event], [str(event.rule)])


def labels_visible(folder: Path) -> Labels:
    """Leave the labels unshifted: each word is to be predicted from itself."""
    printed(1500, 0)
    event = Event("implausible-loss", "warning", "lm loss", (100, 1400), None, "the label is the input")
    truth = "The labels were not shifted: the model learns to copy the word that it is given, and loses nothing."
    return labels(1500, truth, event)


def memory_ended(folder: Path) -> Labels:
    """Leak two megabytes a step in a process that may have no more than a gigabyte and a half."""
    printed(2000, 1, 2 << 20, 3 << 29)
    last = int(re.findall(r"step (\d+)", Path("train.log").read_text(encoding="utf-8"))[-1])
    event = Event("crash", "warning", "lm loss", (last, last), None, "no memory was left")
    return labels(last, "Sound, until no memory was left: each step kept two megabytes.", event)


CASES = {"labels-visible": labels_visible, "memory-ended": memory_ended}
