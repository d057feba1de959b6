from __future__ import annotations

import numpy as np

from curveread.detectors.confidence import FITTED, confidence_of
from curveread.detectors.registry import rules


def test_fitted_rules_exist_and_clearer_cases_are_surer() -> None:
    assert set(FITTED) <= set(rules())
    for rule in rules():
        said = [confidence_of(rule, x) for x in np.linspace(-20.0, 20.0, 41)]
        assert 0.02 <= min(said) <= max(said) <= 0.99
        assert said == sorted(said)


def test_a_rule_that_was_not_measured_says_four_in_five() -> None:
    assert round(confidence_of("throughput-drop", 3.0), 2) == 0.8
