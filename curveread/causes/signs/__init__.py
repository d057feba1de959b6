"""Signs: what the log shows around a finding, each a question with the answers yes, no and not known."""

from curveread.causes.signs import course, data, evaluation, gradient, job, order, policy, rate, stall
from curveread.causes.signs.sign import NEEDS, SIGNS, WORTH_LOGGING, Seen, sign

__all__ = [
    "NEEDS",
    "SIGNS",
    "WORTH_LOGGING",
    "Seen",
    "course",
    "data",
    "evaluation",
    "gradient",
    "job",
    "order",
    "policy",
    "rate",
    "sign",
    "stall",
]
