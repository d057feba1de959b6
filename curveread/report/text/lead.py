"""Diagnosis -> what stands right under the verdict: how sure it is, the one thing to do, and why it happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from curveread.findings.arguments import Place, Tag
from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.text import Text
from curveread.findings.wording import amount, count, sureness
from curveread.logtext import clean, shorten
from curveread.run.model import Run
from curveread.run.roles import COURSES, Role

SIGNS = 2
"""The strongest signs for a cause, and as many against it, are told."""
_ALIKE = 6
_TOLD, _ALONE = 0.4, 0.6
"""Share of the first cause below which the log does not tell it; the second where nothing in the log speaks for it."""
_LONG = 600
_DOING = "Do this"
NAME_IT = "Say which of its curves is the loss or the metric, and read the log again."
"""What to do where the log holds no loss and no metric that is known as one."""
_SCORE_IT = "Log a score of what the model makes, every few hundred steps: its samples, or the returns of its episodes."
_SET_APART = "Evaluate its first and its last checkpoint alike, on as much as it takes to tell them apart."


class Sign(NamedTuple):
    """What the log holds for a cause, with the curve and the step that it speaks of; else where the finding begins."""

    words: str
    curve: str | None
    step: int | None


class Why(NamedTuple):
    """The most probable cause of the gravest alarm.

    Parameters
    ----------
    cause
        In words, with its share; where the log does not tell it, that is said.
    share
        How probable it is, 0..1.
    others
        Shares of the other causes; what all leave of 1 is unknown.
    signs, against
        The strongest that the log holds for it and against it, two of each at most.
    number
        The finding that it lies behind.
    rest
        The other causes and what is unknown, in words.
    after
        What of the run came after it began, and what else it explains; may be empty.
    """

    cause: str
    share: float
    others: tuple[float, ...]
    signs: tuple[Sign, ...]
    against: tuple[str, ...]
    number: int
    rest: str
    after: str

    @property
    def said(self) -> str:
        """The cause with what speaks for it and against it, in a line."""
        signs = f": {'; '.join(sign.words for sign in self.signs)}" if self.signs else ""
        but = f" But: {'; '.join(self.against)}." if self.against else ""
        return f"{self.cause}{signs}.{but}"


class Lead(NamedTuple):
    """What a reader wants to know after the verdict.

    Parameters
    ----------
    sure
        How sure the verdict is; empty where nothing could be judged.
    number
        The finding that the verdict tells; None without any.
    doing, action
        The one thing to do, empty where there is nothing, and what it is called: ``Do this``.
    why
        The most probable cause; None without an alarm, and for one that has no cause.
    """

    sure: str
    number: int | None
    doing: str
    action: str
    why: Why | None


def lead(diagnosis: Diagnosis) -> Lead:
    """Return how sure the verdict is, the one thing to do, and why it happened."""
    found = diagnosis.findings
    number = next((n for n, f in enumerate(found, 1) if f.severity is not Severity.INFO), 1 if found else None)
    if diagnosis.verdict.health == "undetermined":
        return Lead("", number, _DOING, _to_judge(diagnosis.run), None)
    if number is None:
        ran = f"{amount(len(diagnosis.quiet), 'check')} found nothing"
        lacked = f", {count(len(diagnosis.not_checked))} lacked what they need" if diagnosis.not_checked else ""
        keep = next((s.text for s in diagnosis.statements if s.topic == "keep"), "")
        return Lead(ran + lacked if diagnosis.quiet else "", None, "To keep", shorten(keep, _LONG), None)
    finding = found[number - 1]
    calm = finding.severity is Severity.INFO
    return Lead(
        "" if calm and finding.confidence is None else sureness(finding.confidence),
        number,
        "Worth doing" if calm else _DOING,
        shorten(_action(finding, diagnosis), _LONG),
        _why(found, number, diagnosis.causes) if diagnosis.causes else None,
    )


def _to_judge(run: Run) -> str:
    """Return what makes a run judgeable that is not."""
    if any(run.of(role) for role in COURSES):
        return _SET_APART
    return _SCORE_IT if run.of(Role.ADVERSARIAL_LOSS) or run.of(Role.POLICY_LOSS) else NAME_IT


def shared(title: str, share: float) -> str:
    """Return a cause with its share: ``the learning rate was raised (97 %)``."""
    return f"{clean(title)} ({_percent(share)})"


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _action(finding: Finding, diagnosis: Diagnosis) -> str:
    """Return what mends the cause, or what would tell it where the log does not; else what to do about the finding.

    What tells the causes of a loss apart tells little of a return: there the finding's own advice comes first.
    """
    causes, curve = diagnosis.causes, diagnosis.run.curves.get(finding.tag or "")
    told = bool(causes) and _is_told(causes[0])
    returns = curve is not None and curve.role is Role.REWARD and bool(finding.advice)
    if causes and (told or not returns):
        return causes[0].fix if told else causes[0].check
    return finding.advice[0] if finding.advice else ""


def _is_told(cause: Cause) -> bool:
    """Return whether the log tells a cause: how often it lies behind such an event does not alone."""
    return cause.share >= (_TOLD if cause.speaks_for else _ALONE)


def _why(findings: Sequence[Finding], number: int, causes: Sequence[Cause]) -> Why:
    first, *rest = causes
    others = tuple(c.share for c in rest)
    unknown = _percent(1.0 - first.share - sum(others))
    named = "; ".join(shared(c.title, c.share) for c in rest)
    said = shared(first.title, first.share)
    return Why(
        said if _is_told(first) else f"not to be told from the log; most probably {said}",
        first.share,
        others,
        tuple(map(_sign, first.speaks_for[:SIGNS])),
        tuple(shorten(words, 300) for words in first.speaks_against[:SIGNS]),
        number,
        f"Other causes: {named}; unknown ({unknown})." if named else f"Unknown: {unknown}.",
        _after(findings, number, first),
    )


def _after(findings: Sequence[Finding], number: int, cause: Cause) -> str:
    parts = [shorten(cause.after[:1].upper() + cause.after[1:], _LONG) + "."] if cause.after else []
    found = enumerate(findings, 1)
    too = [n for n, f in found if n != number and f.causes[:1] and f.causes[0].cause == cause.cause]
    if too:
        numbers = ", ".join(map(count, too[:_ALIKE])) + (" and more" if len(too) > _ALIKE else "")
        parts.append(f"It explains {'findings' if len(too) > 1 else 'finding'} {numbers}, too.")
    return " ".join(parts)


def _sign(words: str) -> Sign:
    """Return a sentence with the first curve and the first step that it speaks of."""
    said = list(_spoken(words))
    curve = next((a.name for a in said if isinstance(a, Tag)), None)
    step = next((int(a.at) for a in said if isinstance(a, Place) and a.axis == "step"), None)
    return Sign(shorten(words, 300), curve, step)


def _spoken(words: object) -> Iterator[object]:
    if isinstance(words, Text):
        for _, argument in words.args:
            yield argument
            yield from _spoken(argument)
