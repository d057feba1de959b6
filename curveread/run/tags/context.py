"""What the curves of a run are, seen together: the total among the losses of a split, twins, counters, units.

The words of a tag say most; the other curves say the rest. Numbers only confirm: bounds, counters that go back, two
curves that fall together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from curveread.run.model import Attempt, Curve, Run
from curveread.run.roles import (
    DIRECTIONS,
    EVAL_WORDS,
    LOSS_TERMS,
    LOSSES,
    TRAIN_WORDS,
    Meaning,
    Role,
    meaning_of,
    qualifiers_of,
    role_of,
    with_role,
    words,
)
from curveread.run.tags.grammar import parse
from curveread.run.tags.kinds import RL, Kind, TaskKind
from curveread.run.tags.lexicon import (
    ADVERSARIAL,
    ALWAYS_PART,
    AUXILIARY,
    GENERATORS,
    MAIN,
    NEUTRAL,
    PART,
    PIPELINE,
    RECONSTRUCTIONS,
    TOTAL,
    VOCABULARY,
    Noun,
)
from curveread.run.task import task_of

_Meanings = dict[str, Meaning]
_PLAIN_LOSS = frozenset({("loss",), ("elbo",), ("cost",), ("objective",), ("criterion",), ("risk",)})
_PERCENTS = frozenset(
    "accuracy acc accu top prec precision recall map ap ar iou miou f dice auc auroc correct match acc1 acc5".split()
)
_SUMS_BY_NAME = frozenset({"total", "tot", "sum", "overall"})
"""Totals beside which a joint loss, or a full one, is a part."""
_SUMS = frozenset({TaskKind.VAE, TaskKind.DIFFUSION, TaskKind.GAN})
"""Kinds whose losses are sums of likelihoods and other terms."""
_PLAIN_TASKS = frozenset({TaskKind.UNKNOWN, TaskKind.CLASSIFICATION})
_TERMS_OF_GANS = (
    (PART | frozenset({"cycle", "idt", "identity"}), Role.COMPONENT_LOSS),
    (ADVERSARIAL, Role.ADVERSARIAL_LOSS),
    (AUXILIARY, Role.AUXILIARY_LOSS),
)
_JUDGED = frozenset({"d", "disc", "discriminator"})
_PLAYED = ("g", "gen", "generator", "adv")
"""The two sides of adversarial training, as they begin the names of their losses."""
_TERMS_BESIDE = ((PART, Role.COMPONENT_LOSS), (AUXILIARY, Role.AUXILIARY_LOSS))
"""What a term beside a loss may be called, all of its words."""
_TERMS_OF_AGENTS = (
    (frozenset({"critic", "critics", "vf", "qf", "td"}), Role.VALUE_LOSS),
    (frozenset({"actor", "pg"}), Role.POLICY_LOSS),
)
_COUNTERS = (Role.STEP_AXIS, Role.TOKENS, Role.EPOCH)
_BASE_TWO = frozenset({"wps", "ups", "wpb"})
"""What fairseq logs beside its losses, which are in bits."""


def understood(run: Run) -> Run:
    """Return the run with the kind of its training and with what each of its curves is. O(tags^2 + points).

    A role that a curve was given otherwise than by its name is kept. A run that is understood already stays as it is.
    """
    if run.task is not None and all(c.meaning is not None for c in run.curves.values()):
        return run
    task = task_of(run)
    kind = run.task or Kind(task.kind, task.why)
    known = {t: m for t, m in meanings(run.curves, kind.kind).items() if not _given(run.curves[t])}
    placement = run.placement and replace(run.placement, run=understood(run.placement.run))

    def told(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        return {t: _with(c, known.get(t) or meaning_of(t, kind.kind)) for t, c in curves.items()}

    def told_attempt(attempt: Attempt) -> Attempt:
        return replace(attempt, curves=told(attempt.curves), superseded=told(attempt.superseded))

    attempts = tuple(map(told_attempt, run.attempts))
    return replace(run, curves=told(run.curves), attempts=attempts, task=kind, placement=placement)


def _given(curve: Curve) -> bool:
    return curve.meaning is not None or curve.role is not role_of(curve.tag)


def _with(curve: Curve, meaning: Meaning) -> Curve:
    if _given(curve):
        return curve if curve.meaning is not None else replace(curve, meaning=curve.known)
    return replace(curve, role=meaning.role, meaning=meaning)


def meanings(curves: Mapping[str, Curve], kind: TaskKind) -> _Meanings:
    """Return what each curve is among the others."""
    found = {tag: meaning_of(tag, kind) for tag in curves}
    _first_set_is_train(found)
    _terms_by_name(found, kind)
    _short_splits(found)
    if kind not in RL:
        _sides(found)
        _measured(found)
        _headlines(found, kind)
        _errors(found, kind)
        _first_set_is_train(found)
        _twins(found, curves, kind)
    _boosted(found, curves)
    _bare_splits(found, curves)
    _unsplit_metrics(found)
    _counters(found, curves)
    _loading(found)
    _percents(found, curves)
    _units(found, kind)
    return found


# --- losses --------------------------------------------------------------------------------------------------------


def _terms_by_name(found: _Meanings, kind: TaskKind) -> None:
    """Take what is named as a term of a loss, without the word, for one: ``D_A`` of a GAN, ``critic`` of an agent."""
    roles = _TERMS_OF_GANS if kind is TaskKind.GAN else _TERMS_OF_AGENTS if kind in RL else ()
    losses = any(m.role in LOSSES for m in found.values())
    called = {w for t in found if "loss" in parse(t).words for w in qualifiers_of(parse(t))}
    for tag in [t for t, m in found.items() if m.role is Role.OTHER]:
        parsed = parse(tag)
        if losses and set(parsed.core) & TOTAL and not set(parsed.core) - TOTAL - NEUTRAL:
            total = Role.EVAL_LOSS if parsed.split == "eval" else Role.TRAIN_LOSS
            found[tag] = Meaning(total, "lower", "", 0.7, f"‘{tag}’ is a total beside losses")
            continue
        own = {w for w in parsed.own if not w.isdigit()} - TRAIN_WORDS - EVAL_WORDS - NEUTRAL
        if roles:
            role = next((r for words, r in roles if own & words and not (kind in RL and own & words & called)), None)
        else:
            alone = kind is TaskKind.VAE and own <= RECONSTRUCTIONS  # Recon beside KL: neither says loss
            named = own and (losses or alone) and max(map(len, own)) > 1
            role = next((r for words, r in _TERMS_BESIDE if own <= words), None) if named else None
        if role is Role.ADVERSARIAL_LOSS and own & GENERATORS and own - GENERATORS - VOCABULARY:
            role = Role.COMPONENT_LOSS  # a term of the generator's, of a kind that is not known
        if role is not None and not parsed.notes and len(parsed.core) <= 3:
            why = f"‘{tag}’ is named as a term of the loss of such a training"
            found[tag] = Meaning(role, DIRECTIONS.get(role, ""), "", 0.6, why)


def _sides(found: _Meanings) -> None:
    """Take ``d_mpd`` beside ``adv_mpd`` for the two sides of a game, though what they share is not known."""
    spelled = {parse(t).core: t for t, m in found.items() if m.role in (Role.OTHER, Role.ERROR_METRIC)}
    for core, tag in spelled.items():
        twin = next((spelled[s, *core[1:]] for s in _PLAYED if (s, *core[1:]) in spelled), "")
        if core[:1] and core[0] in _JUDGED and len(core) > 1 and twin:
            why = f"{tag} and {twin} are the two sides of a game"
            for side in (tag, twin):
                found[side] = Meaning(Role.ADVERSARIAL_LOSS, "", "", 0.6, why)


def _plainness(tag: str) -> int:
    """Return 0 for a bare loss or a total, 1 for one that only tells its kind (``nll``, ``lm loss``), 2 for a part."""
    parsed = parse(tag)
    own = qualifiers_of(parsed)
    if parsed.own & _SUMS_BY_NAME:
        own -= {w for k in parsed.kinds for w in k.words}  # total_mse_loss
    if own - MAIN:
        return 2
    plain = parsed.head is not None and parsed.head.words in _PLAIN_LOSS and not parsed.kinds
    return 0 if parsed.own & TOTAL or (plain and not own) else 1


def _is_another_measure(tag: str) -> bool:
    """Return whether a tag names a cross-entropy without the word loss: the loss again, as metric."""
    parsed = parse(tag)
    return parsed.head is not None and bool(parsed.head.unit) and "loss" not in parsed.words


def _headlines(found: _Meanings, kind: TaskKind) -> None:
    """Tell the total of each split from its parts; parts without a total are each judged."""
    _regressions(found)
    adversaries = any(m.role is Role.ADVERSARIAL_LOSS for m in found.values())
    pipeline = len({w for t in found for w in qualifiers_of(parse(t))} & PIPELINE) > 1
    for split in ("train", "eval"):
        losses = [t for t, m in found.items() if m.role in (*LOSSES, Role.COMPONENT_LOSS) and _is(t, m, split)]
        losses = [t for t in losses if not qualifiers_of(parse(t)) & ALWAYS_PART]
        rank = {t: _plainness(t) for t in losses}
        rank |= dict.fromkeys(_of_another([t for t in losses if rank[t] == 0]), 2)
        if 0 not in rank.values():
            rank |= dict.fromkeys(_stems(losses, rank), 0)
        totals = [t for t in losses if rank[t] == 0]
        called = any(_noun(t) is Noun.LOSS for t in losses)
        headline = Role.EVAL_LOSS if split == "eval" else Role.TRAIN_LOSS
        for tag in losses:
            meaning = found[tag]
            again = rank[tag] and not qualifiers_of(parse(tag)) & PART and _is_another_measure(tag)
            if again and totals and kind not in _SUMS and not _summed(totals):
                role = with_role(meaning, Role.QUALITY_METRIC, f"{meaning.why}; {totals[0]} is the loss beside it")
                found[tag] = replace(role, direction="lower", unit=meaning.unit)
            elif rank[tag] and totals:
                found[tag] = with_role(
                    meaning, Role.COMPONENT_LOSS, f"{meaning.why}; {totals[0]} is the total beside it"
                )
            elif rank[tag] == 2 and (adversaries or pipeline):
                beside = "adversarial losses" if adversaries else "those of other components, each a sum over updates"
                found[tag] = with_role(meaning, Role.COMPONENT_LOSS, f"{meaning.why}: a term beside {beside}")
            elif meaning.role is Role.COMPONENT_LOSS and not adversaries and (_noun(tag) is Noun.LOSS or not called):
                why = "a term of the loss; no total is logged beside it, so that each term is judged"
                found[tag] = with_role(meaning, headline, why, 0.8)


def _stems(losses: list[str], rank: Mapping[str, int]) -> list[str]:
    """Return the losses whose names others go on: ``bpd`` beside ``bpd_recon`` and ``bpd_latent``."""
    cores = {t: (parse(t).head, frozenset(parse(t).core) - NEUTRAL) for t in losses}
    parts = [cores[t] for t in losses if rank[t] == 2]
    return [t for t in losses if rank[t] == 1 and any(h is cores[t][0] and cores[t][1] < c for h, c in parts)]


def _summed(totals: list[str]) -> bool:
    """Return whether a total says that it is one, or is itself a likelihood: what stands beside it is then a part."""
    return any(parse(t).own & TOTAL or _is_another_measure(t) for t in totals)


def _of_another(totals: list[str]) -> set[str]:
    """Return those that are a term of another: ``loss_0`` beside ``loss``, ``mel/loss`` and ``adv/loss`` as well."""
    grouped = {t for t in totals if parse(t).group & TOTAL}
    beside = {t for t in totals if _place(t)} - grouped if grouped else set()
    placed = {t for t in totals if _place(t) and not parse(t).own & TOTAL}
    if len(placed) < len(totals) and any(_place(t) & (PART | ADVERSARIAL) for t in placed):
        beside |= placed  # the folders name terms; those of data sets do not
    names = {t: tuple(dict.fromkeys(w for w in parse(t).core if not w.isdigit())) for t in totals}
    numbered = {t for t in totals if any(w.isdigit() for w in parse(t).core)}
    bare = {names[t] for t in totals if t not in numbered}
    sums = [t for t in totals if parse(t).own & _SUMS_BY_NAME]
    smooth = {t for t in totals if "smooth" in parse(t).own and t not in sums} if sums else set()
    joint = {t for t in totals if parse(t).own & TOTAL - _SUMS_BY_NAME} if sums else set()
    return beside | {t for t in numbered if names[t] in bare} | joint | smooth


def _place(tag: str) -> frozenset[str]:
    """Return the words of the folders that a tag lies in, but for those that say nothing about what it is."""
    return parse(tag).group - NEUTRAL - TRAIN_WORDS - EVAL_WORDS


def _measured(found: _Meanings) -> None:
    """Take a loss in a folder of metrics for one of the evaluation, where another loss lies outside of it."""
    losses = [t for t, m in found.items() if m.role is Role.TRAIN_LOSS and _noun(t) is Noun.LOSS]
    inside = [t for t in losses if "metric" in parse(t).group and not parse(t).split]
    if 0 < len(inside) < len(losses):
        for tag in inside:
            why = f"{found[tag].why}; it lies among metrics, and another loss does not"
            found[tag] = with_role(found[tag], Role.EVAL_LOSS, why, 0.7)


def _regressions(found: _Meanings) -> None:
    """Take ``loss_reg`` beside ``loss_cls`` for the regression of boxes: by itself it is most often a regulariser."""
    classes = any(parse(t).own & {"cls", "classification"} and _noun(t) in (Noun.LOSS, None) for t in found)
    for tag, meaning in found.items():
        if classes and meaning.role is Role.AUXILIARY_LOSS and "reg" in parse(tag).words:
            found[tag] = with_role(meaning, Role.COMPONENT_LOSS, f"{meaning.why}: a regression beside a classification")


def _is(tag: str, meaning: Meaning, split: str) -> bool:
    evaluation = parse(tag).split == "eval" or meaning.role is Role.EVAL_LOSS
    return evaluation == (split == "eval") and _noun(tag) in (Noun.LOSS, None)


def _noun(tag: str) -> Noun | None:
    head = parse(tag).head
    return None if head is None else head.kind


def _errors(found: _Meanings, kind: TaskKind) -> None:
    """Take errors such as ``rmse`` for what is trained on where no loss is logged, and for terms of a diffusion's."""
    errors = [t for t, m in found.items() if m.role is Role.ERROR_METRIC and "metric" not in parse(t).group]
    losses = any(m.role in (*LOSSES, *LOSS_TERMS) for m in found.values())
    for tag in errors:
        meaning = found[tag]
        if not losses:
            role = Role.EVAL_LOSS if parse(tag).split == "eval" else Role.TRAIN_LOSS
            found[tag] = with_role(meaning, role, f"{meaning.why}; no loss is logged beside it", 0.8)
        elif kind in (TaskKind.DIFFUSION, TaskKind.VAE) and not parse(tag).words[-1].startswith(("rms", "ma")):
            found[tag] = with_role(meaning, Role.COMPONENT_LOSS, f"{meaning.why}, a term of the loss", 0.8)


