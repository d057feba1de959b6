"""Several forms of one run -> one run: per curve the fullest form wins, the others fill gaps or confirm it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from curveread.discovery.agreement import agreement, same_values
from curveread.readers.format import Format
from curveread.readers.trainer.names import SUMMARY_KEYS
from curveread.run.model import Attempt, Checkpoint, Curve
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role
from curveread.run.shared_steps import on_shared_steps

_BREAK = re.compile(r"[^a-z0-9]+")


class Form(NamedTuple):
    """One form of a run, its attempts stitched: its (last) file, ``full`` or ``sampled``, and what it holds."""

    format: Format
    source: str
    curves: Mapping[str, Curve]
    attempts: tuple[Attempt, ...] = ()
    x_axis: str = "step"
    fidelity: str = "full"


@dataclass(slots=True)
class Merged:
    """Curves of all forms, and which tag of each form became which curve."""

    curves: dict[str, Curve] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    attempts_from: Form | None = None
    notes: list[DataNote] = field(default_factory=list)
    x_axis: str = "step"


def plain_name(tag: str) -> str:
    """Return a tag without case and separators: ``train/Loss`` and ``train_loss`` are one name."""
    return _BREAK.sub("/", tag.lower()).strip("/")


def merge_forms(forms: Sequence[Form]) -> Merged:
    """Merge the forms of one run.

    Per curve the form with the most points wins, then the highest precision, then a full log before an export. Other
    names of the same quantity become aliases; wall time is filled in from forms that have a clock; forms that differ
    in value give a note.
    """
    ordered = sorted(forms, key=lambda f: (f.fidelity != "full", f.format.rank, f.source))
    out = Merged(x_axis=ordered[0].x_axis if ordered else "step")
    if len(ordered) == 1:
        only = ordered[0]
        out.curves, out.attempts, out.attempts_from = dict(only.curves), only.attempts, only
        return out
    quantities: list[list[tuple[Form, Curve]]] = []
    for form in ordered:
        _sort_in(form, quantities)
    names: dict[tuple[int, str], str] = {}
    for members in quantities:
        winner_form, winner = max(members, key=_worth)
        tag = winner.tag
        if tag in out.curves:  # another quantity has the name: keep both apart
            tag = f"{tag} ({winner_form.format.name})"
        aliases = dict.fromkeys(a for _, c in members for a in (c.tag, *c.aliases) if a != tag)
        curve = replace(winner, tag=tag, aliases=tuple(aliases))
        out.curves[tag] = _with_clock(curve, [c for f, c in members if f is not winner_form])
        for form, member in members:
            names[id(form), member.tag] = tag
            # A bucket's last point is a value of the curve, a printed number is a rounded one: neither disagrees.
            if form is not winner_form and f"{member.tag}__MAX" not in form.curves and not form.format.printed:
                note = _disagreement(winner, member, winner_form, form)
                if note:
                    out.notes.append(note)
    _drop_envelopes(out, quantities)
    main = max(out.curves.values(), key=lambda c: (c.role is Role.TRAIN_LOSS, len(c)), default=None)
    for form in ordered:
        if main is not None and any(
            names.get((id(form), t)) == main.tag and len(c) == len(main) for t, c in form.curves.items()
        ):
            out.x_axis = form.x_axis
            break
    # A form that only counts (event files) does not say what; one that calls the same count epochs does.
    out.x_axis = next(
        (f.x_axis for f in ordered if "epoch" in f.x_axis.lower() and _same_count(f, out, names)), out.x_axis
    )
    logged = [f for f in ordered if not f.format.printed] or ordered
    fullest = max(logged, key=lambda f: (len(f.attempts), f.fidelity == "full", sum(map(len, f.curves.values()))))
    out.attempts_from = fullest
    out.attempts = tuple(
        _renamed(a, {t: n for (i, t), n in names.items() if i == id(fullest)}) for a in fullest.attempts
    )
    out.curves = dict(sorted(out.curves.items(), key=lambda kv: kv[0].startswith("system/")))
    return out


def _same_count(form: Form, merged: Merged, names: dict[tuple[int, str], str]) -> bool:
    """Return whether most curves of a form stand at the steps at which they are shown."""
    shown = [(c, merged.curves[n]) for t, c in form.curves.items() if (n := names.get((id(form), t))) in merged.curves]
    return 2 * sum(np.array_equal(a.step, b.step) for a, b in shown) > len(shown)


def _worth(member: tuple[Form, Curve]) -> tuple[bool, int, int, bool, int]:
    """Order the forms of one curve: logged before printed, then points, precision, a full log, the format's rank."""
    form, curve = member
    return (
        not form.format.printed,
        len(curve),
        curve.significand_bits,
        form.fidelity == "full",
        -form.format.rank,
    )


