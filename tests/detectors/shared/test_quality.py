"""What a quality metric did while a loss rose, in words."""

from __future__ import annotations

import pytest

from curveread.detectors.shared.quality import Quality, by_chance


@pytest.mark.parametrize(
    ("then", "now", "change", "said"),
    [
        (0.9021, 0.9023, 1.4, "; acc stayed around 0.902"),
        (0.88, 0.90, 1.4, "; acc still rose from around 0.880 to around 0.900"),
        (0.90, 0.88, -1.4, "; acc fell from around 0.900 to around 0.880"),
        (0.90, 0.89, -0.6, "; acc stayed around 0.890"),
        (0.90, 0.80, -0.6, "; acc went from 0.900 to 0.800, within its noise"),
    ],
)
def test_the_course_of_a_metric_in_words(then: float, now: float, change: float, said: str) -> None:
    assert str(Quality("acc", 0, then, now, change, 0.0, True).words) == said


def test_a_share_of_few_examples_may_be_off_by_chance() -> None:
    assert by_chance(0.5, 100) == pytest.approx(0.05)
    assert by_chance(1.0, 100) == 0.0
    assert by_chance(1.2, 100) == 0.0
