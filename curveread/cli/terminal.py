"""What a diagnosis looks like in a terminal: 80 columns are enough, a pipe gets no colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding
from curveread.findings.wording import span
from curveread.report.logtext import clean
from curveread.run.notes import DataNote

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["console", "print_diagnosis", "print_notes", "print_wrapped"]

_STYLES = {"ok": "bold green", "info": "bold cyan", "warning": "bold yellow", "error": "bold red"}


def console() -> Console:
    """Return a console on stdout that takes text as it is: no markup, no emoji names, no guesses at what to colour."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def print_diagnosis(out: Console, diagnosis: Diagnosis) -> None:
    """Print verdict, findings, data notes and what was not checked.

    Parameters
    ----------
    out
        Where to.
    diagnosis
        What was found.
    """
    from rich.text import Text

    verdict = diagnosis.verdict
    label = (verdict.health.upper(), _STYLES.get(verdict.health, "bold"))
    text = f"{clean(diagnosis.run.name)}: {clean(verdict.headline)}"
    print_wrapped(out, Text.assemble(label, "  ", (text, "bold")), indent=0, hang=len(verdict.health) + 2)
    for finding in diagnosis.findings:
        out.print()
        _print_finding(out, finding)
    if diagnosis.failed or diagnosis.run.notes or diagnosis.quiet or diagnosis.not_checked:
        out.print()
    for failed in diagnosis.failed:
        print_wrapped(out, Text.assemble(("check failed", _STYLES["error"]), f" {failed.rule}: {clean(failed.error)}"))
    print_notes(out, diagnosis.run.notes)
    counts = [f"{len(diagnosis.quiet)} checks were quiet"] if diagnosis.quiet else []
    if diagnosis.not_checked:
        counts.append("not checked: " + ", ".join(n.rule for n in diagnosis.not_checked))
    if counts:
        print_wrapped(out, Text("; ".join(counts), "dim"))


def print_notes(out: Console, notes: tuple[DataNote, ...]) -> None:
    """Print what was lost or repaired while reading."""
    from rich.text import Text

    for note in notes:
        source = f"{clean(note.source)}: " if note.source else ""
        print_wrapped(out, Text(f"note: {source}{clean(note.message)}", "dim"), hang=6)


def _print_finding(out: Console, finding: Finding) -> None:
    from rich.text import Text

    severity = finding.severity.value
    where = f"{span(finding.first_step, finding.last_step)}, {round(100 * finding.confidence)} % sure"
    print_wrapped(out, Text.assemble((severity, _STYLES[severity]), " ", (finding.rule, "bold"), f"  {where}"))
    print_wrapped(out, Text(clean(finding.message)), indent=4, hang=0)
    for advice in finding.advice:
        print_wrapped(out, Text.assemble(("→ ", "dim"), clean(advice)), indent=4, hang=2)


def print_wrapped(out: Console, text: Text, *, indent: int = 2, hang: int = 2) -> None:
    """Print ``text`` wrapped, ``indent`` columns from the left and its further lines ``hang`` more."""
    from rich.text import Text

    room = max(out.width - indent - hang, 20)
    for i, line in enumerate(text.wrap(out, room)):
        line.rstrip()
        out.print(Text.assemble(" " * (indent + (hang if i else 0)), line), soft_wrap=True)
