"""What a label says, what a tool says, and which of the two go together."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ALARMS", "KINDS", "Event", "Kind", "Label", "Seen"]

ALARMS = ("warning", "error")
"""Severities that ask someone to act; info is never an alarm."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event.

    Parameters
    ----------
    title
        Its name in a table.
    fits
        Rules that name it.
    follows
        Further rules that such an event usually sets off: an alarm of theirs beside the event is explained.
    slow
        Whether its onset is a stretch and not a step: a wider tolerance, and it lasts to the end of the run.
    anywhere
        Whether only its presence is judged, not its place.
    quiet
        Whether an info names it well enough, because it need not be a fault.
    """

    title: str
    fits: frozenset[str]
    follows: frozenset[str] = frozenset()
    slow: bool = False
    anywhere: bool = False
    quiet: bool = False


def _kind(
    title: str, fits: str, follows: str = "", *, slow: bool = False, anywhere: bool = False, quiet: bool = False
) -> Kind:
    return Kind(title, frozenset(fits.split()), frozenset(follows.split()), slow, anywhere, quiet)


KINDS: dict[str, Kind] = {
    "nan": _kind(
        "NaN",
        "nonfinite-loss masked-nan divergence",
        "gradient-explosion gradient-vanishing metric-collapse no-learning plateau loss-spike",
    ),
    "spike": _kind("spike", "loss-spike", "gradient-explosion learning-rate-jump level-shift metric-collapse"),
    "divergence": _kind(
        "divergence",
        "divergence nonfinite-loss",
        "loss-spike masked-nan gradient-explosion gradient-vanishing clipping-saturation metric-collapse level-shift "
        "overfitting plateau no-learning learning-rate-jump oscillation",
        slow=True,
    ),
    "plateau": _kind("plateau", "plateau no-learning", "gradient-vanishing learning-rate-jump masked-nan", slow=True),
    "overfit": _kind("overfitting", "overfitting", "generalization-stall plateau metric-collapse", slow=True),
    "leakage": _kind(
        "leakage", "eval-below-train", "overfitting level-shift learning-rate-jump", slow=True, anywhere=True
    ),
    "oscillation": _kind(
        "oscillation",
        "oscillation",
        "loss-spike level-shift learning-rate-jump divergence gradient-explosion",
        slow=True,
        anywhere=True,
    ),
    "collapse": _kind(
        "metric collapse",
        "metric-collapse divergence",
        "overfitting loss-spike level-shift gradient-explosion learning-rate-jump kl-blowup entropy-collapse "
        "reward-hacking",
        slow=True,
    ),
    "exploding_grad": _kind(
        "exploding gradients",
        "gradient-explosion divergence nonfinite-loss",
        "loss-spike clipping-saturation learning-rate-jump metric-collapse",
        slow=True,
    ),
    "vanishing_grad": _kind("vanishing gradients", "gradient-vanishing no-learning plateau", slow=True, anywhere=True),
    "resume": _kind(
        "restart",
        "restart concurrent-writers",
        "loss-spike level-shift step-gap time-gap learning-rate-jump",
        quiet=True,
    ),
    "gap": _kind("gap", "step-gap time-gap", "restart level-shift", quiet=True),
    "distribution_shift": _kind(
        "data shift", "level-shift divergence loss-spike", "overfitting gradient-explosion", quiet=True
    ),
    "underfit": _kind("underfitting", "plateau no-learning unfinished-run", slow=True, anywhere=True, quiet=True),
}
"""Kinds that are faults or happen to the run itself; what else a label names (decay, warmup, epochs) is planned."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tool reports.

    Parameters
    ----------
    rule
        The check of this name, or the one that a rival's rule corresponds to.
    severity
        ``info``, ``warning`` or ``error``.
    first, last
        Steps; None where the tool names none.
    confidence
        0..1, None where the tool says none.
    anywhere
        Whether it is taken to be at the right place, since the tool names none.
    task
        What curveread takes the run for; empty from other tools.
    """

    rule: str
    severity: str = "warning"
    first: float | None = None
    last: float | None = None
    confidence: float | None = None
    anywhere: bool = False
    task: str = ""

    @property
    def alarm(self) -> bool:
        return self.severity in ALARMS


@dataclass(frozen=True, slots=True)
class Event:
    """What happened in a run.

    Parameters
    ----------
    kind
        A key of :data:`KINDS`.
    start
        The step of the cause.
    end
        Its last step, None where it lasts or is a moment.
    window
        First and last step at which a finding may rightly begin, None for the whole run.
    benign
        Whether it did no harm; still explains a finding about the run itself.
    secondary, visible
        A consequence of another event; whether the curve shows it at all. Only the visible causes must be found.
    also
        Further rules that name it well.
    """

    kind: str
    start: float
    end: float | None = None
    window: tuple[float, float] | None = None
    benign: bool = False
    secondary: bool = False
    visible: bool = True
    also: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Label:
    """What is known about a run.

    Parameters
    ----------
    name
        Its name.
    family
        What shares its program, or its noise: held out together.
    first, last, every
        Its first and last step and the usual distance of its logged points.
    events
        What happened; planned things are left out.
    healthy
        Whether an alarm would be false.
    ambiguous
        Whether a fair expert could go either way: such a run is not counted.
    """

    name: str
    family: str
    first: float
    last: float
    every: float
    events: tuple[Event, ...] = field(default=())
    healthy: bool = False
    ambiguous: bool = False

    @property
    def length(self) -> float:
        return max(self.last - self.first, 1.0)
