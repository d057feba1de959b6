"""The check ``loss-spike``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared import harm
from curveread.detectors.shared.spoilt_eval import METRICS_BESIDE, spoilt
from curveread.findings.arguments import Count, Length, Place, Span, Tag, count
from curveread.findings.arguments import level as level_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.decomposition import Decomposition
from curveread.signals.events.excursions import Excursion, excursions, prominence
from curveread.signals.events.jumps import jumps
from curveread.signals.levels import median_error, no_higher_since, window_medians
from curveread.signals.median import median
from curveread.signals.scale import noise_of

_DOUBT = 3.0
"""A heavy tail that raised the threshold by this factor more than a point passes it has such points of its own."""
_NEARLY_NOTHING = 0.05
"""Share of the loss at the start that is nearly nothing; a jump back to less than twice that is a trifle ..."""
_OWN_SIZE = 5.0
"""... where it is also less than so many times the level that it left."""
_NO_MATTER = 0.01
"""Share of the level that nobody acts upon, however quiet the curve."""


@dataclass(frozen=True)
class LossSpike(Detector):
    """A loss jumped far above its trend and came back.

    What it finds
        Jumps of one logged point or many that the training loss's own noise does not explain: onset, peak, width,
        height, and the step at which the curve is back. Of the evaluation loss, single evaluations that are spoilt.

    Why it matters
        A spike that recovers costs the steps until it is back, and says that something is wrong: a bad batch, a
        learning rate near the edge, an optimiser state that went stale. One that does not come back fully has
        damaged the weights; PaLM restarted from before such spikes and skipped the batches.

    How it decides
        The residual from a running-median trend, in local noise scales, is averaged over boxes of 1, 2, 4 …
        points up to a quarter of the trend's window. Each width is judged against its own robust scale and a
        threshold learnt from the tail of the curve's own noise: its peaks follow a generalised Pareto law, and what
        the few points of a short log leave open of its shape is allowed for. Noise passes one of these thresholds
        ``false_events`` times per run, and none is below ``floor`` standard deviations, one or two points must be
        ``narrow`` times that: odd batches are natural. A spike also stands ``prominence`` noise scales above both
        what comes before it and what comes after it: before a step down the trend falls too early, without a spike.
        Single points ``tall`` noise scales high, and ``beyond`` times as high as where the run began, are one whatever
        the tail, and so is one ``record`` times as high as any other, the first ones too. A jump so
        long that the trend follows it is found as a step between two levels (6 standard errors)
        that is being won back. It is back when a forward median is within two standard errors (or half a noise scale)
        of the trend before it.

        An evaluation is spoilt when its loss is half as high again as at both neighbours and a metric beside it less
        than half as good as at both; where others stand out like that in one of the two it is only information.

    When it is wrong
        A switch of data or objective shows the same jump; when the evaluation loss stays changed while the training
        loss recovers, the finding is only information, and so it is in a noise with so heavy a tail that the point is
        more likely part of it. So it is where it rises by less than a hundredth of the loss, where nearly nothing is
        left of the loss at the start and the jump gives little of that back, where it is a single epoch whose
        evaluation is no higher than the one before or the one after, and where the log shows another objective from
        there on, or a learning rate that is back where it was. The first ``head`` of the run is not judged.
        A loss averaged over many steps hides spikes shorter than that.

    References
        Davison and Smith, "Models for exceedances over high thresholds", 1990; Chowdhery et al., "PaLM",
        2022, section 5.1; OLMo 2, arXiv:2501.00656, section 3 (spike score);
        Bekman, "Machine Learning Engineering", training loss patterns (fast, slow, not fully recovering).
    """

    rule: ClassVar[str] = "loss-spike"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS, Role.EVAL_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (*METRICS_BESIDE, *harm.ROLES)

    fewest: int = field(default=30, metadata={"help": "usable points from which on a training loss is judged"})

    floor: float = field(default=6.0, metadata={"help": "smallest height in robust standard deviations"})
    false_events: float = field(default=0.04, metadata={"help": "false spikes per healthy run that are accepted"})
    narrow: float = field(default=1.15, metadata={"help": "factor on ``floor`` for one or two points"})
    prominence: float = field(default=0.5, metadata={"help": "noise scales above what comes before and after"})
    tall: float = field(default=12.0, metadata={"help": "height that is enough far above where the run began"})
    beyond: float = field(default=10.0, metadata={"help": "how many times as high as the start, or as the progress"})
    record: float = field(default=3.0, metadata={"help": "how many times as high as all other points one is told"})
    rare: float = field(default=0.01, metadata={"help": "largest share of the points that lies so far above"})
    head: float = field(default=0.03, metadata={"help": "share of the points at the start that is not judged"})

    def lacks(self, subject: Subject) -> str:
        """Return that the training loss has too few points, where no evaluation has a metric beside it either."""
        train, evaluated = subject.first(Role.TRAIN_LOSS), subject.all(Role.EVAL_LOSS) and subject.all(*METRICS_BESIDE)
        points = len(train) if train is not None else 0
        if points >= self.fewest or evaluated:
            return ""
        few, curve = "the {curve} has {points}; at least {least} are needed", text("train loss")
        return text(few, curve=curve, points=Count(points, "usable point"), least=count(self.fewest))

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per spike of the training loss, and per evaluation that was spoilt."""
        view = subject.first(Role.TRAIN_LOSS)
        found = [] if view is None or len(view) < self.fewest else self._spikes(view, subject)
        return found + [f for v in subject.all(Role.EVAL_LOSS) for f in spoilt(v, subject, self.rule)]

    def _spikes(self, view: CurveView, subject: Subject) -> list[Finding]:
        n = len(view)
        parts = view.parts
        skip = max(15, int(self.head * n))
        z = parts.z
        found = excursions(z, parts.window, floor=self.floor, false_events=self.false_events, skip=skip)
        found = [e for e in found if e.last - e.first >= 2 or e.score >= self.narrow * self.floor]
        found = self._record(view, z, self._wrecks(view, z, found, skip), skip)
        del z  # as long as the curve
        scale = parts.scale
        found = [e for e in found if min(prominence(parts.y, scale, e)) >= self.prominence]
        found += self._slow(view, found, skip)
        found = [e for e in found if parts.y[e.peak] > _before(parts, e)]
        return [self._finding(view, e, subject) for e in sorted(found, key=lambda e: e.first)]

    def _wrecks(self, view: CurveView, z: FloatArray, found: list[Excursion], skip: int) -> list[Excursion]:
        """Return the stretches with those added that noise may reach, but that lie where the run has never been.

        However heavy the tail: what is ten times as high as the loss was untrained is not a hard example.
        """
        parts, n = view.parts, len(view)
        start, best = median(view.value[:5]), parts.level(float(parts.trend.min()))
        beyond = max(start, start - best) * self.beyond
        spread = noise_of(z)
        if start <= best or spread <= 0.0:
            return found
        at = skip + np.flatnonzero((z[skip:] > self.tall * spread) & (view.value[skip:] > beyond))
        if at.size == 0 or at.size > self.rare * n:
            return found
        known = [e._replace(threshold=min(e.threshold, self.tall)) if _holds(e, at) else e for e in found]
        groups = np.split(at, np.flatnonzero(np.diff(at) > 2) + 1)
        new = [g for g in groups if not any(e.first <= g[-1] and e.last >= g[0] for e in known)]
        peaks = [int(g[np.argmax(z[g])]) for g in new]
        return known + [
            Excursion(int(g[0]), peak, int(g[-1]), float(z[peak]) / spread, self.tall, 1)
            for g, peak in zip(new, peaks, strict=True)
        ]

    def _record(self, view: CurveView, z: FloatArray, found: list[Excursion], skip: int) -> list[Excursion]:
        """Return the stretches with that of one point added that is ``record`` times as high as any far from it.

        As high as the untrained loss, too: near 0 a loss that varies by its own size has no other scale.
        """
        value = view.value
        at = skip + int(np.argmax(value[skip:]))
        near = max(3, value.size // 100)
        highest = max(float(part.max(initial=0.0)) for part in (value[: max(at - near, 0)], value[at + near + 1 :]))
        if any(e.first <= at + near and e.last >= at - near for e in found):
            return found
        if highest <= 0.0 or float(value.min()) < 0.0 or float(value[at]) < self.record * highest:
            return found
        return [*found, Excursion(at, at, at, max(float(z[at]), self.tall), self.tall, 1)]

    def _slow(self, view: CurveView, found: list[Excursion], skip: int) -> list[Excursion]:
        """Return jumps that the trend follows, because they last, and that are being won back."""
        parts, n = view.parts, len(view)
        out = []
        for jump in jumps(parts.y, parts.scale, parts.correlation):
            i = jump.index
            # A level that is to be won back has to be known: the first tenth is the start itself.
            if (
                jump.size <= 0.0
                or i < max(skip, n // 10)
                or any(e.first - n // 50 <= i <= e.last + n // 50 for e in found)
            ):
                continue
            rest = parts.y[i:]
            m = max(5, min(rest.size // 4, n // 20))
            top, end = median(rest[:m]), median(rest[-m:])
            if rest.size < 20 or top - end < 4.0 * median_error(parts.noise, m, parts.correlation) * np.sqrt(2.0):
                continue
            peak = i + int(np.argmax(rest[:m]))
            out.append(Excursion(i, peak, i + m - 1, jump.z, 6.0, m))
        return out

    def _finding(self, view: CurveView, event: Excursion, subject: Subject) -> Finding:
        parts, step, n = view.parts, view.step, len(view)
        level = _before(parts, event)
        sigma = float(parts.scale_at(event.first))
        back = _back(parts.y, event, level, sigma, parts.correlation)
        before, peak = parts.level(level), float(view.value[event.peak])
        height = peak - before
        first, top = int(step[event.first]), int(step[event.peak])
        left = n - 1 - event.last
        end = int(step[back]) if back is not None else int(step[event.last])
        evidence = [
            Evidence("height-above-the-trend", "height above the trend", height, view.unit),
            Evidence("height", "height", float(event.score), "robust standard deviations"),
            Evidence("threshold", "threshold", float(event.threshold), "robust standard deviations"),
            Evidence("width", "width", float(int(step[event.last]) - first + max(view.cadence, 1.0)), "steps"),
            Evidence("trend-before", "trend before", before, view.unit),
        ]
        message = text(
            "{tag} jumped {height} above its trend ({trend}) at {peak}",
            tag=Tag(view.tag),
            height=level_of(height, view.unit),
            trend=level_of(before),
            peak=Place(top),
        )
        severity, explained = (
            Severity.WARNING,
            ["a batch of other or broken data", "a learning rate near the edge of stability"],
        )
        advice: list[str] = [
            text(
                "Look at the {batches} of {steps}.",
                batches=text("batch" if event.last == event.first and view.cadence <= 1.0 else "batches"),
                steps=Span(first, int(step[event.last])),
            )
        ]
        if back is not None:
            cost = int(step[back]) - first
            evidence.append(Evidence("recovered-within", "recovered within", float(cost), "steps"))
            message += text(" and was back within {length}", length=Length(max(cost, view.cadence)))
            if _eval_stayed(subject, first):
                severity = Severity.INFO
                explained.insert(
                    0, "a planned change of data or objective: the evaluation loss changed for good at the same place"
                )
        elif left < max(10, 2 * (event.last - event.first + 1)):
            message += "; the log ends too soon after it to tell whether it recovers"
        else:
            severity = Severity.ERROR
            end_level = median(parts.y[-max(5, n // 50) :])
            evidence.append(
                Evidence(
                    "still-above-the-level-before-at-the-end-by",
                    "height left at the end",
                    parts.level(end_level) - before,
                    view.unit,
                )
            )
            message += text(" and had not come back fully by the end ({end})", end=Place(int(step[-1])))
            if no_higher_since(((v.step, v.value) for v in subject.all(Role.EVAL_LOSS)), first):
                severity = Severity.INFO
                explained.insert(0, "another objective or other training data: the evaluation loss went on falling")
            else:
                advice.insert(
                    0,
                    text(
                        "Roll back to a checkpoint before {onset} and skip the batches around it.", onset=Place(first)
                    ),
                )
        if (planned := _planned(subject, view, event)) is not None:
            severity = Severity.INFO
            explained.insert(0, planned)
        if back is not None and event.first == event.last and _unnoticed(subject, view, event.peak):
            severity = Severity.INFO
            explained.insert(0, "an epoch of harder batches: the evaluation behind it did not notice")
        if why := _trifling(view, before, peak):
            severity = Severity.INFO
            explained.insert(0, why)
        # In a noise with a heavy tail the threshold itself is high; what passes it is more often noise than elsewhere.
        strength = np.log(event.score / event.threshold) - np.log(event.threshold / self.floor)
        if strength < -np.log(_DOUBT):
            severity = Severity.INFO
            explained.insert(0, "the tail of the noise, which is so heavy that so high a point is not surprising")
        return Finding(
            rule=self.rule,
            severity=severity,
            confidence=confidence_of(self.rule, float(strength)),
            tag=view.tag,
            first_step=first,
            peak_step=top,
            last_step=end,
            message=message,
            evidence=tuple(evidence),
            also_explained_by=tuple(explained),
            advice=tuple(advice),
        )


def _unnoticed(subject: Subject, view: CurveView, at: int) -> bool:
    """Return whether a single epoch was high, and no evaluation behind it higher than those of both its neighbours."""
    if "epoch" not in subject.x_axis:
        return False
    seen = [v for v in subject.all(Role.EVAL_LOSS) if len(v) > 2]
    around = [(v, int(np.searchsorted(v.step, view.step[at]))) for v in seen]
    beside = [v.value[k - 1 : k + 2] for v, k in around if 0 < k < len(v) - 1 and v.step[k] == view.step[at]]
    return bool(beside) and all(now <= max(before, after) for before, now, after in beside)


def _trifling(view: CurveView, level: float, peak: float) -> str:
    """Return why a stretch does not matter: it is hardly a rise, or nearly nothing is left to learn; else ""."""
    start = median(view.value[:5])
    if 0.0 < peak - level < _NO_MATTER * min(level, start):
        return "nothing that matters: it is less than a hundredth of the loss"
    if 0.0 < level <= _NEARLY_NOTHING * start and peak <= min(2.0 * _NEARLY_NOTHING * start, _OWN_SIZE * level):
        return "what is left to learn: near 0 a loss goes up and down by its own size"
    return ""


def _planned(subject: Subject, view: CurveView, event: Excursion) -> Text | None:
    """Return what the log shows to have been changed on purpose where a stretch begins, None where it shows nothing."""
    first, n = event.first, len(view)
    near = view.step[[max(0, first - 3), min(n - 1, first + 1)]]
    changed = harm.what_changed(subject, view, int(near[0]), int(near[1]))
    if changed is not None:
        return changed
    part = slice(first, min(n, first + max(5, n // 50)))
    return text("a restart of the learning rate") if harm.rate_is_back(subject, view, first, part) else None


def _before(parts: Decomposition, event: Excursion) -> float:
    """Return the level that a stretch leaves, on the even scale."""
    span = int(np.clip(parts.window // 4, 5, 50))
    return median(parts.y[max(0, event.first - span) : max(1, event.first)])


def _holds(event: Excursion, at: IntArray) -> bool:
    """Return whether a stretch is no more than a batch or three, with one of the points in it."""
    return event.last - event.first <= 2 and bool(np.any((at >= event.first) & (at <= event.last)))


def _back(y: FloatArray, event: Excursion, level: float, sigma: float, correlation: float) -> int | None:
    """Return the index at which the curve is back at ``level``, None when it never is."""
    width = max(5, min(event.last - event.first + 1, 200))
    rest = y[event.last + 1 :]
    if rest.size < width:
        return None
    # A forward median of ``width`` points is back when it is near the level; windows half a width apart.
    near = level + max(2.0 * median_error(sigma, width, correlation), 0.5 * sigma)
    apart, end = max(1, width // 5), rest.size - width + 1
    done, more = 0, 64 * apart
    while done < end:  # most are back soon: of a long log the rest is not looked at for each
        starts = np.arange(done, min(done + more, end), apart)
        hit = np.flatnonzero(window_medians(rest, width, starts) <= near)
        if hit.size:
            return event.last + 1 + int(starts[hit[0]])
        done, more = done + more, 4 * more
    return None


def _eval_stayed(subject: Subject, step: int) -> bool:
    """Return whether the evaluation loss rose at ``step`` and kept at least half of its rise to the end."""
    view = subject.first(Role.EVAL_LOSS)
    if view is None:
        return False
    y = view.parts.y
    before, after = y[view.step < step][-3:], y[view.step >= step]
    if before.size < 3 or after.size < 4:
        return False
    noise = max(view.parts.noise, float(np.ptp(before)) / 2.0)
    kept = float(after.min() - before[-1])
    return kept > 3.0 * noise and kept > 0.5 * float(after.max() - before[-1])
