"""Signs: what the log shows around a finding, each a question with the answers yes, no and not known."""

from curveread.causes.signs import course, data, gradient, job, rate
from curveread.causes.signs.sign import NEEDS, SIGNS, WORTH_LOGGING, Seen, sign

__all__ = ["NEEDS", "SIGNS", "WORTH_LOGGING", "Seen", "course", "data", "gradient", "job", "rate", "sign"]
