"""Options that several commands share, declared once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from curveread.cli.reading import Axis, Reading

__all__ = ["Paths", "takes_reading"]


def _weight(value: float | None) -> float | None:
    if value is not None and not 0.0 <= value < 1.0:
        raise typer.BadParameter(f"{value:g} is not a smoothing weight; it must be at least 0 and below 1.")
    return value


Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Run directories or log files.", show_default=False)]

_READING: dict[str, Any] = {
    "run": Annotated[
        str | None, typer.Option("--run", metavar="NAME", help="Take this run only, where several are there.")
    ],
    "tags": Annotated[str | None, typer.Option("--tags", metavar="REGEX", help="Keep the curves whose tag matches.")],
    "train_loss": Annotated[
        str | None, typer.Option("--train-loss", metavar="TAG", help="This curve is the train loss.")
    ],
    "eval_loss": Annotated[str | None, typer.Option("--eval-loss", metavar="TAG", help="This curve is the eval loss.")],
    "x": Annotated[Axis, typer.Option("--x", help="What the axis counts; all but step need a log that has them.")],
    "vocab_size": Annotated[
        int | None,
        typer.Option("--vocab-size", metavar="N", help="Tokens in the vocabulary, where the log does not say."),
    ],
    "tokens_per_byte": Annotated[
        float | None,
        typer.Option("--tokens-per-byte", metavar="X", help="Tokens that a byte of text takes: gives bits per byte."),
    ],
    "smooth": Annotated[
        float | None,
        typer.Option(
            "--smooth",
            metavar="WEIGHT",
            callback=_weight,
            help="Smoothing as on TensorBoard's slider, for what is shown and exported; checks read the log as it is.",
        ),
    ],
}


def takes_reading(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the reading options in place of its parameter ``reading``, which becomes a :class:`Reading`."""
    hints = get_type_hints(command, include_extras=True)
    own = [
        p.replace(annotation=hints[p.name], kind=p.KEYWORD_ONLY)
        for p in inspect.signature(command).parameters.values()
        if p.name != "reading"
    ]
    shared = [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=_READING[f.name])
        for f in fields(Reading)
    ]

    @wraps(command)
    def given(**values: Any) -> int:
        reading = Reading(**{f.name: values.pop(f.name) for f in fields(Reading)})
        return command(**values, reading=reading)

    del given.__wrapped__
    given.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    given.__annotations__ = {p.name: p.annotation for p in (*own, *shared)}
    return given
