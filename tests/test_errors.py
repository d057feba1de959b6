"""Errors name the argument in Python and the option on the command line, and pass through pickle."""

from __future__ import annotations

import pickle

import pytest

import curveread as cr
from curveread.cli.codes import worded
from curveread.errors import ArgumentError, SeveralRunsError, UsageError
from tests.conftest import SAMPLES


@pytest.mark.parametrize(
    ("arguments", "python", "command_line"),
    [
        ({"x": "foo"}, "x='foo': there is no such axis", "--x foo: there is no such axis"),
        ({"vocab_size": 1}, "vocab_size=1: a vocabulary has", "--vocab-size 1: a vocabulary has"),
        ({"tokens_per_byte": 0.0}, "tokens_per_byte=0.0: it must", "--tokens-per-byte 0: it must"),
        ({"tags": "("}, "tags='(': it is not a regular expression", "--tags (: it is not a regular expression"),
        ({"x": "tokens"}, "x='tokens': ", "--x tokens: "),
    ],
)
def test_an_argument_that_does_not_fit(arguments: dict[str, object], python: str, command_line: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        cr.read(SAMPLES / "divergence-learning-rate", **arguments)
    assert isinstance(caught.value, UsageError)
    assert str(caught.value).startswith(python)
    assert worded(caught.value).startswith(command_line)
    assert "--" not in str(caught.value)


@pytest.mark.parametrize(
    "error", [ArgumentError("x", "foo", "no"), UsageError("no"), SeveralRunsError("two are there", ("a", "b"))]
)
def test_an_error_passes_through_pickle(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
