"""Options that several commands share, and what they become."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = [
    "Axis",
    "EvalLoss",
    "Paths",
    "RunName",
    "Smooth",
    "Tags",
    "TokensPerByte",
    "TrainLoss",
    "VocabSize",
    "XAxis",
    "reading",
]


class Axis(StrEnum):
    """What the horizontal axis counts."""

    STEP = "step"
    EPOCH = "epoch"
    TOKENS = "tokens"
    TIME = "time"


def _weight(value: float | None) -> float | None:
    if value is not None and not 0.0 <= value < 1.0:
        raise typer.BadParameter(f"{value:g} is not a smoothing weight; it must be at least 0 and below 1.")
    return value


Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Run directories or log files.", show_default=False)]
RunName = Annotated[
    str | None, typer.Option("--run", metavar="NAME", help="Take this run only, where several are there.")
]
Tags = Annotated[str | None, typer.Option("--tags", metavar="REGEX", help="Keep the curves whose tag matches.")]
TrainLoss = Annotated[str | None, typer.Option("--train-loss", metavar="TAG", help="This curve is the train loss.")]
EvalLoss = Annotated[str | None, typer.Option("--eval-loss", metavar="TAG", help="This curve is the eval loss.")]
XAxis = Annotated[Axis, typer.Option("--x", help="What the axis counts; tokens and time need a log that has them.")]
VocabSize = Annotated[
    int | None,
    typer.Option("--vocab-size", metavar="N", help="Tokens in the vocabulary, where the log does not say."),
]
TokensPerByte = Annotated[
    float | None,
    typer.Option("--tokens-per-byte", metavar="X", help="Tokens that a byte of text takes: gives bits per byte."),
]
Smooth = Annotated[
    float | None,
    typer.Option(
        "--smooth",
        metavar="WEIGHT",
        callback=_weight,
        help="Smoothing as on TensorBoard's slider, for what is shown and exported; checks read the log as it is.",
    ),
]


def reading(
    run: str | None,
    tags: str | None,
    train_loss: str | None,
    eval_loss: str | None,
    x: Axis,
    vocab_size: int | None = None,
    tokens_per_byte: float | None = None,
) -> dict[str, Any]:
    """Return the reading options as :func:`curveread.api.read_all` takes them."""
    return {
        "run": run,
        "tags": tags,
        "train_loss": train_loss,
        "eval_loss": eval_loss,
        "x": x.value,
        "vocab_size": vocab_size,
        "tokens_per_byte": tokens_per_byte,
    }
