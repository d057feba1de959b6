"""Parser: argparse whose mistakes are :class:`UsageError` and whose help is laid out by Rich, and what options take."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from curveread.cli.reading import XAxis
from curveread.discovery.remote.url import place
from curveread.errors import UsageError
from curveread.limits import bounds

_Member = TypeVar("_Member", bound=StrEnum)
_Number = TypeVar("_Number", int, float)


class Parser(argparse.ArgumentParser):
    """Parses the command line of one command.

    An option that was not given leaves nothing behind: its default is that of the command's function.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
            add_help=False,
            formatter_class=_plain,
            **settings,
        )
        self._positionals.title = "arguments"
        self.add_argument("-h", "--help", action="help", help="Show this help.")
        self.reads = False
        """Whether the command has the reading options."""

    @property
    def actions(self) -> Sequence[argparse.Action]:
        """What the command takes."""
        return self._actions

    def given(self, argv: Sequence[str]) -> dict[str, Any]:
        """Return the arguments on a command line by name; options and paths may stand in any order.

        Raises
        ------
        UsageError
            For a command line that does not fit; the message is one line and names the command that explains it.
        """
        end = argv.index("--") if "--" in argv else len(argv)
        options, paths = argv[:end], argv[end + 1 :]
        if "-h" in options or "--help" in options:
            self.print_help()
            self.exit()
        # Behind "--" everything is a path; argparse would drop the "--" and take -a for an option.
        return vars(self.parse_intermixed_args([*options, *(f"./{p}" if p.startswith("-") else p for p in paths)]))

    def error(self, message: str) -> NoReturn:
        """Raise the one-line error for a command line that does not fit."""
        raise UsageError(f"{message.removeprefix('argument ')}{self._near(message)} (see {self.prog} --help)")

    def _near(self, message: str) -> str:
        """Return a hint at the option that an unknown one may have meant."""
        import difflib

        unknown = message.rpartition("unrecognized arguments: ")[2].partition(" ")[0].partition("=")[0]
        known = [option for action in self._actions for option in action.option_strings]
        near = difflib.get_close_matches(unknown, known, n=1) if unknown.startswith("-") else []
        return f"; did you mean {near[0]}?" if near else ""

    def print_help(self, file: Any = None) -> None:
        """Print the help; argparse would take no notice of a full disk."""
        print(self.format_help(), end="", file=file)

    def format_help(self) -> str:
        """Return the help, in colours on a terminal. Rich is loaded here only: a check should not wait for it."""
        from rich_argparse import RichHelpFormatter

        class Formatter(RichHelpFormatter):
            text_markup = help_markup = False  # brackets in help texts are meant
            group_name_formatter = str.capitalize

        self.formatter_class = Formatter
        return super().format_help()


def _plain(prog: str) -> argparse.HelpFormatter:
    """Return the formatter with which argparse checks what is added; told its width, it asks no terminal for it."""
    return argparse.HelpFormatter(prog, width=80)


def add_paths(
    parser: Parser, nargs: str = "+", metavar: str = "PATH", about: str = "Run directories or log files."
) -> None:
    """Add the paths, one or more unless ``nargs`` says otherwise."""
    parser.add_argument("paths", metavar=metavar, nargs=nargs, type=place, help=about)


def add_jobs(parser: Parser) -> None:
    """Add ``--jobs``: in how many processes runs are read."""
    parser.add_argument(
        "--jobs", metavar="N", type=_count, help="Read in N processes (default: one per core where runs are many)."
    )


def add_plugins(parser: Parser) -> None:
    """Add ``--plugin``: modules with readers and checks, loaded before the command runs."""
    parser.add_argument(
        "--plugin",
        metavar="MODULE",
        dest="plugins",
        **names(),
        help="Take the readers and checks of this Python module into use; repeatable.",
    )


def add_reading(parser: Parser) -> None:
    """Add the reading options; the command's function gets them as a :class:`curveread.cli.reading.Reading`."""
    parser.reads = True
    add = parser.add_argument_group("reading").add_argument
    add("--run", metavar="NAME", help="Take this run only, where several are there.")
    add("--tags", metavar="REGEX", help="Keep the curves whose tag matches.")
    add("--train-loss", metavar="TAG", help="This curve is the train loss.")
    add("--eval-loss", metavar="TAG", help="This curve is the eval loss.")
    for name, value, about in (
        ("role", "ROLE", "The curves whose tag matches have this role, as show names it"),
        ("better", "up|down|none", "This way is better for them"),
        ("unit", "UNIT", "This is the unit of their values"),
    ):
        add(f"--{name}", metavar=f"REGEX={value}", action="append", type=_pair, help=f"{about}; repeatable.")
    add("--task", metavar="KIND", help="What kind of training it is: language-model, detection …")
    add("--x", **member(XAxis), help="What the axis counts; all but step need a log that has them (default: step).")
    add("--vocab-size", metavar="N", type=_whole, help="Tokens in the vocabulary, where the log does not say.")
    add(
        "--tokens-per-byte",
        metavar="X",
        type=_number,
        help="Tokens that a byte of text takes: gives bits per byte.",
    )
    add("--cache", metavar="DIR", help="Keep what is fetched from URLs in this folder for the next time.")
    add(
        "--pattern",
        metavar="REGEX",
        help="Read printed lines by (?P<step>...) and a group for each metric.",
    )
    add(
        "--columns",
        metavar="NAMES",
        type=_names,
        help="Read bare numbers: names of the columns, _ leaves one out.",
    )
    add(
        "--smooth",
        metavar="WEIGHT",
        type=_weight,
        help="Smoothing as on TensorBoard's slider, for what is shown and exported; checks read the log as it is.",
    )
    known = ", ".join(f"{name}={bound.default}" for name, bound in bounds().items())
    add(
        "--limit",
        metavar="NAME=VALUE",
        dest="limits",
        action="append",
        help=f"Raise or lower a bound of reading ({known}); repeatable.",
    )
    add_plugins(parser)


def member(kind: type[_Member]) -> dict[str, Any]:
    """Return how an option takes one of an enumeration's values."""

    def convert(text: str) -> _Member:
        try:
            return kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(kind)}") from None

    return {"type": convert, "choices": tuple(kind), "metavar": "|".join(kind)}


def names() -> dict[str, Any]:
    """Return how a repeatable option takes names, which may also be separated by commas."""

    def convert(text: str) -> list[str]:
        return [name.strip() for name in text.split(",") if name.strip()]

    return {"action": "extend", "type": convert, "nargs": None}


def _pair(text: str) -> tuple[str, str]:
    """Return a pattern and what is said of the curves that match it."""
    pattern, sign, value = text.rpartition("=")
    if not (sign and pattern and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not REGEX=VALUE")
    return pattern, value.strip()


def price(text: str) -> float:
    """Return the price of an hour.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is not a finite number of at least 0.
    """
    value = _number(text)
    if not 0.0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a price of an hour; it must be 0 or more")
    return value


def seconds(text: str) -> float:
    """Return a time.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is not a finite number above 0.
    """
    value = _number(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a time; it must be above 0 seconds")
    return value


def _count(text: str) -> int:
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is too few; it must be 1 or more")
    return value


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _weight(text: str) -> float:
    value = _number(text)
    if not 0.0 <= value < 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not a smoothing weight; it must be at least 0 and below 1")
    return value


def _converter(kind: Callable[[str], _Number], what: str) -> Callable[[str], _Number]:
    def convert(text: str) -> _Number:
        try:
            return kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}") from None

    return convert


_whole = _converter(int, "a whole number")
_number = _converter(float, "a number")
