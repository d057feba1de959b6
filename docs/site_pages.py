"""Pages of the site that the code, the README and the samples know best: made when the site is built, never copied."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import curveread as cr
from curveread import integrations
from curveread.causes.registry import candidates
from curveread.cli.app import COMMANDS, parser_of
from curveread.detectors.base import SECTIONS, Detector
from curveread.detectors.registry import all_detectors

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_logs"
_LAST = {"Limits": "limits.md", "Security": "security.md"}
"""Sections of the README with which the site ends."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List each check and cause below its heading."""
    for entry in config.nav or []:
        for title, page in list(entry.items()):
            names = {"Checks": [c.rule for c in all_detectors()], "Causes": [c.id for c in candidates()]}.get(title)
            if names:
                entry[title] = [page, *({name: f"{title.lower()}/{name}.md"} for name in names)]
    config.nav = [
        *(config.nav or []),
        *({name: page} for name, page in _LAST.items() if name in _sections("README.md")),
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for place, content in _pages():
        files.append(File.generated(config, place, content=content))
    return files


def on_page_content(html: str, **_: Any) -> str:
    """Take the roles out of docstrings, ``:func:`read```: their words are enough."""
    return re.sub(r":(?:func|class|mod|meth|data):(?=<code)", "", html)


def _pages() -> Iterator[tuple[str, str]]:
    shown: dict[str, list[str]] = {}
    yield from _gallery(shown)
    yield from _checks(shown)
    yield from _causes()
    yield "reference/commands.md", _commands()
    yield "reference/python.md", _python()
    readme, contributing = _sections("README.md"), _sections("CONTRIBUTING.md")
    yield "how-to/command.md", "# Use the command\n" + readme["On your own run"]
    yield "how-to/language-models.md", "# Reading a language model's loss\n" + readme["Reading a language model's loss"]
    yield "how-to/python.md", "# In Python\n" + readme["In Python"]
    yield "reference/formats.md", "# What it reads\n" + readme["What it reads"]
    yield "accuracy.md", "# How often it is right\n" + readme["How often it is right"]
    for name in _LAST.keys() & readme.keys():
        yield _LAST[name], f"# {name}\n{readme[name]}"
    kinds = ("A check", "A reader", "A cause", "A report section")
    yield "how-to/extend.md", "# Extend it\n" + "".join(f"\n## {kind}\n{contributing[kind]}" for kind in kinds)


def _sections(name: str) -> dict[str, str]:
    """Return heading -> text of the second-level sections of a file, their headings a level up."""
    text = (ROOT / name).read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    return {
        title: _linked(re.sub(r"^##(#+ )", r"#\1", body, flags=re.M))
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def _linked(text: str) -> str:
    """Return text whose links to other files of the repository than the site's became their words, indented by four."""
    text = re.sub(r"^ {3}(?=(?: {2}| {4})?\S)", "    ", text, flags=re.M)
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)
    text = text.replace("](docs/pages/", "](/")
    return re.sub(r"\[([^\]]+)\]\((?!https?:|/)[^)]+\)", r"\1", text)


def _gallery(shown: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the report of each sample and the table of all; note which samples show a rule."""
    rows = []
    for labels in sorted(SAMPLES.glob("*/labels.json")):
        name, about = labels.parent.name, json.loads(labels.read_text(encoding="utf-8"))
        found = cr.diagnose(labels.parent)
        with TemporaryDirectory() as folder:
            page = cr.report(found, Path(folder) / "report.html")
            yield f"gallery/{name}.html", page.read_text(encoding="utf-8")
        rules = dict.fromkeys(f.rule for f in found.findings)
        for rule in rules:
            shown.setdefault(rule, []).append(name)
        links = ", ".join(f"[{rule}](../checks/{rule}.md)" for rule in rules)
        rows.append(f"| [{name}]({name}.html) | {about['model']} | {found.verdict.health} | {links} |")
    head = "| report | model | verdict | findings |\n|---|---|---|---|\n"
    intro = (
        f"# Gallery\n\nThe reports of {len(rows)} small trainings that really ran; every fault was put into the "
        "training, no curve was drawn or edited. They are written as the site is built.\n\n"
    )
    yield "gallery/index.md", intro + head + "\n".join(rows) + "\n"


def _checks(shown: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    rows = []
    for check in all_detectors():
        yield f"checks/{check.rule}.md", _check(check, shown.get(check.rule, []))
        rows.append(f"| [{check.rule}]({check.rule}.md) | {_safe(check.summary())} |")
    yield "checks/index.md", "# Checks\n\n| check | finds |\n|---|---|\n" + "\n".join(rows) + "\n"


def _check(check: type[Detector], samples: list[str]) -> str:
    out = [f"# {check.rule}", ""]
    text = check.explain().splitlines()
    out += [f"## {line}\n" if line in SECTIONS else _safe(line.strip()) for line in text]
    if check.options():
        out += ["", "## Options", "", "| option | default | |", "|---|---|---|"]
        out += [f"| `--set {check.rule}.{o.name}=` | `{o.default}` | {_safe(o.help)} |" for o in check.options()]
    if samples:
        out += ["", "## Reports that show it", "", ", ".join(f"[{s}](../gallery/{s}.html)" for s in samples)]
    return "\n".join(out) + "\n"


def _causes() -> Iterator[tuple[str, str]]:
    rows = []
    for cause in candidates():
        kinds = "".join(f"| {kind} | {100.0 * share:.0f} % |\n" for kind, share in cause.usual.items())
        signs = "".join(f"| {sign} | x{there:g} | x{absent:g} |\n" for sign, (there, absent) in cause.signs.items())
        page = [f"# {cause.id}", "", _safe(cause.page.rstrip()), ""]
        page += ["## Usual share", "", "| kind of event | of such events |\n|---|---|\n" + kinds]
        page += ["## Signs", "", "Factor where the log shows it, and where it shows that it is not there.", ""]
        page += ["| sign | there | not there |\n|---|---|---|\n" + signs]
        yield f"causes/{cause.id}.md", "\n".join(page)
        rows.append(f"| [{cause.id}]({cause.id}.md) | {_safe(cause.title)} |")
    yield "causes/index.md", "# Causes\n\n| cause | in words |\n|---|---|\n" + "\n".join(rows) + "\n"


def _safe(text: str) -> str:
    """Return the plain text of a docstring as Markdown that says the same."""
    parts = text.replace("``", "`").split("`")
    return "`".join(part if i % 2 else re.sub(r"([*_<\[|])", r"\\\1", part) for i, part in enumerate(parts))


def _commands() -> str:
    """Return the help of every command, as it prints it."""
    os.environ["COLUMNS"] = "100"
    out = ["# Commands", "", "What `curveread COMMAND --help` says.", ""]
    for name in COMMANDS:
        out += [f"## curveread {name}", "", "```text", parser_of(name).format_help().rstrip(), "```", ""]
    return "\n".join(out)


def _python() -> str:
    """Return the reference of the names at the door."""
    out = [
        "# Python",
        "",
        "`import curveread as cr`: these names stand at the door, and what they are made of behind it.",
        "",
    ]
    for name in sorted(cr.__all__, key=str.lower):
        thing = getattr(cr, name)
        if hasattr(thing, "__module__") and hasattr(thing, "__qualname__"):
            out += [f"::: {thing.__module__}.{thing.__qualname__}", ""]
    for module in iter_modules(integrations.__path__, f"{integrations.__name__}."):
        if not module.ispkg:
            out += [f"::: {module.name}", ""]
    return "\n".join(out)
