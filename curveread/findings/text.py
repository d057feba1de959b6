"""Text: a sentence as data, a template with typed arguments, that becomes words once, at the door.

A check says *what* it found (a place, a length, an amount with its unit, a curve) and in which sentence; only here
are words made of it. So a sentence can be worded on another axis, and what it speaks of can be looked up
by name, without anybody reading it back::

    text("{tag} rose {rise} after {onset}", tag=Tag("val/loss"), rise=level(0.3, "nats"), onset=Place(1200))

A :class:`Text` is a ``str``, so a sentence that holds nothing that varies may stay a plain one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from string import Formatter
from typing import TYPE_CHECKING

from curveread.findings.arguments import Argument, AxisWord, Tag

if TYPE_CHECKING:
    from curveread.findings.places import Places

__all__ = ["Text", "capitalized", "joined", "listed", "on_axis", "text", "without_axis"]


class Text(str):
    """A sentence: the words that a person reads, and the template and arguments that they are made of.

    It is a ``str`` for whoever reads it, and data for whoever asks what it speaks of or words it on another axis; no
    code of this package takes its words apart. Make one with :func:`text`.

    Parameters
    ----------
    template
        With ``{name}`` where an argument stands.
    args
        Name and argument, each of which the template holds.
    capital
        Whether the first letter of its words is made a capital.
    """

    __slots__ = ("args", "capital", "template")

    template: str
    args: tuple[tuple[str, Argument | Text], ...]
    capital: bool

    def __new__(cls, template: str, args: tuple[tuple[str, Argument | Text], ...] = (), capital: bool = False) -> Text:
        """Return the sentence, its words made from template and arguments."""
        known = dict(args)
        words = "".join(
            literal + ("" if name is None else str(known[name])) for literal, name, _, _ in Formatter().parse(template)
        ).rstrip(" ")
        self = super().__new__(cls, words[:1].upper() + words[1:] if capital else words)
        self.template, self.args, self.capital = template, args, capital
        return self

    def arg(self, name: str) -> Argument | Text:
        """Return the argument called ``name``; ``KeyError`` when there is none."""
        return dict(self.args)[name]

    def on(self, places: Places) -> Text:
        """Return the sentence with its places on another axis."""
        return Text(self.template, tuple((name, arg.on(places)) for name, arg in self.args), self.capital)

    def __add__(self, other: str) -> Text:
        return joined("", (self, other))

    def __radd__(self, other: str) -> Text:
        return joined("", (other, self))

    def __reduce__(self) -> tuple[type[Text], tuple[object, ...]]:
        return Text, (self.template, self.args, self.capital)


def text(template: str, /, **args: Argument | Text) -> Text:
    """Return a sentence.

    Parameters
    ----------
    template
        Its words, with ``{name}`` where an argument stands; ``{{`` and ``}}`` are braces.
    **args
        An argument for every name of the template, and no other; a :class:`Text` may be one.

    Raises
    ------
    ValueError
        When names and arguments do not match.

    Examples
    --------
    >>> from curveread.findings.arguments import Place
    >>> text("{tag} rose after {onset}", tag=Tag("val/loss"), onset=Place(1200))
    'val/loss rose after step 1,200'
    """
    names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    if set(names) != set(args):
        raise ValueError(f"the template {template!r} names {sorted(set(names))}, given are {sorted(args)}")
    return Text(template, tuple(args.items()))


def joined(separator: str, parts: Iterable[str]) -> Text:
    """Return sentences as one, in their order, with ``separator`` between them; arguments of one name are numbered."""
    templates: list[str] = []
    args: dict[str, Argument | Text] = {}
    capital = False
    for part in parts:
        if not isinstance(part, Text):
            templates.append(_escaped(part))
            continue
        renamed = {name: _free(name, args) for name, _ in part.args}
        args |= {renamed[name]: arg for name, arg in part.args}
        capital |= part.capital and not templates
        templates.append(
            "".join(
                _escaped(literal) + ("" if name is None else f"{{{renamed[name]}}}")
                for literal, name, _, _ in Formatter().parse(part.template)
            )
        )
    return Text(_escaped(separator).join(templates), tuple(args.items()), capital)


def listed(parts: Sequence[str], last: str = "and") -> Text:
    """Return sentences as a list: ``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return joined("", parts)
    return joined(f" {last} ", (joined(", ", parts[:-1]), parts[-1]))


def _escaped(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


def _free(name: str, taken: dict[str, Argument | Text]) -> str:
    """Return a name that is not taken: itself, or with the first free number behind it."""
    if name not in taken:
        return name
    stem, number_ = name, 2
    while f"{stem}_{number_}" in taken:
        number_ += 1
    return f"{stem}_{number_}"


def capitalized(words: str) -> str:
    """Return a sentence that begins with a capital letter, but for one that begins with a curve's name."""
    if not isinstance(words, Text):
        return words[:1].upper() + words[1:]
    first = next(iter(Formatter().parse(words.template)), None)
    if first is not None and not first[0] and first[1] is not None and isinstance(words.arg(first[1]), Tag):
        return words
    return Text(words.template, words.args, capital=True)


def on_axis(words: str, places: Places) -> str:
    """Return a sentence with its places on another axis."""
    return words.on(places) if isinstance(words, Text) else words


def without_axis(words: str) -> str:
    """Return a label without the axis' noun at its end, for where the value beside it says its axis itself."""
    if not isinstance(words, Text):
        return words
    return Text(
        words.template, tuple((n, replace(a, axis="") if isinstance(a, AxisWord) else a) for n, a in words.args)
    )
