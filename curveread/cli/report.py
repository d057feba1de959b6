"""``curveread report``: read, diagnose, write the annotated report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curveread import api
from curveread.cli.check import code
from curveread.cli.exits import UNUSABLE, gravest
from curveread.cli.options import (
    Axis,
    EvalLoss,
    Paths,
    RunName,
    Smooth,
    Tags,
    TokensPerByte,
    TrainLoss,
    VocabSize,
    XAxis,
    reading,
)
from curveread.cli.outputs import plan
from curveread.cli.reading import Unread, read_paths
from curveread.cli.terminal import console, print_diagnosis
from curveread.report.logtext import clean
from curveread.run.model import Run

__all__ = ["report"]


def report(
    paths: Paths,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="The report's file, or a folder for several.",
            show_default="<run>-report.html",
        ),
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--format", metavar="html,md,json,png,pdf", help="What to write.", show_default="html")
    ] = None,
    run: RunName = None,
    tags: Tags = None,
    train_loss: TrainLoss = None,
    eval_loss: EvalLoss = None,
    x: XAxis = Axis.STEP,
    vocab_size: VocabSize = None,
    tokens_per_byte: TokensPerByte = None,
    smooth: Smooth = None,
) -> int:
    """Write the annotated report of each run; print verdict, findings and where the report is."""
    from rich.text import Text

    chosen = plan(output, formats)
    items = list(read_paths(paths, reading(run, tags, train_loss, eval_loss, x, vocab_size, tokens_per_byte)))
    runs = [item for item in items if isinstance(item, Run)]
    codes = [UNUSABLE for item in items if isinstance(item, Unread)]
    targets = chosen.targets(runs)
    entries = []
    out = console()
    for i, (each, files) in enumerate(zip(runs, targets, strict=True)):
        diagnosis = api.diagnose(each)
        for file in files:
            api.report(diagnosis, file, smooth=smooth)
        if i:
            out.print()
        print_diagnosis(out, diagnosis)
        out.print()
        for file in files:
            out.print(Text(f"report: {clean(file)}"), soft_wrap=True)
        codes.append(code(diagnosis, None))
        entries.append((diagnosis, files[0]))
    if len(runs) > 1:
        out.print()
        out.print(Text(f"index: {clean(api.index(entries, chosen.index(runs)))}"), soft_wrap=True)
    return gravest(codes)