def _drop_envelopes(out: Merged, quantities: Sequence[Sequence[tuple[Form, Curve]]]) -> None:
    """Take out the bucket extremes of a panel export whose curve another form holds in full."""
    for members in quantities:
        if any(f.fidelity == "full" for f, _ in members):
            for form, member in members:
                if form.fidelity != "full":
                    for edge in ("__MIN", "__MAX"):
                        out.curves.pop(member.tag + edge, None)


def _sort_in(form: Form, quantities: list[list[tuple[Form, Curve]]]) -> None:
    """Assign each curve of a form to the quantity it shows: by tag, by name, by the Trainer's renaming, by values."""
    before = list(quantities)
    rest = dict(form.curves)
    free = set(range(len(before)))

    def take(tag: str, i: int) -> None:
        before[i].append((form, rest.pop(tag)))
        free.discard(i)

    tests = (
        lambda tag, curve, other_form, other: tag == other.tag,
        lambda tag, curve, other_form, other: plain_name(tag) == plain_name(other.tag),
        lambda tag, curve, other_form, other: (
            _called_elsewhere(other_form, other.tag) == plain_name(tag)
            or _called_elsewhere(form, tag) == plain_name(other.tag)
        ),
        lambda tag, curve, other_form, other: same_values(curve, other),
    )
    for test in tests:
        for tag, curve in list(rest.items()):
            for i in sorted(free):
                if any(test(tag, curve, f, c) for f, c in before[i]):
                    take(tag, i)
                    break
    quantities.extend([(form, curve)] for curve in rest.values())


def _called_elsewhere(form: Form, tag: str) -> str:
    """Return the plain name under which the form's program logs a tag elsewhere, empty where it has no other."""
    return plain_name(form.format.renamed(tag)) if form.format.renamed else ""


def _with_clock(curve: Curve, others: Sequence[Curve]) -> Curve:
    """Fill in wall times from forms of the same curve that have a clock, by matching steps."""
    if curve.wall_time is not None and np.all(np.isfinite(curve.wall_time)):
        return curve
    wall = np.full(len(curve), np.nan) if curve.wall_time is None else curve.wall_time.copy()
    for other in others:
        if other.wall_time is None or not len(other):
            continue
        if np.array_equal(other.step, curve.step):
            found = other.wall_time
        else:
            at = np.minimum(np.searchsorted(other.step, curve.step), len(other) - 1)
            found = np.where(other.step[at] == curve.step, other.wall_time[at], np.nan)
        wall = np.where(np.isfinite(wall), wall, found)
    return replace(curve, wall_time=wall) if np.isfinite(wall).any() else curve


def _disagreement(winner: Curve, other: Curve, winner_form: Form, form: Form) -> DataNote | None:
    common, equal = agreement(winner, other)
    if equal == common:
        return None
    shared = on_shared_steps(winner, other)
    x, y = shared.one, shared.other
    with np.errstate(invalid="ignore"):
        off = np.where(
            np.isfinite(x) & np.isfinite(y),
            np.abs(x - y),
            np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0.0, np.inf),
        )
    worst = int(np.argmax(off))
    shown = winner_form.format.name
    return DataNote(
        NoteKind.DISAGREEMENT,
        form.source,
        f"{other.tag} differs from {shown}'s {winner.tag} at {common - equal} of {common} common steps "
        f"(step {shared.step[worst]}: {y[worst]:.6g} against {x[worst]:.6g}); {shown} is shown",
    )


def _renamed(attempt: Attempt, names: Mapping[str, str]) -> Attempt:
    def rename(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        return {names.get(t, t): c if names.get(t, t) == c.tag else replace(c, tag=names[t]) for t, c in curves.items()}

    return replace(attempt, curves=rename(attempt.curves), superseded=rename(attempt.superseded))


def drop_summaries(curves: Mapping[str, Curve]) -> tuple[dict[str, Curve], dict[str, Any]]:
    """Take out the Trainer's closing summary, which its callbacks log as single points ``train/train_runtime`` ….

    Returns the other curves, and the summary's values under the Trainer's names.
    """
    if "train/train_runtime" not in curves or "train/train_loss" not in curves:
        return dict(curves), {}
    summary = {f"train/{k}": k for k in SUMMARY_KEYS}
    longest = len(curves["train/train_runtime"])
    drop = {t: k for t, k in summary.items() if t in curves and len(curves[t]) <= longest}
    return {t: c for t, c in curves.items() if t not in drop}, {k: float(curves[t].value[-1]) for t, k in drop.items()}


def all_checkpoints(parts: Sequence[tuple[Checkpoint, ...]]) -> tuple[Checkpoint, ...]:
    """Return the checkpoints of all parts once, by step."""
    found = {c.path: c for group in parts for c in group}
    return tuple(sorted(found.values(), key=lambda c: (c.step, c.path)))