def _first_set_is_train(found: _Meanings) -> None:
    """Take ``validation_0`` for the training data where ``validation_1`` stands beside it (scikit-learn's API)."""
    for tag, meaning in list(found.items()):
        other = tag.replace("validation_0", "validation_1")
        if other == tag or other not in found:
            continue
        role = {Role.EVAL_LOSS: Role.TRAIN_LOSS, Role.EVAL_ACCURACY: Role.TRAIN_ACCURACY}.get(meaning.role)
        if role is not None:
            why = f"{meaning.why}; with {other} beside it, the first set is most often the training data"
            found[tag] = with_role(meaning, role, why, 0.7)


def _short_splits(found: _Meanings) -> None:
    """Take ``loss_t`` and ``loss_v`` side by side for the training and the validation; alone, v is a value."""
    spelled = {words(t): t for t in found}
    for tag, meaning in list(found.items()):
        trained = next((i for i, w in enumerate(words(tag)) if w == "t"), None)
        if trained is None or _noun(tag) is not Noun.LOSS:
            continue
        twin = spelled.get((*words(tag)[:trained], "v", *words(tag)[trained + 1 :]))
        if twin is not None:
            why = f"{tag} and {twin} are a curve of the training and one of the validation"
            found[tag] = with_role(meaning, Role.TRAIN_LOSS, why, 0.8)
            found[twin] = with_role(found[twin], Role.EVAL_LOSS, why, 0.8)


