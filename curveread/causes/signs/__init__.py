"""Signs: what the log shows around a finding, each a question with the answers yes, no and not known."""

from curveread.causes.signs import course, data, gradient, job, rate
from curveread.causes.signs.sign import SIGNS, Seen, sign

__all__ = ["SIGNS", "Seen", "course", "data", "gradient", "job", "rate", "sign"]
