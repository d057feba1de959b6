"""Nats, bits, bits per byte and perplexity: one number in four units.

A language model's loss is the mean of -ln p(token): a cross-entropy in nats (Shannon, "A Mathematical Theory of
Communication", 1948). Divided by ln 2 it is in bits. Its exponential is the perplexity, the number of equally likely
tokens among which a choice would be as uncertain (Jelinek, Mercer, Bahl and Baker, "Perplexity: a measure of the
difficulty of speech recognition tasks", 1977). Per byte instead of per token, models with different tokenizers
can be compared (Gao et al., "The Pile", 2020, section 3.1).

Every function takes a number or an array of any shape and returns the same kind; NaN in, NaN out. What leaves the
range of float64 is inf, without a warning.
"""

from __future__ import annotations

from typing import Any, overload

import numpy as np

from curveread.arrays import FloatArray

__all__ = [
    "bits_from_nats",
    "bits_per_byte",
    "nats_from_bits",
    "nats_from_perplexity",
    "perplexity",
    "uniform",
]


LN2 = float(np.log(2.0))


@overload
def bits_from_nats(nats: float) -> float: ...
@overload
def bits_from_nats(nats: FloatArray) -> FloatArray: ...
def bits_from_nats(nats: Any) -> Any:
    """Return a loss in bits: nats / ln 2 (a change of the logarithm's base).

    Examples
    --------
    >>> round(bits_from_nats(2.0), 3)
    2.885
    """
    return _same(nats, np.asarray(nats, dtype=np.float64) / LN2)


@overload
def nats_from_bits(bits: float) -> float: ...
@overload
def nats_from_bits(bits: FloatArray) -> FloatArray: ...
def nats_from_bits(bits: Any) -> Any:
    """Return a loss in nats: bits times ln 2.

    Examples
    --------
    >>> round(nats_from_bits(1.0), 3)
    0.693
    """
    return _same(bits, np.asarray(bits, dtype=np.float64) * LN2)


@overload
def perplexity(nats: float) -> float: ...
@overload
def perplexity(nats: FloatArray) -> FloatArray: ...
def perplexity(nats: Any) -> Any:
    """Return exp(nats), the effective branching factor; inf above about 709.78 nats.

    The perplexity of a mean loss is the geometric mean of the tokens' perplexities. The arithmetic mean of perplexities
    is never smaller (Jensen's inequality): average losses, not perplexities.

    Examples
    --------
    >>> round(perplexity(3.0), 2)
    20.09
    """
    with np.errstate(over="ignore", under="ignore"):
        return _same(nats, np.exp(np.asarray(nats, dtype=np.float64)))


@overload
def nats_from_perplexity(value: float) -> float: ...
@overload
def nats_from_perplexity(value: FloatArray) -> FloatArray: ...
def nats_from_perplexity(value: Any) -> Any:
    """Return ln(perplexity), the loss in nats; NaN below 0, -inf for 0.

    Examples
    --------
    >>> round(nats_from_perplexity(20.0), 3)
    2.996
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return _same(value, np.log(np.asarray(value, dtype=np.float64)))


@overload
def bits_per_byte(nats: float, tokens_per_byte: float) -> float: ...
@overload
def bits_per_byte(nats: FloatArray, tokens_per_byte: float) -> FloatArray: ...
def bits_per_byte(nats: Any, tokens_per_byte: float) -> Any:
    """Return a loss per token as bits per byte of text: nats / ln 2 times the tokens that a byte takes.

    Parameters
    ----------
    nats
        Mean loss per token.
    tokens_per_byte
        Tokens in a text divided by its bytes in UTF-8, > 0: about 0.23 for GPT-2's tokenizer on English, 1 for bytes.
        With tokens per character the result is bits per character.

    Raises
    ------
    ValueError
        When tokens_per_byte is not a positive number.

    Examples
    --------
    >>> round(bits_per_byte(3.0, 0.23), 3)
    0.995
    """
    return _same(nats, np.asarray(bits_from_nats(nats)) * _positive(tokens_per_byte))


def uniform(choices: int) -> float:
    """Return ln(choices): the loss in nats of guessing evenly among so many tokens or classes, >= 1.

    Raises
    ------
    ValueError
        For fewer than one choice.

    Examples
    --------
    >>> round(uniform(50_257), 2)
    10.82
    """
    if choices < 1:
        raise ValueError(f"guessing needs at least one choice, not {choices}")
    return float(np.log(choices))


def _positive(tokens_per_byte: float) -> float:
    if not (np.isfinite(tokens_per_byte) and tokens_per_byte > 0.0):
        raise ValueError(f"tokens per byte must be a positive number, not {tokens_per_byte:g}")
    return float(tokens_per_byte)


def _same(like: Any, out: Any) -> Any:
    """Return the result as an array where the argument was one, as a float else."""
    return np.asarray(out, dtype=np.float64) if isinstance(like, np.ndarray) else float(out)