def _twins(found: _Meanings, curves: Mapping[str, Curve], kind: TaskKind) -> None:
    """Take two curves of unknown name, one per split, that both fall for losses, where no loss is known."""
    if kind is TaskKind.GAN or any(m.role in (*LOSSES, *LOSS_TERMS) for m in found.values()):
        return
    unknown = [t for t, m in found.items() if m.role is Role.OTHER and parse(t).core]
    trained = {parse(t).core: t for t in reversed(unknown) if parse(t).split != "eval"}
    for tag in unknown:
        twin = trained.get(parse(tag).core)
        if parse(tag).split == "eval" and twin is not None and _falls(curves[tag]) and _falls(curves[twin]):
            why = "its name is not known; train and eval have such a curve and both fall, as losses do"
            found[tag] = Meaning(Role.EVAL_LOSS, "lower", "", 0.5, why)
            found[twin] = Meaning(Role.TRAIN_LOSS, "lower", "", 0.5, why)


def _falls(curve: Curve) -> bool:
    """Return whether a curve falls beyond its own noise."""
    value = curve.value[curve.finite]
    third = value.size // 3
    if third < 3:
        return False
    noise = 1.4826 * float(np.median(np.abs(np.diff(value)))) / np.sqrt(2.0)
    return bool(np.median(value[:third]) - np.median(value[-third:]) > 3.0 * noise)


