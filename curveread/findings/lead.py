"""Which of two curves moved first, as far as the points that were logged tell."""

from __future__ import annotations

from dataclasses import dataclass

from curveread.findings.arguments import Length, Tag, count
from curveread.findings.text import Text, text


@dataclass(frozen=True, slots=True)
class Moved:
    """When a curve moved: the last logged step at which it stood still, and the first at which it had moved."""

    tag: str
    still: int
    at: int


@dataclass(frozen=True, slots=True)
class Lead:
    """Which of two curves moved first.

    Parameters
    ----------
    first, then
        The two, the earlier logged first.
    least, most
        By how many steps ``first`` moved before ``then``: what the points before and after the two places allow.
    """

    first: Moved
    then: Moved
    least: int
    most: int

    @property
    def known(self) -> bool:
        """Whether the order is certain."""
        return self.least > 0

    def sentence(self) -> Text:
        """Return it in words: ``grad_norm, 3 steps before train/loss``."""
        first, then = Tag(self.first.tag), Tag(self.then.tag)
        if self.least == self.most == 0:
            return text("{first} and {then} at once", first=first, then=then)
        if not self.known:
            within = Length(self.most + 1)
            return text(
                "{first} or {then} (the log cannot tell within {within})", first=first, then=then, within=within
            )
        if self.least == self.most:
            return text("{first}, {by} before {then}", first=first, then=then, by=Length(self.least))
        return text(
            "{first}, about {by} ({least} to {most}) before {then}",
            first=first,
            then=then,
            by=Length(self.then.at - self.first.at),
            least=count(self.least),
            most=Length(self.most),
        )


def lead_of(a: Moved, b: Moved) -> Lead:
    """Return which of two curves moved first, bounded by where each was logged."""
    if (b.at, b.still) < (a.at, a.still):
        a, b = b, a
    return Lead(a, b, b.still + 1 - a.at, b.at - (a.still + 1))
