"""Diagnoses -> SARIF 2.1.0, which GitHub's code scanning, Azure DevOps and editors show: a result per finding."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from curveread.errors import UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding
from curveread.findings.wording import span
from curveread.logtext import clean
from curveread.run.files import located
from curveread.run.model import Run

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ACTING = re.compile(r"(?<=\])(?=\()|(?<=\{)(?=\d)")


def sarif(results: Sequence[Diagnosis | tuple[str, str]]) -> str:
    """Return the document of diagnoses, and of path and reason of what could not be read.

    Notes
    -----
    A log has no lines that a finding could point to: its place is the log's file, and its steps are properties.
    Findings that were accepted earlier are suppressed results. What was not judged, not checked, broken or not read
    is a notification, so that a document without results cannot be taken for a good run.
    """
    from curveread.version import __version__

    judged = [r for r in results if isinstance(r, Diagnosis)]
    used = sorted({f.rule for d in judged for f in (*d.findings, *d.accepted)})
    notices = [n for r in results for n in (_notices(r) if isinstance(r, Diagnosis) else [_unread(*r)])]
    run = {
        "tool": {
            "driver": {"name": "curveread", "semanticVersion": __version__, "rules": [_rule(name) for name in used]}
        },
        "invocations": [
            {
                "executionSuccessful": len(judged) == len(results) and not any(d.failed for d in judged),
                "toolExecutionNotifications": notices,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [result for d in judged for result in _results(d, used)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _message(parts: Iterable[object]) -> dict[str, str]:
    """Return a message in which log text makes no link, ``[text](place)``, and stands for no argument, ``{0}``."""
    return {"text": "\n".join(_ACTING.sub("\u2060", clean(part)) for part in parts)}


def _rule(name: str) -> dict[str, Any]:
    """Return what a check is, with its page; of a check that is not registered no more than its name."""
    from curveread.detectors.registry import detector

    try:
        check = detector(name)
    except UsageError:
        return {"id": name}
    return {"id": name, "shortDescription": {"text": check.summary()}, "help": {"text": check.explain().rstrip()}}


def _results(diagnosis: Diagnosis, rules: Sequence[str]) -> list[dict[str, Any]]:
    new = [_result(diagnosis.run, f, rules) for f in diagnosis.findings]
    known = [_result(diagnosis.run, f, rules) for f in diagnosis.accepted]
    return [*new, *(r | {"suppressions": [{"kind": "external", "status": "accepted"}]} for r in known)]


def _result(run: Run, finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    name = clean(run.name)
    where = f"{name}, {span(finding.first_step, finding.last_step, run.x_axis)}"
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(run)}, "region": {"startLine": 1}}}
    if finding.tag is not None:
        tag = clean(finding.tag)
        place["logicalLocations"] = [{"name": tag, "fullyQualifiedName": f"{name}/{tag}", "kind": "curve"}]
    key = "\0".join(map(repr, (run.name, finding.rule, finding.tag, finding.first_step)))
    figures = finding.to_json()
    kept = ("confidence", "tag", "first_step", "peak_step", "last_step", "evidence", "causes")
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[finding.severity.value],
        "message": _message([f"{where}: {finding.message}", *(f"→ {advice}" for advice in finding.advice)]),
        "locations": [place],
        "partialFingerprints": {"curvereadFinding/v1": hashlib.sha256(key.encode()).hexdigest()[:32]},
        "properties": {"run": name} | {key: _plain(figures[key]) for key in kept if key in figures},
    }


def _plain(value: Any) -> Any:
    """Return a value of the result JSON, its texts made safe to show."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return clean(value) if isinstance(value, str) else value


def _uri(run: Run) -> str:
    """Return the place of a run's first file: relative to the current folder where it lies below, as GitHub asks."""
    if not run.sources or "://" in run.path:
        return quote(run.path, safe="/:")
    file = located(run, run.sources[0]).absolute()
    if file.is_relative_to(Path.cwd()):
        return quote(file.relative_to(Path.cwd()).as_posix())
    return file.as_uri()


def _notices(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    run, verdict = diagnosis.run, diagnosis.verdict
    health = "warning" if verdict.health == "undetermined" else "note"
    out = [_notice(health, f"{run.name}: {verdict.health}: {verdict.headline}")]
    out += [_notice("note", f"{run.name}: {n.rule} was not checked: {n.reason}") for n in diagnosis.not_checked]
    out += [_notice("error", f"{run.name}: the check {f.rule} failed: {f.error}") for f in diagnosis.failed]
    return out


def _unread(path: str, reason: str) -> dict[str, Any]:
    return _notice("error", f"{path} cannot be read: {reason}")


def _notice(level: str, said: str) -> dict[str, Any]:
    return {"level": level, "message": _message([said])}