def _bare_splits(found: _Meanings, curves: Mapping[str, Curve]) -> None:
    """Take ``Train``, ``Val`` and ``Test`` beside a loss for accuracies, where the first rises as the loss falls.

    Graph networks are logged so. Errors named so fall with the loss, and losses have no other loss beside them.
    """
    bare = [t for t, m in found.items() if m.role is Role.OTHER and parse(t).split and len(parse(t).words) == 1]
    trained = next((t for t in bare if parse(t).split == "train"), None)
    losses = [t for t, m in found.items() if m.role is Role.TRAIN_LOSS]
    if trained is None or len(losses) != 1 or _change(curves[losses[0]]) >= 0.0 or _change(curves[trained]) <= 0.0:
        return
    values = [curves[t].value[curves[t].finite] for t in bare]
    if all(v.size and float(v.min()) >= 0.0 and float(v.max()) <= 1.0 for v in values):
        for tag in bare:
            role = Role.TRAIN_ACCURACY if parse(tag).split == "train" else Role.EVAL_ACCURACY
            why = f"shares beside {losses[0]}, of which {trained} rises as it falls, as accuracies do"
            found[tag] = Meaning(role, "higher", "", 0.6, why)


def _change(curve: Curve) -> float:
    """Return how far the last third of a curve lies from its first points."""
    value = curve.value[curve.finite]
    third = value.size // 3
    return float(np.median(value[-third:]) - np.median(value[:3])) if third else 0.0


