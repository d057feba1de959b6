"""Everything that curveread raises on purpose.

::

    CurvereadError
    ├── ReadError              an input cannot be read
    │   ├── NoLogsError        nothing at the path is a log that any reader knows
    │   ├── CorruptLogError    a log is damaged before its first usable record
    │   └── SeveralRunsError   one run was asked for, several are there
    ├── UsageError             an option or argument does not fit; the message says what would
    │   ├── ArgumentError      the value of one argument does not fit
    │   └── PluginError        a reader or a check of somebody else's cannot be used
    └── ExportError            an output cannot be written

Every message names the file or the option, what was found there and what was expected. A reader that
can go on does not raise: it keeps what is good and adds a :class:`curveread.run.notes.DataNote`.
"""

from __future__ import annotations

__all__ = [
    "ArgumentError",
    "CorruptLogError",
    "CurvereadError",
    "ExportError",
    "NoLogsError",
    "PluginError",
    "ReadError",
    "SeveralRunsError",
    "UsageError",
]


class CurvereadError(Exception):
    """Base of all errors that curveread raises on purpose; its text is one clear line.

    Examples
    --------
    >>> import curveread as cr
    >>> try:
    ...     cr.diagnose({"loss": [2.1, 1.9]}, task="cooking")
    ... except cr.CurvereadError as error:
    ...     print(str(error)[:56])
    task='cooking': there is no such kind of training; there
    """


class ReadError(CurvereadError):
    """An input that cannot be read.

    Examples
    --------
    >>> import curveread as cr
    >>> try:
    ...     cr.read("no/such/folder")
    ... except cr.ReadError as error:
    ...     print(error)
    no/such/folder: no such file or folder
    """


class NoLogsError(ReadError):
    """Nothing at the path is a log that any reader knows.

    Parameters
    ----------
    message
        The line shown to the user.
    argument, value
        What might read it, as Python spells it: ``pattern`` or ``columns``; empty where nothing comes near.
    """

    def __init__(self, message: str, argument: str = "", value: str | list[str] = "") -> None:
        super().__init__(message, argument, value)
        self.message, self.argument, self.value = message, argument, value

    def __str__(self) -> str:
        return self.hinted(f"{self.argument}={self.value!r}")

    def hinted(self, how: str) -> str:
        """Return the message with the argument that might help, as the caller writes it."""
        return f"{self.message}; {how} would read it (name the metrics as they are)" if self.argument else self.message


class CorruptLogError(ReadError):
    """A log that is damaged before its first usable record."""


class SeveralRunsError(ReadError):
    """One run was asked for and several are there; ``names`` lists them.

    Parameters
    ----------
    message
        The line shown to the user.
    names
        Names of the runs that were found, in order.
    """

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.names = names


class UsageError(CurvereadError):
    """An option or argument that does not fit."""


class ArgumentError(UsageError):
    """A value that its argument cannot take: ``x='foo': there is no such axis; …``.

    Parameters
    ----------
    argument
        Name of the argument, as Python spells it; the command line adds the dashes.
    value
        What was given.
    reason
        What is wrong with it, and what would fit.
    """

    def __init__(self, argument: str, value: object, reason: str) -> None:
        super().__init__(argument, value, reason)
        self.argument, self.value, self.reason = argument, value, reason

    def __str__(self) -> str:
        return f"{self.argument}={self.value!r}: {self.reason}"


class PluginError(UsageError):
    """A reader or a check of somebody else's that cannot be used."""


class ExportError(CurvereadError):
    """An output that cannot be written."""
