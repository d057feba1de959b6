"""Diagnoses -> JUnit XML, as CI systems collect it: a suite per run, a test case per check.

Valid against the schema of Ant's JUnit task, the strictest in use: Jenkins, GitLab, GitHub actions and Azure read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.wording import span
from curveread.logtext import clean
from curveread.report.facts import pair
from curveread.report.text.lead import lead
from curveread.report.text.plain import lines
from curveread.report.text.sections import brief


def junit(
    results: Sequence[Diagnosis | tuple[str, str]], fail_on: Severity, when: datetime, *, unjudged_fails: bool = False
) -> str:
    """Return the document: findings from a severity on are failures, the others stand in the suite's output.

    Results are diagnoses, and path and reason of what could not be read. A run that could not be judged may be a
    failure, too.

    Notes
    -----
    A check that was not possible is skipped, and so is the case ``judged`` of a run that could not be judged; a
    check that broke is an error. Times are zero: checks share their work, so
    that none has a time of its own.
    """
    root = Element("testsuites")
    for i, result in enumerate(results):
        if isinstance(result, Diagnosis):
            _suite(root, i, result, fail_on, when, unjudged_fails)
        else:
            _unread(root, i, *result, when)
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _open(root: Element, i: int, name: str, when: datetime) -> Element:
    suite = SubElement(root, "testsuite", {"name": name, "package": "curveread", "id": str(i)})
    suite.attrib |= {"timestamp": when.strftime("%Y-%m-%dT%H:%M:%S"), "hostname": "localhost", "time": "0"}
    return suite


def _close(suite: Element, said: Sequence[str]) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for count, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(kind) is not None for case in cases)))
    SubElement(suite, "system-out").text = "\n".join(said)
    SubElement(suite, "system-err")


def _case(suite: Element, name: str) -> Element:
    return SubElement(suite, "testcase", {"name": name, "classname": f"curveread.{suite.get('name', '')}", "time": "0"})


def _suite(
    root: Element, i: int, diagnosis: Diagnosis, fail_on: Severity, when: datetime, unjudged_fails: bool
) -> None:
    run = diagnosis.run
    suite = _open(root, i, clean(run.name).strip() or "run", when)
    SubElement(SubElement(suite, "properties"), "property", {"name": "path", "value": clean(run.path)})
    by_rule: dict[str, list[Finding]] = {}
    for finding in (*diagnosis.findings, *diagnosis.accepted):
        by_rule.setdefault(finding.rule, []).append(finding)
    reasons = {n.rule: n.reason for n in diagnosis.not_checked}
    errors = {f.rule: f.error for f in diagnosis.failed}
    quiet = {q.rule for q in diagnosis.quiet}
    for rule in sorted({*by_rule, *reasons, *errors, *quiet}):
        case = _case(suite, rule)
        grave = [f for f in diagnosis.findings if f.rule == rule and f.severity >= fail_on]
        if grave:
            more = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
            worst = max(f.severity for f in grave).value
            failure = SubElement(case, "failure", {"type": worst, "message": clean(grave[0].message) + more})
            failure.text = "\n\n".join(map(_told, grave))
        elif rule in errors:
            SubElement(case, "error", {"type": "failed", "message": clean(errors[rule])})
        elif rule in reasons:
            SubElement(case, "skipped", {"message": clean(reasons[rule])})
    if diagnosis.verdict.health == "undetermined":
        message = {"message": clean(diagnosis.verdict.headline)}
        if unjudged_fails:
            SubElement(_case(suite, "judged"), "failure", {"type": "undetermined", **message})
        else:
            SubElement(_case(suite, "judged"), "skipped", message)
    said = [f"{diagnosis.verdict.health}: {clean(diagnosis.verdict.headline)}"]
    told = lead(diagnosis)
    said += [f"{told.doing}: {clean(told.action)}"] if told.action else []
    said += [_told(f) for f in diagnosis.findings if f.severity < fail_on]
    said += [f"accepted earlier: {_told(f)}" for f in diagnosis.accepted]
    for section in brief(diagnosis):
        said.append("\n".join([f"{section.heading}:", *(f"- {clean(line)}" for line in lines(section))]))
    said += [f"note: {clean(f'{n.source}: {n.message}' if n.source else n.message)}" for n in run.notes]
    _close(suite, said)


def _unread(root: Element, i: int, path: str, reason: str, when: datetime) -> None:
    suite = _open(root, i, clean(path).strip() or "path", when)
    SubElement(suite, "properties")
    SubElement(_case(suite, "read"), "error", {"type": "unreadable", "message": clean(reason)})
    _close(suite, ())


def _told(finding: Finding) -> str:
    said = [f"{finding.severity.value} {finding.rule}, {span(finding.first_step, finding.last_step)}"]
    said.append(clean(finding.message))
    said += [f"{e.name}: {e.value}" for e in map(pair, finding.evidence)]
    said += [f"-> {clean(advice)}" for advice in finding.advice]
    return "\n".join(said)