def _boosted(found: _Meanings, curves: Mapping[str, Curve]) -> None:
    """Take CatBoost's ``learn`` and ``test`` for losses or for metrics, by which of them its ``best`` is."""
    if not {"learn", "test", "best"} <= found.keys() or any(m.role in LOSSES for m in found.values()):
        return
    test, best = curves["test"].value, curves["best"].value
    if test.size != best.size or test.size == 0:
        return
    lower, higher = (bool(np.array_equal(f.accumulate(test), best)) for f in (np.minimum, np.maximum))
    why = "CatBoost's console; its best is the {} of test so far"
    if lower:
        found["learn"] = Meaning(Role.TRAIN_LOSS, "lower", "", 0.8, why.format("lowest"))
        found["test"] = Meaning(Role.EVAL_LOSS, "lower", "", 0.8, why.format("lowest"))
    elif higher:
        for tag in ("learn", "test"):
            found[tag] = Meaning(Role.QUALITY_METRIC, "higher", "", 0.8, why.format("highest"))


# --- metrics, counters, units ----------------------------------------------------------------------------------------


def _unsplit_metrics(found: _Meanings) -> None:
    """Take accuracies without a split for those of the evaluation where every loss names its split."""
    splits = {parse(t).split for t, m in found.items() if m.role in (*LOSSES, Role.COMPONENT_LOSS)}
    named = {parse(t).core for t in found if parse(t).split}
    for tag, meaning in found.items():
        parsed = parse(tag)
        if meaning.role is not Role.TRAIN_ACCURACY or parsed.split or parsed.core in named:
            continue
        if splits == {"train", "eval"}:
            why = f"{meaning.why}; the losses name their splits, it names none: it is measured on the evaluation"
            found[tag] = with_role(meaning, Role.EVAL_ACCURACY, why, 0.7)
        elif splits != {"", "eval"}:
            why = f"{meaning.why}; nothing says on which data"
            found[tag] = replace(with_role(meaning, Role.QUALITY_METRIC, why, 0.8), direction="higher")


