"""Signs in train and evaluation read together, and in the passes over the data."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene, moved
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Count, Tag, level, rough
from curveread.findings.text import text
from curveread.run.roles import LOSSES, Role
from curveread.run.settings import number_of, text_in
from curveread.run.tags.grammar import parse
from curveread.run.tags.kinds import RL

_BASE = ("model_name_or_path", "base_model", "finetuning_type", "adapter_name_or_path", "init_from")
"""Settings of a training that begins with the weights of another one."""
_LEAP = 5.0
_SWINGS = 0.1
"""Share of its unrest that a swing explains where there is one."""

_EVALUATED = (Role.EVAL_LOSS, Role.EVAL_ACCURACY, Role.EVAL_PERPLEXITY)


@sign("eval-moved", needs="an evaluation")
def eval_moved(scene: Scene) -> Seen | None:
    """Whether the evaluation loss rose with the training loss."""
    view = scene.evaluation
    if view is None or view.tag == scene.finding.tag or scene.finding.first_step is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    before = view.value[max(0, at - 8) : at]
    stop = int(np.searchsorted(view.step, max(scene.end, scene.onset + int(2 * view.cadence)), side="right"))
    after = view.value[at : max(stop, at + 1)][:5]
    if before.size < 3 or not after.size:
        return None
    there = moved(before, after)
    words = "{eval} rose with it" if there else "{eval} did not move"
    return Seen(there, text(words, eval=Tag(view.tag)))


@sign("train-moved")
def train_moved(scene: Scene) -> Seen | None:
    """Whether the training loss moved with an event of an evaluation curve."""
    view, own = scene.train, scene.curve
    swings = KINDS.get(scene.finding.rule) is Kind.SWING
    if view is None or own is None or swings or (own.curve.role not in _EVALUATED and parse(own.tag).split != "eval"):
        return None
    before, after = scene.around(view, 40, max(5, int(2 * own.cadence / max(view.cadence, 1.0))))
    if before.size < 5 or not after.size:
        return None
    there = moved(before, after)
    words = "{train} rose with it" if there else "{train} did not move"
    return Seen(there, text(words, train=Tag(view.tag)))


@sign("train-swings")
def train_swings(scene: Scene) -> Seen | None:
    """Whether the training loss swings with the period of an evaluation that does."""
    view, period = scene.train, scene.finding.get("period")
    if view is None or not isinstance(period, float) or view.tag == scene.finding.tag or len(view) < 24:
        return None
    if period < 4.0 * view.cadence or scene.length < 3.0 * period:
        return None
    x = (view.step - view.step[0]) / scene.length
    rest = view.parts.y - np.polynomial.Polynomial.fit(x, view.parts.y, 3)(x)
    there = _explained(rest, x * scene.length, period) > max(_SWINGS, 12.0 / len(view))
    words = "{train} swings with the same period" if there else "{train} does not swing"
    return Seen(there, text(words, train=Tag(view.tag)))


def _explained(rest: FloatArray, step: FloatArray, period: float) -> float:
    """Return the share of the variance that a sine of about the period explains at best."""
    total = max(float(np.sum((rest - rest.mean()) ** 2)), 1e-300)
    best = 0.0
    for length in period * np.linspace(0.8, 1.25, 19):
        turn = 2.0 * np.pi * step / length
        waves = np.stack([np.ones_like(turn), np.sin(turn), np.cos(turn)], axis=1)
        fit = np.linalg.lstsq(waves, rest, rcond=None)[0]
        best = max(best, 1.0 - float(np.sum((rest - waves @ fit) ** 2)) / total)
    return best


@sign("others-go-on")
def others_go_on(scene: Scene) -> Seen | None:
    """Whether another loss still changes where this one repeats a value exactly."""
    view = scene.curve
    if view is None:
        return None
    rest = view.value[int(np.searchsorted(view.step, scene.onset)) :]
    if rest.size < 5 or not bool((rest[1:] == rest[-1]).all()):
        return None
    others = [v for v in scene.losses if v.tag != view.tag and len(v) >= 3]
    if not others:
        return None
    later = [v.value[int(np.searchsorted(v.step, scene.onset)) :] for v in others]
    there = any(np.unique(values).size >= 3 for values in later)
    return Seen(there, text("another loss still changes" if there else "the other losses stand still, too"))


@sign("train-goes-on-falling")
def falls_on(scene: Scene) -> Seen | None:
    """Whether the training loss goes on falling after the onset."""
    view = scene.train
    if view is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    rest = view.value[at:]
    if rest.size < 4:
        return None
    half = rest.size // 2
    first, last = float(np.median(rest[:half])), float(np.median(rest[half:]))
    noise = float(np.median(np.abs(np.diff(rest)))) / max(np.sqrt(half), 1.0)
    there = last < first - 3.0 * noise
    words = (
        "{train} went on falling, from around {first} to around {last}" if there else "{train} did not fall any more"
    )
    said = {"first": level(first, view.unit), "last": level(last, view.unit)} if there else {}
    return Seen(there, text(words, train=Tag(view.tag), **said))


@sign("many-passes", needs="the epoch")
def passes(scene: Scene) -> Seen | None:
    """Whether the training data had been seen more than once by the onset."""
    epoch = scene.first(Role.EPOCH)
    if epoch is None:
        if "epoch" not in scene.run.x_axis.lower():
            return None
        at = float(scene.onset)
    else:
        at = float(epoch.value[min(int(np.searchsorted(epoch.step, scene.onset)), len(epoch) - 1)])
    words = text("{passes} passes over the training data by then", passes=rough(max(at, 0.0)))
    if at >= 2.0:
        return Seen(True, words)
    return Seen(False, words) if at < 1.0 else None


@sign("at-chance")
def at_chance(scene: Scene) -> Seen | None:
    """Whether the level is that of guessing."""
    guess, vocabulary, view = scene.finding.get("guessing"), scene.case.task.vocabulary, scene.curve
    if isinstance(guess, float):
        return Seen(True, text("the level is that of guessing, {guess}", guess=level(guess)))
    if vocabulary is None or view is None or view.curve.role not in LOSSES or view.assumed_unit != "nats":
        return None
    now = float(np.median(view.value[len(view) // 2 :]))
    evenly = float(np.log(vocabulary))
    words = text("the level is {now}; guessing evenly costs {evenly}", now=level(now), evenly=level(evenly, "nats"))
    return Seen(abs(now - evenly) < 0.05 * evenly, words)


@sign("flat-from-start")
def from_start(scene: Scene) -> Seen | None:
    """Whether nothing was learned from the first step on."""
    if scene.finding.rule == "no-learning":
        return Seen(True, text("flat from the first step on"))
    view = scene.curve
    if view is None or scene.finding.rule not in ("plateau", "underfitting"):
        return None
    gone = (scene.onset - scene.begin) / scene.length
    return Seen(gone < 0.05, text("it had learned before")) if gone >= 0.05 else Seen(True, text("flat from its start"))


@sign("same-value")
def same_value(scene: Scene) -> Seen | None:
    """Whether the curve repeats one value exactly while it is logged on."""
    view = scene.curve
    if view is None or view.curve.role not in LOSSES:
        return None  # a reward may well be the same every time
    rest = view.value[int(np.searchsorted(view.step, scene.onset)) :]
    if rest.size < 5:
        return None
    there = bool((rest[1:] == rest[-1]).all())
    words = text("{curve} repeats {value} exactly", curve=Tag(view.tag), value=level(float(rest[-1]), view.unit))
    if there:
        return Seen(True, words)
    return Seen(False, text("{curve} still varies", curve=Tag(view.tag)))


@sign("one-term-only")
def one_term(scene: Scene) -> Seen | None:
    """Whether one part of the loss moved while the others did not."""
    parts = scene.case.views.get(Role.COMPONENT_LOSS, ())
    terms = [v for v in parts if len(v) >= 10 and parse(v.tag).split != "eval"]
    if len(terms) < 2 or scene.finding.first_step is None:
        return None
    moving = []
    for term in terms:
        before, after = scene.around(term, 30, max(5, scene.points))
        if before.size >= 5 and after.size and moved(before, after):
            moving.append(term)
    if len(moving) == 1:
        return Seen(True, text("of the parts of the loss only {term} rose", term=Tag(moving[0].tag)))
    return Seen(False, text("several parts of the loss rose")) if len(moving) > 1 else None


@sign("regularised")
def regularised(scene: Scene) -> Seen | None:
    """Whether the training loss holds what the evaluation lacks, by the config: dropout, smoothing, mixing."""
    names = ("dropout", "hidden_dropout_prob", "attention_dropout", "resid_pdrop", "label_smoothing", "mixup", "cutmix")
    amount = number_of(scene.run.config, *names)
    if amount is None:
        return None
    return Seen(
        amount > 0.0,
        text("dropout, smoothing or mixing is set (config)")
        if amount > 0.0
        else text("no dropout, smoothing or mixing (config)"),
    )


@sign("entropy-fell")
def entropy_fell(scene: Scene) -> Seen | None:
    """Whether the entropy of the policy had gone."""
    view = scene.first(Role.ENTROPY)
    if view is None or len(view) < 10:
        return None
    start = float(np.median(view.value[: max(3, len(view) // 20)]))
    at = int(np.searchsorted(view.step, scene.onset + scene.near))
    now = float(np.median(view.value[max(0, at - 5) : at + 3])) if at else start
    if start <= 0.0:
        return None
    there = now < 0.2 * start
    words = "{entropy} had fallen from {start} to {now}" if there else "{entropy} was {now}, of {start} at the start"
    return Seen(there, text(words, entropy=Tag(view.tag), start=level(start), now=level(now)))


@sign("reward-gamed")
def gamed(scene: Scene) -> Seen | None:
    """Whether another reward rose where this one fell."""
    if scene.others("reward-hacking"):
        return Seen(True, text("another reward rose meanwhile"))
    return None


@sign("update-too-large")
def update_too_large(scene: Scene) -> Seen | None:
    """Whether the divergence from the policy before leapt where a return fell: the update went too far."""
    view = scene.first(Role.KL)
    if view is None or len(view) < 10 or KINDS.get(scene.finding.rule) is not Kind.COLLAPSE:
        return None
    span = (view.step >= scene.onset - scene.near) & (view.step <= max(scene.peak, scene.onset))
    before = np.abs(view.value[view.step < scene.onset - scene.near])
    usual = float(np.median(before)) if before.size else 0.0
    if not span.any() or usual <= 0.0:
        return None
    top = float(np.abs(view.value[span]).max())
    words = text("{kl} reached {top}, usually {usual}", kl=Tag(view.tag), top=level(top), usual=level(usual))
    return Seen(top > _LEAP * usual, words)


@sign("value-loss-first")
def value_first(scene: Scene) -> Seen | None:
    """Whether the value loss jumped where the return fell: what it predicts had changed."""
    view = scene.first(Role.VALUE_LOSS)
    if view is None or scene.finding.first_step is None:
        return None
    before, after = scene.around(view, 30, 10)
    if before.size < 5 or after.size < 2:
        return None
    there = moved(before, after)
    return Seen(there, text("{value} jumped there" if there else "{value} did not move", value=Tag(view.tag)))


def _stalled(scene: Scene) -> bool:
    return KINDS.get(scene.finding.rule) in (Kind.STALL, Kind.UNDERFIT)


@sign("policy-learns")
def policy(scene: Scene) -> Seen | None:
    """Whether what stalls is a policy that learns from rewards."""
    if not _stalled(scene):
        return None
    there = scene.case.task.kind in RL
    return Seen(there, text("a policy learns from rewards" if there else "it does not learn from rewards"))


@sign("pretrained")
def pretrained(scene: Scene) -> Seen | None:
    """Whether what stalls began with weights of another training, by its config."""
    said = text_in(scene.run.config, *_BASE) or number_of(scene.run.config, "lora_r", "lora_rank")
    if not said or not _stalled(scene):
        return None
    return Seen(True, text("it began with the weights of another training (config)"))


@sign("nonfinite-beside")
def nonfinite_beside(scene: Scene) -> Seen | None:
    """Whether beside a stall the gradient norm is not finite, or the loss has zeros that stand for such values."""
    if not _stalled(scene):
        return None
    bad = [v for v in (scene.norm, scene.train) if v is not None and not bool(v.usable.all())]
    if bad:
        n = int((~bad[0].usable).sum())
        said = "{curve} is not finite at {points}"
        return Seen(True, text(said, curve=Tag(bad[0].tag), points=Count(n, "logged point")))
    return Seen(False, text("gradient norm and loss are finite")) if scene.norm is not None else None
