"""Texts that try to act instead of being shown, and a log whose every name is one of them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import yaml

HOST = "evil.example"

TEXTS = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=2</script>",
    "<!--<script>",
    "<img src=x onerror=window.pwned=3>",
    f"<img src=https://{HOST}/a.png>",
    "\" onload=\"window.pwned=4\" x=\"",
    "' onfocus='window.pwned=5' autofocus '",
    "</style></svg></title></textarea><svg onload=window.pwned=6>",
    "]]><svg xmlns='http://www.w3.org/2000/svg'><script>window.pwned=7</script></svg><![CDATA[",
    f"<link rel=stylesheet href=//{HOST}/a.css>",
    f"<base href=//{HOST}/>",
    f"<meta http-equiv=refresh content=\"0;url=//{HOST}/\">",
    f"<iframe src=//{HOST}/></iframe>",
    "javascript:window.pwned=8",
    f"url(//{HOST}/a);}}*{{background:url(//{HOST}/b)",
    "{{ 7*7 }}{% raw %}{{ config }}",
    "${window.pwned=9}",
    f"![x](https://{HOST}/a.png)",
    f"[click](javascript:window.pwned=10) <https://{HOST}> @everyone #1",
    "| --- | `a` ``b`` **c**",
    "=cmd|' /C calc'!A0",
    f"+HYPERLINK(\"http://{HOST}\")",
    "@SUM(1+1)",
    "-2+3+cmd|'x'!A",
    "::error file=a::injected",
    "::add-mask::loss",
    "##[add-mask]loss ##vso[task.complete result=Failed;] ##teamcity[buildStop]",
    "new\nline\r\n::error::second line\ttab",
    "\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m\x7f\x00\x08",
    "rtl \u202e\u05d0\u05d1 \u2066x\u2069 \u200fz",
    "nonchar \ufffe\uffff\u2028\u2029 \ufeff half \udc80",
    "[bold red]rich[/] [link=http://evil.example]x[/link] :boom:",
    "%0A%0D::error::x &lt;b&gt; &#60;script&#62;",
    "$\\frac{x}{y}$ \\input{/etc/passwd} ~ ^ _ #",
    "long " + "a" * 3000,
    "CON", ".", "..", "-rf", " ",
)  # fmt: skip
"""What the outputs must neither obey nor break at."""


def file_name(text: str) -> str:
    """Return a text as a file may be called on Linux: 255 bytes at most, neither a slash nor a zero byte in it."""
    name = text.replace("/", "\u2215").replace("\x00", "").encode("utf-8", "surrogateescape")[:255]
    return name.decode("utf-8", "surrogateescape") if name not in (b".", b"..") else f"dots{text}"


def write_run(folder: Path, *, points: int = 60, texts: Sequence[str] = TEXTS) -> Path:
    """Write a run in which tags, settings, file names and what was printed are hostile; a curve of each kind fails."""
    folder.mkdir(parents=True)
    rows = []
    for i in range(points):
        row = {text: 1.0 + math.exp(-i / 20) + 0.01 * math.sin(i * i) for text in texts}
        for k, text in enumerate(texts):
            if k % 4 == 0 and i > points // 2:
                row[text] = math.nan
            elif k % 4 == 1 and i == 40:
                row[text] = 50.0
        rows.append(row | {"step": i})
    (folder / "trainer_state.json").write_text(json.dumps({"log_history": rows, "global_step": points}), "utf-8")
    settings = {text.encode("utf-8", "replace").decode(): [text.encode("utf-8", "replace").decode()] for text in texts}
    (folder / "hparams.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    printed = "\n".join(f"RuntimeError: CUDA error: {text}" for text in texts)
    (folder / "stderr.log").write_text(printed, encoding="utf-8", errors="surrogateescape")
    return folder


def write_runs(top: Path, *, points: int, tags: int = 8) -> Path:
    """Write a run for each text, which is its name; its tags are this text and those after it."""
    for i, text in enumerate(TEXTS):
        write_run(top / file_name(text), points=points, texts=(TEXTS * 2)[i : i + tags])
    return top
