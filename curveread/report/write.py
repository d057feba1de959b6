"""Writes reports into files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from curveread.errors import UsageError
from curveread.findings.comparison import Comparison
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.impact import Impact
from curveread.report.files import put

POSTMORTEM_FORMATS = ("md", "html")
FORMATS = ("html", "md", "json", "png", "svg", "pdf")
COMPARISON_FORMATS = ("html", "json", "txt", "png")


def write(diagnosis: Diagnosis, path: Path, format: str, *, static: bool = False, title: str | None = None) -> Path:
    """Write the report of a run, see :func:`curveread.api.report`; as ``brief`` five lines of text.

    Beside a Markdown file its picture is written too, under the same name with ``.png``.

    Raises
    ------
    UsageError
        For a format that is none of these.
    ExportError
        When the file cannot be written.
    """
    target = Path(path)
    match format:
        case "html":
            from curveread.report.page.html import page

            put(target, page(diagnosis, static=static, title=title))
        case "md":
            from curveread.report.figure.mpl import png
            from curveread.report.text.markdown import markdown

            picture = target.with_name(target.stem + ".png")
            put(picture, png(diagnosis))
            put(target, markdown(diagnosis, picture=picture.name, title=title))
        case "json":
            from curveread.report.text.json import result_text

            put(target, result_text(diagnosis))
        case "brief":
            from curveread.report.text.message import message

            put(target, message(diagnosis))
        case "png":
            from curveread.report.figure.mpl import png

            put(target, png(diagnosis))
        case "svg":
            from curveread.report.figure.mpl import svg

            put(target, svg(diagnosis))
        case "pdf":
            from curveread.report.figure.mpl import pdf

            put(target, pdf(diagnosis, title=title))
        case _:
            raise UsageError(f"{target}: {format or 'no'} format; a report can be {', '.join(FORMATS)}")
    return target


def write_postmortem(diagnosis: Diagnosis, after: Impact, path: Path, format: str, *, title: str | None = None) -> Path:
    """Write the postmortem of a run, see :func:`curveread.api.postmortem`.

    Beside a Markdown file its picture is written too, under the same name with ``.png``.

    Raises
    ------
    UsageError
        For another format.
    ExportError
        When the file cannot be written.
    """
    from base64 import b64encode

    from curveread.report.figure.mpl import png
    from curveread.report.page.postmortem import postmortem_page
    from curveread.report.text.postmortem_text import postmortem_markdown

    target = Path(path)
    if format not in POSTMORTEM_FORMATS:
        raise UsageError(f"{target}: {format or 'no'} format; a postmortem can be {' or '.join(POSTMORTEM_FORMATS)}")
    if format == "html":
        picture = b64encode(png(diagnosis, dpi=110)).decode() if diagnosis.findings else None
        put(target, postmortem_page(diagnosis, after, picture=picture, title=title))
        return target
    beside = target.with_name(target.stem + ".png") if diagnosis.findings else None
    if beside is not None:
        put(beside, png(diagnosis))
    put(target, postmortem_markdown(diagnosis, after, picture=beside.name if beside else None, title=title))
    return target


def write_comparison(comparison: Comparison, path: Path) -> Path:
    """Write a comparison in the format of :data:`COMPARISON_FORMATS` that the file's name asks for.

    Raises
    ------
    UsageError
        When it asks for another format.
    ExportError
        When the file cannot be written.
    """
    match path.suffix.lower():
        case ".html":
            from curveread.report.page.comparison import page

            put(path, page(comparison))
        case ".json":
            put(path, comparison.to_json() + "\n")
        case ".txt":
            from curveread.report.text.comparison import text

            put(path, text(comparison))
        case ".png":
            from curveread.report.figure.comparison import png

            put(path, png(comparison))
        case _:
            raise UsageError(f"{path}: the name must end in {', '.join('.' + f for f in COMPARISON_FORMATS)}")
    return path


def write_index(entries: Sequence[tuple[Diagnosis, Path]], path: Path) -> Path:
    """Write a page that lists the reports of several runs and links to them, relative to its own place.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    from curveread.report.page.html import index

    target = Path(path)
    put(target, index([(d, _relative(file, target.parent)) for d, file in entries]))
    return target


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # another drive
        return Path(file).absolute().as_uri()