def _counters(found: _Meanings, curves: Mapping[str, Curve]) -> None:
    """Tell counters from what goes up and down, as the length of an episode and the tokens of a batch do."""
    for tag, meaning in found.items():
        if meaning.role in _COUNTERS:
            value = curves[tag].value[curves[tag].finite]
            if value.size > 2 and int((np.diff(value) < 0.0).sum()) > 0.05 * value.size:
                role = Role.TIME if parse(tag).words[0] == "time" else Role.DIAGNOSTIC
                found[tag] = with_role(meaning, role, f"{meaning.why}, but it goes up and down", 0.8)


def _loading(found: _Meanings) -> None:
    """Take ``data`` beside ``time`` for the time that loading it takes."""
    timed = next((t for t, m in found.items() if m.role is Role.TIME and "time" in words(t)), "")
    for tag in [t for t, m in found.items() if timed and words(t) == ("data",) and m.role is not Role.TIME]:
        found[tag] = Meaning(Role.TIME, "", "", 0.8, f"data beside {timed} is the time that loading takes")


def _percents(found: _Meanings, curves: Mapping[str, Curve]) -> None:
    """Shares that go beyond 1.5 and stay within 100 are percent."""
    for tag, meaning in found.items():
        head = parse(tag).head
        if meaning.unit or head is None or head.kind not in (Noun.ACCURACY, Noun.QUALITY):
            continue
        if head.words[0] not in _PERCENTS and head.words[-1] not in _PERCENTS:
            continue
        value = curves[tag].value[curves[tag].finite]
        if value.size and 1.5 < float(value.max()) <= 100.0 and float(value.min()) >= 0.0:
            found[tag] = replace(meaning, unit="%")


def _units(found: _Meanings, kind: TaskKind) -> None:
    """Give losses nats or bits where the run says that they are cross-entropies, none where it says otherwise."""
    have = {w for t in found for w in parse(t).words}
    two = have >= _BASE_TWO
    for tag, meaning in found.items():
        if meaning.role not in (*LOSSES, Role.COMPONENT_LOSS) or _noun(tag) is not Noun.LOSS:
            continue
        if kind in RL or (kind in (TaskKind.PREFERENCE, TaskKind.REWARD_MODEL) and meaning.role in LOSSES):
            found[tag] = replace(meaning, unit="")
        elif (
            meaning.role in LOSSES and not parse(tag).kinds and kind is TaskKind.LANGUAGE_MODEL and _plainness(tag) < 2
        ):
            found[tag] = replace(meaning, unit="bits" if two else meaning.unit or "nats")
        elif meaning.role in LOSSES and kind in _PLAIN_TASKS and not meaning.unit and _plainness(tag) == 0:
            found[tag] = replace(meaning, assumed="nats")
        elif two and meaning.unit == "nats":
            found[tag] = replace(meaning, unit="bits")
