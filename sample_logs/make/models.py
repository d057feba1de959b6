"""The models of the sample trainings: small, plain, and each on one screen."""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """One pre-norm transformer layer: causal attention, then a two-layer perceptron."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, context, width) -> the same shape."""
        batch, context, width = x.shape
        split = self.query_key_value(self.norm_attention(x)).view(batch, context, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.mix(attended.transpose(1, 2).reshape(batch, context, width))
        return x + self.mlp(self.norm_mlp(x))


class GPT(nn.Module):
    """A small GPT over characters or BPE tokens."""

    def __init__(self, vocabulary: int, context: int, width: int = 80, layers: int = 3, heads: int = 4) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        for weight in (self.tokens.weight, self.places.weight, self.head.weight):
            nn.init.normal_(weight, std=0.02)  # so that the first loss is log(vocabulary)

    def features(self, tokens: Tensor) -> Tensor:
        """(batch, context) tokens -> (batch, context, width): what the head reads."""
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        return self.norm(self.blocks(x))

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, context) tokens -> (batch, context, vocabulary) logits."""
        return self.head(self.features(tokens))


class RememberingGPT(nn.Module):
    """A GPT with a table of remembered n-grams: what follows four known tokens is learnt from one reading.

    Large models remember what they have read once; a small one needs this help to do so. The table starts at zero and
    says nothing about n-grams that were never met, so it leaves held-out text to the GPT.
    """

    def __init__(self, gpt: GPT, width: int, slots: int = 1 << 16, strength: float = 4.0) -> None:
        super().__init__()
        self.gpt, self.strength = gpt, strength
        self.memory = nn.Embedding(slots, width)
        nn.init.zeros_(self.memory.weight)

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, context) tokens -> (batch, context, vocabulary) logits."""
        key = tokens
        for back in (1, 2, 3):
            key = (key * 1_000_003 + tokens.roll(back, 1)) % (1 << 31)
        return self.gpt.head(self.gpt.features(tokens) + self.strength * self.memory(key % self.memory.num_embeddings))


class LSTM(nn.Module):
    """A character LSTM; its state starts at zero in each window."""

    def __init__(self, vocabulary: int, width: int = 128, layers: int = 1) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, layers, batch_first=True)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, context) tokens -> (batch, context, vocabulary) logits."""
        return self.head(self.lstm(self.tokens(tokens))[0])


def cnn(channels: int = 12) -> nn.Sequential:
    """A convolutional classifier of 8x8 digits."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(channels, 2 * channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * channels, 10),
    )


def mlp(width: int = 128) -> nn.Sequential:
    """A fully connected classifier of 8x8 digits."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10)
    )
