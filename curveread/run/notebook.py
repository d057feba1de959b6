"""What a notebook shows of an object: a small frame in one style, for light and dark, in which no log text can act."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.logtext import shorten
from curveread.run.thinning import thin

STYLE = """\
.curveread-fragment{--paper:#fff;--ink:#1c2126;--soft:#59636d;--line:#e1e5e8;--grid:#eceef0;--ok:#007f5c;--info:#2f6fa8;\
--warning:#e69f00;--error:#c8410b;--onerror:#fff;--onwarning:#1c1400;--train:#0072b2;--eval:#a8327e;--plain:#4a5560;\
--third:#00795a;--fourth:#8a6100;--fifth:#5d4fb3;--sixth:#333a40;max-width:760px;padding:10px 14px;\
background:var(--paper);color:var(--ink);font:14px/1.45 system-ui,sans-serif;overflow-wrap:anywhere;\
border-left:4px solid var(--line)}
[data-jp-theme-light="false"] .curveread-fragment,.vscode-dark .curveread-fragment,\
html[theme="dark"] .curveread-fragment\
{--paper:#14171a;--ink:#e4e8eb;--soft:#a0abb4;--line:#2e353b;--grid:#242a2f;--ok:#2bbd93;--info:#7cb8ea;\
--warning:#f0b429;--error:#ff7a45;--onerror:#1d0a02;--train:#56b4e9;--eval:#e58fc3;--plain:#aab4bd;--third:#3cc79b;\
--fourth:#e0b040;--fifth:#a79cf0;--sixth:#d0d6db}
.curveread-fragment.cr-ok{border-color:var(--ok)}.curveread-fragment.cr-info{border-color:var(--info)}\
.curveread-fragment.cr-warning{border-color:var(--warning)}.curveread-fragment.cr-error{border-color:var(--error)}
.curveread-fragment .cr-top{margin:0 0 8px;font-size:16px;font-weight:600}\
.curveread-fragment .cr-small{color:var(--soft);font-size:12.5px;font-weight:400}
.curveread-fragment p{margin:6px 0}.curveread-fragment ol,.curveread-fragment ul{margin:8px 0 0;padding-left:26px}\
.curveread-fragment li{margin:2px 0}
.curveread-fragment .scroll{overflow-x:auto}\
.curveread-fragment.cr-box table{margin:8px 0 0;border:0;border-collapse:collapse;color:inherit;font-size:13px}\
.curveread-fragment.cr-box tr,.curveread-fragment.cr-box tbody tr:nth-child(n),\
.curveread-fragment.cr-box tbody tr:hover{background:none}\
.curveread-fragment.cr-box th,.curveread-fragment.cr-box td{padding:3px 12px 3px 0;border:0;\
border-bottom:1px solid var(--line);\
text-align:left;vertical-align:top;max-width:26em;overflow-wrap:normal}\
.curveread-fragment.cr-box th{color:var(--soft);font-weight:400}.curveread-fragment.cr-box .num{text-align:right}\
.curveread-fragment.cr-box td.num{white-space:nowrap}.curveread-fragment.cr-box td.wide{min-width:18em}\
.curveread-fragment svg.cr-spark{display:block;overflow:visible;fill:none;stroke:var(--train);stroke-width:1.3}\
.curveread-fragment svg.cr-spark path.bad{stroke:var(--error);stroke-width:2}
"""
"""The style of all frames; each carries it, since a notebook may show any of them alone."""

_BLOCKS = 60
"""Stretches of a small picture; each shows its lowest and its highest value."""
Cell = str | tuple[str, str]
"""A cell's HTML, alone or after the class that it gets."""


def told(text: object, most: int = 120) -> str:
    """Return log text escaped, shortened and isolated, so that writing directions in it stay inside."""
    return f"<bdi>{html.escape(shorten(text, most))}</bdi>"


def framed(body: str, kind: str = "") -> str:
    """Return HTML in a frame, whose edge has the colour of a severity if ``kind`` is one."""
    also = f" cr-{kind}" if kind else ""
    return f'<div class="curveread-fragment cr-box{also}"><style>{STYLE}</style>{body}</div>'


def head(name: str, small: Iterable[str]) -> str:
    """Return the first line: HTML of a name, and small texts after it, which are made safe."""
    rest = " · ".join(told(text) for text in small if text)
    return f'<p class="cr-top">{name} <span class="cr-small">{rest}</span></p>'


def table(names: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table of cells that hold HTML."""
    top = "".join(_cell("th", name) for name in names)
    body = "".join(f"<tr>{''.join(_cell('td', cell) for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(kind: str, cell: Cell) -> str:
    if isinstance(cell, str):
        return f"<{kind}>{cell}</{kind}>"
    return f'<{kind} class="{cell[0]}">{cell[1]}</{kind}>'


def sparkline(step: FloatArray | IntArray, value: FloatArray, width: int = 110, height: int = 22) -> str:
    """Return a curve as a small picture, marks at its foot where it is not finite; empty without a finite value."""
    finite = np.isfinite(value)
    if not finite.any():
        return ""
    span = float(step[-1] - step[0]) or 1.0
    x = (step - step[0]) / span * width
    low, high = float(value[finite].min()), float(value[finite].max())
    with np.errstate(over="ignore"):
        reach = high - low
        y = height * (1.0 - np.divide(value - low, reach)) if 0.0 < reach < np.inf else np.full(x.size, height / 2)
    kept = np.flatnonzero(finite)[thin(x[finite] / width, y[finite], _BLOCKS)]
    line = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in zip(x[kept].tolist(), y[kept].tolist(), strict=True))
    bad = "".join(f"M{px:.1f} {height}v-4" for px in np.unique(x[~finite].round(0))[:_BLOCKS])
    marks = f'<path class="bad" d="{bad}"/>' if bad else ""
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg class="cr-spark" {size} aria-hidden="true"><path d="{line}"/>{marks}</svg>'
