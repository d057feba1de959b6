"""Severities have an order, findings are values."""

from __future__ import annotations

import copy
import pickle

import pytest

from curveread.findings.finding import Evidence, Finding, Severity

NAN = float("nan")


def test_severities_are_ordered_by_gravity() -> None:
    info, warning, error = Severity.INFO, Severity.WARNING, Severity.ERROR
    assert error >= warning > info
    assert info < warning <= error
    assert not error < warning
    assert error >= error
    assert max([warning, error, info]) is error
    assert sorted([warning, error, info]) == [info, warning, error]


def test_a_severity_is_still_its_name() -> None:
    assert Severity("error") is Severity.ERROR == "error"
    assert f"{Severity.WARNING}" == "warning"
    assert Severity.ERROR >= "warning" > Severity.INFO
    with pytest.raises(ValueError, match="doom"):
        assert Severity.ERROR > "doom"


def test_findings_are_equal_by_their_values_also_with_nan_among_them() -> None:
    def made(value: float) -> Finding:
        evidence = (Evidence("last-loss", "last loss", value, "nats"),)
        return Finding("nonfinite-loss", Severity.ERROR, 0.9, "it is NaN", "loss", 3, 3, 9, evidence)

    assert made(NAN) == made(NAN)
    assert hash(made(NAN)) == hash(made(NAN))
    assert made(NAN) != made(1.0)
    assert pickle.loads(pickle.dumps(made(NAN))) == copy.deepcopy(made(NAN)) == made(NAN)


def test_a_finding_shows_itself_in_a_line() -> None:
    found = Finding("divergence", Severity.ERROR, 0.9, "it rose", "loss", 3, 5, 9, advice=("x" * 2000,))
    assert repr(found) == "<Finding divergence (error) in 'loss', steps 3–9: it rose>"
    assert repr(Finding("sparse-eval", Severity.INFO, 0.9, "few")) == "<Finding sparse-eval (info): few>"
