"""What kind of training a run is: from all its tags and its config, with the evidence; one place decides.

Words decide, never levels. Each kind has signs, a row each; the kinds are asked in order, those first whose curves
would be misread most as another kind's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from curveread.run.settings import settings
from curveread.run.tags.grammar import parse
from curveread.run.tags.lexicon import EVAL_WORDS, RECONSTRUCTIONS, TRAIN_WORDS


class TaskKind(StrEnum):
    """A kind of training; the value is what the result JSON shows."""

    PREFERENCE = "preference"
    REWARD_MODEL = "reward-model"
    LANGUAGE_RL = "language-model-rl"
    POLICY_RL = "policy-based-rl"
    VALUE_RL = "value-based-rl"
    PLAY = "reinforcement-learning"
    GAN = "gan"
    DIFFUSION = "diffusion"
    VAE = "vae"
    DETECTION = "detection"
    SEGMENTATION = "segmentation"
    SPEECH = "speech"
    RETRIEVAL = "contrastive-retrieval"
    TIME_SERIES = "time-series"
    BOOSTING = "boosting"
    DISTILLATION = "distillation"
    LANGUAGE_MODEL = "language-model"
    CLASSIFICATION = "classification"
    REGRESSION = "regression"
    UNKNOWN = "unknown"


RL = frozenset({TaskKind.POLICY_RL, TaskKind.VALUE_RL, TaskKind.LANGUAGE_RL, TaskKind.PLAY})
"""Kinds whose losses have targets that move with the policy: neither their rise nor their level says how it does."""
AGENTS = RL - {TaskKind.LANGUAGE_RL}
"""Kinds in which an agent acts in an environment and so makes its own data."""


class Kind(NamedTuple):
    """A kind of training, and the evidence in words; empty where there is none."""

    kind: TaskKind
    why: str = ""


class _Sign(NamedTuple):
    """Words of which a tag must hold one of each group, and none of others."""

    every: tuple[frozenset[str], ...]
    none: frozenset[str]

    def fits(self, have: frozenset[str]) -> bool:
        return all(have & group for group in self.every) and not have & self.none


def _signs(text: str) -> tuple[_Sign, ...]:
    """Read rows ``a|b c !d``: one of a or b, and c, but not d; rows end with a semicolon."""
    out = []
    for row in text.split(";"):
        parts = row.split()
        every = tuple(frozenset(p.split("|")) for p in parts if not p.startswith("!"))
        none = frozenset(w for p in parts if p.startswith("!") for w in p[1:].split("|"))
        if every:
            out.append(_Sign(every, none))
    return tuple(out)


_PREFERENCE = _signs(
    "logp|logps|logit chosen|rejected|chosens|rejecteds; reward chosen|rejected|reject; "
    "dpo|kto|orpo|simpo|ipo|cpo|sppo|bco !data; log odds|odd chosen|ratio; chosen rejected|reject"
)
_REWARD_MODEL = _signs(
    "margin !logp|logit; reward accuracy|acc !format|func|mean|std; rm loss; pairwise|ranking loss|accuracy"
)
_TUNED = _signs("completion|response|rlhf|kl|policy|advantage|clipfrac|grpo")
"""Signs of a policy that is tuned to a reward: what else has rewards and no episodes learns to give them."""
_REWARDS = _signs("reward|rew|return|ret|returns !loss|lr|learning|rate|scale|norm|chosen|rejected")
_PLAY = _signs(
    "ep|episode|episodic|rollout !epoch|num|time|total rew|reward|return|ret|score|len|length|success; "
    "average|mean|avg|best|max|std return|ret !arithmetic; epret; eprew; env|environment "
    "step|frame|interact|interaction; timestep so far; policy|actor|pi|pg|surrogate|critic loss|gain "
    "!adversarial|generator|disc|on|off|d|g; approxkl|clipfrac; explained variance|var; td loss|error; bellman; "
    "qf|qf1|qf2|qval loss|value; game|win reward|rate; exploration|explore|exploring|epsilon; advantage; env "
    "reward|rew; environment; average|mean q; average|mean value; gradient policy; vf|v|value loss|explained"
)
_LANGUAGE_PLAY = _signs(
    "completion|response|prompt|rlhf|eos|generated; objective|ref|reference kl|score; token !throughput|per|second|sec "
    "num|total|length|len|query|response|advantage|count; logp|logprob|logps|logprobs; grpo|rloo|dapo|reinforce; "
    "sampling ratio|logp|difference; policykl; format|correctness|xmlcount reward"
)
_VALUE_BASED = _signs(
    "td loss|error; q|qf|qf1|qf2|qval|q1|q2 loss|value|mean|network|max; epsilon|exploration|exploring; bellman; "
    "cql|iql|dqn; critic loss; alpha|temp|temperature|coef ent|loss|alpha !entropy; target q; huber loss; "
    "conservative; dqn"
)
_POLICY_BASED = _signs(
    "approxkl|clipfrac|surrgain|optimgain|surrogate; approx kl; clip fraction|frac|range; kl|kldiv|divergence "
    "approx|mean|policy; advantage; explained variance|var; value|vf|v loss|function !alpha|q|qf|qf1|qf2|q1|q2; "
    "policy entropy; pg; ppo|trpo|a2c|impala|vtrace|grpo; gradient policy loss"
)
_FEW = 5
_CHANCES = frozenset({"e", "eps", "epsilon"})
"""What the share of random actions is called, where nothing else is said."""
_EPISODE = frozenset({"episode"})
_ALGORITHM = ("algorithm", "algo", "alg")
_VALUE_LEARNER = re.compile(r"\bD?DQN\b|\bQ-?learning\b|\bSARSA\b", re.IGNORECASE)
_GAN = _signs(
    "d|disc|discriminator|g|gen|generator|adversarial|netd|netg|gan|critics|dis loss|cost|penalty|real|fake|adv|acc; "
    "gan; fake real|d|score; r1 penalty; gradient penalty; fid d|g; loss_d; g_loss; d_loss; d|g reg"
)
_SIDES = (frozenset("d disc discriminator netd".split()), frozenset("g gen generator netg".split()))
_DIFFUSION = _signs(
    "vb|vlb mse|loss|q0; mse|loss q0|q3; diffusion|ddpm|denoising|denoise|flow|velocity|eps|snr loss|matching|mse; "
    "kimg; sigma loss; noise prediction|pred|loss; fid|kid|inception; vlb; unet loss|lr; dit; ddim"
)
_VAE = _signs(
    "elbo; nelbo; kld !policy; kl|kld|kldiv loss|divergence !policy|approx; vae; vq loss; "
    "commit|commitment|codebook loss|usage"
)
_RECON = _signs("recon|reconstruction|rec loss|error|mse|nll; elbo; nelbo; reconstruct|reconstructed")
_DIVERGENCES = frozenset({"kl", "kld"})
_DETECTION = _signs(
    "bbox|box|rpn|dfl|giou|diou|ciou|centerness|objectness|obj loss|map|ap|iou; map "
    "50|75|95|bbox|small|medium|large|coco|voc; ap 50|75|bbox|box; ap50|ap75; precision b; roi; anchor|anchors; "
    "kobj|pose loss; xy|wh|conf|loc|localization|ctr loss !ref; nds; mean average precision"
)
_SEGMENTATION = _signs(
    "miou|fwiou; mask|seg|segm loss|map|ap|miou; mean iou|io; dice; iou|jaccard !bbox|box|loss|giou; pixel "
    "acc|accuracy; hd|hausdorff|assd|hd95|dsc; panoptic; maskap; foreground acc|accuracy; precision m"
)
_SPEECH = _signs(
    "wer|cer|eer|mcd|pesq|stoi|sisdr|sisnr|mos|utmos|dnsmos|mindcf|lsd; per !second|sec|gpu|token|step|sample "
    "val|valid|phone; ctc|transducer|rnnt|mel|vocoder|phoneme|postnet|pitch|duration|dur loss; att|attn loss; si "
    "sdr|snr; spk|speaker"
)
_RETRIEVAL = _signs(
    "ndcg|mrr|dcg; recall|hit|precision|hr|map|r 1|5|10|20|50|100 !metric; "
    "contrastive|infonce|triplet|bpr|ntxent|supcon|siglip; info nce; nt xent; retrieval; logit scale; mean|median "
    "rank; image text recall|loss|acc; mean reciprocal"
)
_TIME_SERIES = _signs(
    "mase|smape|crps|nd|nrmse|wql|wape|owa|rmsse; s mape; quantile|wquantile|pinball loss; "
    "forecast|forecasting; weighted quantile; tft"
)
_BOOSTING = _signs(
    "logloss|mlogloss|merror|aucpr|rmsle|mphe|gamma|tweedie|cox|binary|multi "
    "train|valid|validation|eval|test|training !loss|lr|epoch|acc; valid|validation|training 0|1; multilogloss"
)
_DISTILLATION = _signs("distill|distillation|kd|teacher|gkd|student|dino loss|kl|ce|entropy; kd; distill; distillation")
_CLASSIFICATION = _signs(
    "acc|accuracy|top1|top5|topk|acc1|acc5|precision|recall|f1|fscore|fbeta|auc|auroc|error|mcc|kappa|bacc|macc "
    "!loss|token|reward|mean|absolute|squared|l2|relative|rel; macro|micro f1; crossentropy|xent|bce; cross entropy; "
    "misclassification; em; exact match"
)
_REGRESSION = _signs(
    "abs rel; silog; mae|mse|rmse|mape|r2|rsquared|medae|nse; mean absolute|squared error; r 2; pearson|spearman"
)

_BY_NAME = {
    "detect": TaskKind.DETECTION, "detection": TaskKind.DETECTION, "object-detection": TaskKind.DETECTION,
    "pose": TaskKind.DETECTION, "obb": TaskKind.DETECTION, "segment": TaskKind.SEGMENTATION,
    "segmentation": TaskKind.SEGMENTATION, "semantic-segmentation": TaskKind.SEGMENTATION,
    "classify": TaskKind.CLASSIFICATION, "classification": TaskKind.CLASSIFICATION,
    "image-classification": TaskKind.CLASSIFICATION, "text-classification": TaskKind.CLASSIFICATION,
    "regression": TaskKind.REGRESSION, "dpo": TaskKind.PREFERENCE, "kto": TaskKind.PREFERENCE,
    "orpo": TaskKind.PREFERENCE, "simpo": TaskKind.PREFERENCE, "rm": TaskKind.REWARD_MODEL, "ppo": TaskKind.LANGUAGE_RL,
    "grpo": TaskKind.LANGUAGE_RL, "asr": TaskKind.SPEECH, "tts": TaskKind.SPEECH,
    "forecasting": TaskKind.TIME_SERIES, "retrieval": TaskKind.RETRIEVAL, "causal-lm": TaskKind.LANGUAGE_MODEL,
}  # fmt: skip
_NAMES = ("task", "task_type", "stage", "rlhf_type", "train_type", "task_name", "problem_type", "rl")
_HEADS = (
    ("SequenceClassification", TaskKind.CLASSIFICATION), ("ImageClassification", TaskKind.CLASSIFICATION),
    ("TokenClassification", TaskKind.CLASSIFICATION), ("AudioClassification", TaskKind.CLASSIFICATION),
    ("ForCTC", TaskKind.SPEECH), ("ObjectDetection", TaskKind.DETECTION), ("Segmentation", TaskKind.SEGMENTATION),
    ("RewardModel", TaskKind.REWARD_MODEL), ("SpeechSeq2Seq", TaskKind.SPEECH),
)  # fmt: skip
_OBJECTIVES = (
    "binary:",
    "multi:",
    "reg:",
    "rank:",
    "count:",
    "survival:",
    "multiclass",
    "lambdarank",
    "gbdt",
    "gbtree",
)


def kind_of(tags: Iterable[str], config: Mapping[str, Any], language: str = "") -> Kind:
    """Return what kind of training a run is; what its hyper-parameters say of the task wins over the tags.

    ``language`` is why the loss is a language model's, where something says so.
    """
    have = {t: frozenset(_words(t)) for t in tags}
    said = _by_config(config)
    if said is not None:
        return said
    return (
        _preference(have)
        or _reinforcement(have, config)
        or _by_signs(have, language)
        or Kind(TaskKind.UNKNOWN, "" if have else "the log holds no curve")
    )


def kind_by_name(name: str) -> TaskKind | None:
    """Return the kind of that name, None where there is none."""
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    return next((k for k in TaskKind if k.value == wanted), None) or _BY_NAME.get(wanted)


def _words(tag: str) -> set[str]:
    parsed = parse(tag)
    named = parsed.head.words if parsed.head is not None else ()
    return {
        *named,
        "".join(named),
        *(w for k in parsed.kinds for w in k.words),
        *parsed.notes,
        *parsed.own,
        *parsed.group,
    }


def _first(have: Mapping[str, frozenset[str]], signs: tuple[_Sign, ...]) -> str:
    return next((tag for sign in signs for tag, words in have.items() if sign.fits(words)), "")


def _held(*tags: str) -> str:
    names = list(dict.fromkeys(t for t in tags if t))
    return f"the log holds {' and '.join(names)}"


def _by_config(config: Mapping[str, Any]) -> Kind | None:
    for name, value in settings(config):
        if name in _NAMES and isinstance(value, str):
            kind = _BY_NAME.get(value.strip().lower().replace("_", "-").replace(" ", "-"))
            if kind is not None:
                return Kind(kind, f"the config's {name} is {value.strip()[:40]}")
        if name == "architectures":
            for part, kind in _HEADS:
                if part in str(value):
                    listed = value[0] if isinstance(value, list | tuple) and value else value
                    return Kind(kind, f"the config names a {str(listed)[:60]}")
        if name in ("objective", "booster", "boosting_type") and str(value).startswith(_OBJECTIVES):
            return Kind(TaskKind.BOOSTING, f"the config's {name} is {str(value)[:40]}")
    return None


def _preference(have: Mapping[str, frozenset[str]]) -> Kind | None:
    if found := _first(have, _PREFERENCE):
        return Kind(TaskKind.PREFERENCE, _held(found))
    margin, losses = _first(have, _REWARD_MODEL), any("loss" in w for w in have.values())
    if margin and losses and not _first(have, _PLAY) and not _first(have, _TUNED):
        return Kind(TaskKind.REWARD_MODEL, _held(margin))
    return None


def _reinforcement(have: Mapping[str, frozenset[str]], config: Mapping[str, Any]) -> Kind | None:
    """Return the kind of reinforcement learning, where rewards are logged or several of its other signs."""
    reward, play = _first(have, _REWARDS), _first(have, _PLAY)
    chance, policy = _explored(have), _first(have, _POLICY_BASED)
    if chance and not policy:
        return Kind(TaskKind.VALUE_RL, _held(*chance))
    named = next((str(v) for n, v in settings(config) if n in _ALGORITHM and _VALUE_LEARNER.search(str(v))), "")
    if named and not policy and (reward or play or any(_EPISODE & w for w in have.values())):
        return Kind(TaskKind.VALUE_RL, f"the log names {named[:40]}")
    speaks = _first(have, _LANGUAGE_PLAY)
    gan = _first(have, _GAN)
    several = len({t for t, w in have.items() if any(s.fits(w) for s in _PLAY)}) > 1
    if not reward and not (play and several and not gan):
        return None
    if speaks and (reward or play) and not _first(have, _signs("ep|episode|episodic reward|rew|return|ret; env step")):
        return Kind(TaskKind.LANGUAGE_RL, _held(reward or play, speaks))
    value = _first(have, _VALUE_BASED)
    if value and not policy:
        return Kind(TaskKind.VALUE_RL, _held(reward or play, value))
    if not policy and any(parse(t).split == "eval" and "loss" in w for t, w in have.items()):
        return None  # a loss on held-out data: a policy that is learned from demonstrations
    return Kind(TaskKind.POLICY_RL if policy else TaskKind.PLAY, _held(reward or play, policy))


def _explored(have: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the share of random actions and what stands beside it: episodes, or a score and little else."""
    chance = next((t for t, w in have.items() if w & _CHANCES and w <= _CHANCES | {""}), "")
    if not chance:
        return ()
    episode = next((t for t, w in have.items() if w & _EPISODE and w <= _EPISODE | {""}), "")
    if episode:
        return episode, chance
    if len(have) > _FEW or {"score"} not in have.values() or any(parse(t).split == "eval" for t in have):
        return ()
    return "score", chance


