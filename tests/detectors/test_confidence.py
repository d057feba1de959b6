from __future__ import annotations

import numpy as np

from curveread.detectors.confidence import CAPS, ELSEWHERE, KINDS, RULES, confidence_of, in_task
from curveread.detectors.registry import rules
from curveread.diagnose import diagnose
from curveread.findings.wording import sureness
from curveread.run.tags.kinds import TaskKind
from tests.support.curves import evaluated


def test_fitted_rules_exist_and_clearer_cases_are_surer() -> None:
    assert set(RULES) <= set(rules())
    assert set(KINDS) <= {kind.value for kind in TaskKind}
    assert min(0.0, *KINDS.values()) == ELSEWHERE
    for rule in RULES:
        said = [confidence_of(rule, x) or 0.0 for x in np.linspace(-20.0, 20.0, 41)]
        assert 0.02 <= min(said) <= max(said) <= CAPS.get(rule, 0.99)
        assert said == sorted(said)


def test_a_rule_that_was_not_measured_claims_nothing() -> None:
    assert confidence_of("sparse-logging", 3.0) is None
    assert in_task("sparse-logging", None, TaskKind.SPEECH) is None
    assert sureness(None) == "no measured confidence"
    assert sureness(0.97) == "almost certain (97 %)"


def test_no_judgement_of_a_return_is_almost_certain() -> None:
    assert in_task("no-learning", 0.99, TaskKind.VALUE_RL) == CAPS["reinforcement-learning"]
    assert (in_task("no-learning", 0.99, TaskKind.CLASSIFICATION) or 0.0) > CAPS["reinforcement-learning"]


def test_what_another_package_claims_is_left_to_it() -> None:
    assert in_task("dead-critic", 0.6, TaskKind.PLAY) == 0.6


def test_a_run_says_so_in_its_result() -> None:
    (f,) = diagnose(evaluated(2_500, 500, logged=500), select=["sparse-logging"]).findings
    assert f.to_json()["confidence"] is None
