"""What a sweep comes to, in the sentences of a practitioner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curveread.findings.arguments import Count, Name, Tag, count, figure, precise, rough, share
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence
from curveread.findings.sweep.analysis import Analysis, Association, Group, Optimum, Outcome, Side
from curveread.findings.sweep.row import UNREAD, SweepRow
from curveread.findings.text import Text, joined, listed, text
from curveread.fleet.analysis.associations import ERROR
from curveread.fleet.analysis.ties import SEEDS

_MOST, _SHOWN = 6, 3
_FORMS = {"tail": "mean of the last tenth", "last": "last value", "best": "best level reached"}


@dataclass(frozen=True, slots=True)
class First:
    """Which configuration would be first by another curve, or another form of it, and at what level."""

    outcome: Outcome
    settings: Mapping[str, str | int | float | bool]
    level: float


def statements(rows: Sequence[SweepRow], found: Analysis, firsts: Sequence[First]) -> tuple[Statement, ...]:
    """Return what stands over all rows, in words: what broke, what is best and how surely, what cannot be said."""
    said = [*_broken(rows, found), *_best(found), *_seeds(found), *_settings(found), *_ranking(found, firsts)]
    return (*said, *_undetermined(rows, found))


def _broken(rows: Sequence[SweepRow], found: Analysis) -> Iterator[Statement]:
    read = [r for r in rows if r.health != UNREAD]
    wrecks = sum(r.broken for r in read)
    if wrecks:
        sentence = text("{n} of {all} ended as wrecks.", n=count(wrecks), all=Count(len(read), "run"))
        yield Statement("broken", sentence, (Evidence("wrecks", "wrecked runs", float(wrecks), "runs"),))
    shown = _telling(found.associations)
    yield from (Statement("broken", _shared(each), _evidence(each[0])) for each in shown[:_MOST])
    if wrecks and not shown and len(found.settings):
        yield Statement("undetermined", text("No setting tells the wrecked runs from the others with certainty."))


def _telling(every: Sequence[Association]) -> list[list[Association]]:
    """Return those to say, of the same runs together; not the verdict where a finding explains most of it."""
    out: dict[object, list[Association]] = {}
    for a in every:
        same = [b for b in every if b.what != ERROR and (b.setting, b.relation) == (a.setting, a.relation)]
        if a.what != ERROR or not any(5 * b.inside >= 4 * a.inside for b in same):
            out.setdefault((a.sides, a.apart, a.inside, a.outside), []).append(a)
    return list(out.values())


def _shared(each: Sequence[Association]) -> Text:
    a = each[0]
    what = [text("a verdict of error") if b.what == ERROR else text("{rule}", rule=Name(b.what)) for b in each]
    sentence = text(
        "{what} in {inside} of {runs} with {sides}, in {outside} of {others}: a difference of {effect} percentage "
        "points (95 % interval {low} to {high}; p {p} after correction over {tests}).",
        what=listed(what),
        inside=count(a.inside),
        runs=Count(a.inside_of, "run"),
        sides=_sides(a.sides),
        outside=count(a.outside),
        others=Count(a.outside_of, "other"),
        effect=count(round(100 * a.effect)),
        low=count(round(100 * a.effect_low)),
        high=count(round(100 * a.effect_high)),
        p=_chance(a.p_corrected),
        tests=Count(a.comparisons, "comparison"),
    )
    if a.apart:
        sentence += text(" Runs with {apart} are left out here.", apart=listed([_sides(s) for s in a.apart], "or"))
    if a.confounded:
        others = listed([text("{name}", name=Name(name)) for name in a.confounded[:_MOST]])
        return sentence + text(" {others} changed along with it: which of them does it cannot be told.", others=others)
    return sentence


def _evidence(a: Association) -> tuple[Evidence, ...]:
    return (
        Evidence("effect", "difference of shares", a.effect, "ratio"),
        Evidence("effect-low", "least difference", a.effect_low, "ratio"),
        Evidence("effect-high", "greatest difference", a.effect_high, "ratio"),
        Evidence("p-corrected", "p over all comparisons", a.p_corrected, ""),
    )


def _sides(sides: Sequence[Side]) -> Text:
    return listed([_side(side) for side in sides])


def _side(side: Side) -> Text:
    return text("{setting} " + side.sign + " {value}", setting=Name(side.setting), value=_value(side.value))


def _value(value: str | int | float | bool) -> Text:
    if isinstance(value, str | bool):
        return text("{value}", value=Name(str(value)))
    return text("{value}", value=precise(value) if isinstance(value, int) else figure(value))


def _chance(p: float) -> Text:
    return text("< 0.001") if p < 0.001 else text("= {p}", p=rough(p))


def _best(found: Analysis) -> Iterator[Statement]:
    if found.outcome is None:
        return
    for optimum in found.optima:
        evidence = (
            Evidence("low", "lowest value of the best range", optimum.low, ""),
            Evidence("high", "highest value of the best range", optimum.high, ""),
            Evidence("sure", "share of resamples", optimum.sure, "ratio"),
        )
        yield Statement("best", _range(optimum, found.outcome), evidence)


def _range(optimum: Optimum, outcome: Outcome) -> Text:
    name, low, high = Name(optimum.setting), figure(optimum.low), figure(optimum.high)
    where = text("{low}", low=low)
    if optimum.high > optimum.low:
        where = text("between {low} and {high}", low=low, high=high)
    sentence = text(
        "Best {setting}: {where}, by the " + _FORMS[outcome.form] + " of {tag}; the best value lies there in {sure} of "
        "resamples",
        setting=name,
        where=where,
        tag=Tag(outcome.tag),
        sure=share(optimum.sure),
    )
    if np.isfinite(optimum.edge):
        sentence += text("; the edge of stability lies at about {edge}", edge=figure(optimum.edge))
    if optimum.open:
        way = "lower" if optimum.open == "low" else "higher"
        sentence += "; nothing " + way + " was tried, so the best may lie beyond"
    return sentence + "."


def _seeds(found: Analysis) -> Iterator[Statement]:
    """Yield which configuration is best over its seeds, what ties with it, and what has too few seeds for a claim."""
    if found.outcome is None:
        return
    known = [g for g in found.groups if g.tied is not None]
    few = [g for g in found.groups if len(g.rows) < SEEDS]
    if len(known) > 1:
        yield Statement("seeds", _best_group(known, found))
    elif len(few) == len(found.groups) > 1:
        words = "No configuration ran with three seeds or more: that one run is ahead of another may be luck."
        yield Statement("undetermined", text(words))
    if few and len(few) < len(found.groups):
        words = "{n} ran with fewer than three seeds: nothing is claimed of them."
        yield Statement("undetermined", text(words, n=Count(len(few), "configuration")))


def _best_group(known: Sequence[Group], found: Analysis) -> Text:
    outcome = found.outcome or Outcome("", "", "down")
    best, *others = known
    tied = [g for g in others if g.tied]
    sentence = text(
        "Best of {n}: {group}, {tag} {centre} (interquartile mean over {runs}, 95 % interval {low} to {high})",
        n=Count(len(known), "configuration"),
        group=_named(best.settings, found),
        tag=Tag(outcome.tag),
        centre=figure(best.centre, outcome.unit),
        runs=Count(len(best.rows), "run"),
        low=figure(best.low),
        high=figure(best.high),
    )
    if tied:
        sentence += text("; nothing tells it from {tied}", tied=_some([_named(g.settings, found) for g in tied]))
    behind = next((i for i in found.improvements if not found.groups[i.than].tied), None)
    if behind is not None and behind.probability == 1:
        than = _named(found.groups[behind.than].settings, found)
        sentence += text("; every run of it beats every one of {than}", than=than)
    elif behind is not None:
        sentence += text(
            "; a run of it beats one of {than} with probability {p} ({low} to {high})",
            than=_named(found.groups[behind.than].settings, found),
            p=share(behind.probability),
            low=share(behind.low),
            high=share(behind.high),
        )
    return sentence + "."


def _settings(found: Analysis) -> Iterator[Statement]:
    """Yield what each setting explains of the outcome, and which cannot be told from each other."""
    if found.outcome is not None and found.importances:
        each = [
            text(
                "{setting} {share} ({low} to {high})",
                setting=Name(i.setting),
                share=share(i.share),
                low=share(max(i.low, 0.0)),
                high=share(i.high),
            )
            for i in found.importances[:_MOST]
        ]
        words = "Of the differences in {tag} (variance of ranks) each explains on its own: {each}."
        evidence = tuple(Evidence("share", i.setting, i.share, "ratio") for i in found.importances)
        yield Statement("setting", text(words, tag=Tag(found.outcome.tag), each=joined(", ", each)), evidence)
    named: set[str] = set()
    for setting in found.settings:
        if setting.confounded and not setting.seed and setting.name not in named:
            named |= {setting.name, *setting.confounded}
            each = [text("{name}", name=Name(name)) for name in (setting.name, *setting.confounded)]
            words = "{each} change together in these runs: what one of them does cannot be told from the others."
            yield Statement("undetermined", text(words, each=_some(each, "and")))


def _ranking(found: Analysis, firsts: Sequence[First]) -> Iterator[Statement]:
    """Yield by what else another configuration would be first."""
    if found.outcome is None:
        return
    words = {form: text(said) for form, said in _FORMS.items()}
    for first in firsts:
        outcome = first.outcome
        sentence = text(
            "Ranked by the {ranked} of {tag}; by the {form} of {other} {group} would be first, at {centre}.",
            ranked=words[found.outcome.form],
            tag=Tag(found.outcome.tag),
            form=words[outcome.form],
            other=text("it") if outcome.tag == found.outcome.tag else Tag(outcome.tag),
            group=_named(first.settings, found),
            centre=figure(first.level, outcome.unit),
        )
        yield Statement("ranking", sentence)


def _undetermined(rows: Sequence[SweepRow], found: Analysis) -> Iterator[Statement]:
    """Yield what cannot be said, and of how many runs."""
    unread = sum(r.health == UNREAD for r in rows)
    if unread:
        yield Statement("undetermined", text("{n} could not be read.", n=Count(unread, "run")))
    if found.outcome is None:
        if len(rows) - unread > 1:
            yield Statement("undetermined", text("The runs share no curve by which they could be ranked."))
        return
    tag = found.outcome.tag
    without = sum(r.health != UNREAD and not r.broken and all(m.tag != tag for m in r.measures) for r in rows)
    if without:
        sentence = text("{n} without {tag} cannot be ranked.", n=Count(without, "run"), tag=Tag(tag))
        yield Statement("undetermined", sentence)


def _named(settings: Mapping[str, str | int | float | bool], found: Analysis) -> Text:
    """Return a configuration by at most three settings, those that matter where some do: ``lr 0.3, batch_size 64``."""
    matter = [i.setting for i in found.importances] + [a.setting for a in found.associations]
    names = [name for name in dict.fromkeys(matter) if name in settings] or list(settings)
    each = [text("{name} {value}", name=Name(k), value=_value(settings[k])) for k in names[:_SHOWN]]
    return joined(", ", each) if each else text("the only configuration")


def _some(each: Sequence[Text], last: str = "or") -> Text:
    """Return a list of at most ``_MOST``, and how many more there are."""
    if len(each) <= _MOST:
        return listed(each, last)
    more = text("{n} more", n=count(len(each) - _MOST))
    return listed([*each[:_MOST], more], last)
