"""The roles of curves, and what is known of a curve: its role, its better way, its unit, how sure that is and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """What a curve is; the value is what the result JSON shows.

    Examples
    --------
    >>> Role("eval-loss") is Role("eval_loss") is Role.EVAL_LOSS
    True
    """

    TRAIN_LOSS = "train-loss"
    EVAL_LOSS = "eval-loss"
    GRAD_NORM = "grad-norm"
    LAYER_GRAD_NORM = "layer-grad-norm"
    LEARNING_RATE = "learning-rate"
    TRAIN_ACCURACY = "train-accuracy"
    EVAL_ACCURACY = "eval-accuracy"
    QUALITY_METRIC = "quality-metric"
    ERROR_METRIC = "error-metric"
    TRAIN_PERPLEXITY = "train-perplexity"
    EVAL_PERPLEXITY = "eval-perplexity"
    REWARD = "reward"
    IMPLICIT_REWARD = "implicit-reward"
    KL = "kl"
    ENTROPY = "entropy"
    THROUGHPUT = "throughput"
    STEP_AXIS = "step-axis"
    EPOCH = "epoch"
    TOKENS = "tokens"
    TIME = "time"
    COMPONENT_LOSS = "component-loss"
    POLICY_LOSS = "policy-loss"
    VALUE_LOSS = "value-loss"
    ADVERSARIAL_LOSS = "adversarial-loss"
    AUXILIARY_LOSS = "auxiliary-loss"
    MEMORY = "memory"
    SYSTEM = "system"
    HYPER_PARAMETER = "hyper-parameter"
    DIAGNOSTIC = "diagnostic"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Role | None:
        wanted = str(value).lower().replace("_", "-")
        return next((role for role in cls if role.value == wanted), None)


LOSSES = (Role.TRAIN_LOSS, Role.EVAL_LOSS)
"""Roles that training lowers and that the checks judge."""
LOSS_TERMS = (
    Role.COMPONENT_LOSS,
    Role.POLICY_LOSS,
    Role.VALUE_LOSS,
    Role.ADVERSARIAL_LOSS,
    Role.AUXILIARY_LOSS,
)
"""Losses whose fall or rise does not say how well a model does: terms of sums, and those with moving targets."""
METRICS = (Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY, Role.QUALITY_METRIC, Role.ERROR_METRIC)
"""Roles that say how well a model does, each with its better way."""
COURSES = (*LOSSES, *METRICS, Role.REWARD, Role.TRAIN_PERPLEXITY, Role.EVAL_PERPLEXITY)
"""Roles by whose course a run is judged."""
TELLING = frozenset(
    {
        *LOSSES, Role.POLICY_LOSS, Role.VALUE_LOSS, Role.ADVERSARIAL_LOSS, Role.GRAD_NORM, Role.LAYER_GRAD_NORM,
        Role.LEARNING_RATE, Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY, Role.TRAIN_PERPLEXITY, Role.EVAL_PERPLEXITY,
        Role.REWARD, Role.KL, Role.ENTROPY, Role.THROUGHPUT,
    }
)  # fmt: skip
"""Roles by which a table shows that it is the log of a training."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a curve is, and how that is known.

    Parameters
    ----------
    role
        Its role.
    direction
        ``higher`` or ``lower`` where one is better, empty where neither is or nobody knows.
    unit
        Of its values, empty where nothing says one.
    confidence
        0 to 1: 1 where the user or every word of the tag says so.
    why
        The evidence in words.
    assumed
        Unit that a check may reckon with where none is known, and nobody is told: a plain loss of a classifier, or of
        a run that does not say what it learns, is most often a cross-entropy.
    """

    role: Role
    direction: str = ""
    unit: str = ""
    confidence: float = 1.0
    why: str = ""
    assumed: str = ""


DIRECTIONS = {
    Role.TRAIN_LOSS: "lower",
    Role.EVAL_LOSS: "lower",
    Role.COMPONENT_LOSS: "lower",
    Role.TRAIN_PERPLEXITY: "lower",
    Role.EVAL_PERPLEXITY: "lower",
    Role.ERROR_METRIC: "lower",
    Role.TRAIN_ACCURACY: "higher",
    Role.EVAL_ACCURACY: "higher",
    Role.REWARD: "higher",
    Role.THROUGHPUT: "higher",
}
"""The better way of roles that have one. Losses of adversaries and of policies, KL, entropy, gradient norms, learning
rates and counters have none; a quality metric has that of its head."""
UNITS = {Role.KL: "nats", Role.ENTROPY: "nats", Role.EPOCH: "epochs", Role.TOKENS: "tokens"}
"""The unit of roles that have one."""


def with_role(meaning: Meaning, role: Role, why: str, confidence: float | None = None) -> Meaning:
    """Return the meaning with another role, and the better way and unit of that."""
    changed = role is not meaning.role
    return replace(
        meaning,
        role=role,
        direction=DIRECTIONS.get(role, "") if changed else meaning.direction,
        unit=meaning.unit if role in (*LOSSES, Role.COMPONENT_LOSS) or not changed else UNITS.get(role, ""),
        confidence=meaning.confidence if confidence is None else confidence,
        why=why,
    )