def _opponents(have: Mapping[str, frozenset[str]]) -> str:
    """Return a curve of a discriminator where one of its generator stands beside it, by these names alone."""
    sides = [next((t for t, w in have.items() if parse(t).head is None and w & side), "") for side in _SIDES]
    return sides[0] if all(sides) else ""


def _bare_terms(have: Mapping[str, frozenset[str]]) -> str:
    """Return a reconstruction where a divergence stands beside it, each by its name alone: ``Recon`` and ``KL``."""
    bare = {t: w - TRAIN_WORDS - EVAL_WORDS - {""} for t, w in have.items()}
    recon = next((t for t, w in bare.items() if w and w <= RECONSTRUCTIONS), "")
    return recon if any(w and w <= _DIVERGENCES for w in bare.values()) else ""


def _by_signs(have: Mapping[str, frozenset[str]], language: str) -> Kind | None:
    recon = _first(have, _RECON)
    ordered: tuple[tuple[TaskKind, str], ...] = (
        (TaskKind.GAN, "" if _first(have, _SPEECH) else _first(have, _GAN) or _opponents(have)),
        (TaskKind.VAE, (recon and _first(have, _VAE)) or _bare_terms(have)),
        (TaskKind.SPEECH, _first(have, _SPEECH)),
        (TaskKind.SEGMENTATION, _first(have, _signs("mask|seg|segm loss; precision m"))),
        (TaskKind.DETECTION, _first(have, _DETECTION)),
        (TaskKind.SEGMENTATION, _first(have, _SEGMENTATION)),
        (TaskKind.DISTILLATION, _first(have, _DISTILLATION)),
        (TaskKind.BOOSTING, _boosting(have)),
        (TaskKind.RETRIEVAL, _first(have, _RETRIEVAL)),
        (TaskKind.TIME_SERIES, _first(have, _TIME_SERIES)),
        (TaskKind.DIFFUSION, _first(have, _DIFFUSION)),
    )
    found = next((Kind(kind, _held(tag)) for kind, tag in ordered if tag), None)
    if found is None and language:
        return Kind(TaskKind.LANGUAGE_MODEL, language)
    if found is not None:
        return found
    for kind, signs in ((TaskKind.CLASSIFICATION, _CLASSIFICATION), (TaskKind.REGRESSION, _REGRESSION)):
        if tag := _first(have, signs):
            return Kind(kind, _held(tag))
    return None


def _boosting(have: Mapping[str, frozenset[str]]) -> str:
    """Return a sign of boosting: its own metrics per split, and nothing that neural networks log."""
    neural = any(w & {"loss", "lr", "epoch", "grad", "learning"} for w in have.values())
    return "" if neural else _first(have, _BOOSTING)
