from __future__ import annotations

import math

import pytest

from curveread.findings.wording import compact, count, duration, measure, number, percent, quantity, size, span


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (2.314159, "2.314"), (-0.05, "−0.05"), (1234.5, "1,234"), (3.2e9, "3.2e9"), (3.8132e28, "3.81e28"),
        (1e-5, "1e−5"), (math.nan, "NaN"), (math.inf, "∞"), (-math.inf, "−∞"), (250.0, "250"),
        (1.7e308, "1.7e308"), (5e-324, "4.94e−324"), (999.97, "1,000"),
    ],
)  # fmt: skip
def test_number(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (950, "950"),
        (1900, "1,900"),
        (12_400, "12.4k"),
        (999_999, "1M"),
        (1_250_000, "1.25M"),
        (3e12, "3T"),
        (-12_400, "−12.4k"),
    ],
)
def test_compact(value: float, text: str) -> None:
    assert compact(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.31, "nats", "2.31 nats"), (1240.0, "steps", "1,240 steps"), (1.0, "steps", "1 step"),
        (281.0, "step", "step 281"),
        (14.0, "%", "14 %"), (0.58657, "ratio", "0.587"), (5400.0, "s", "1 h 30 min"),
        (2.0, "s", "2 s"), ("50–150", "", "50–150"),
        (math.nan, "nats", "NaN nats"), (math.inf, "steps", "∞ steps"),
        (9.04123, "standard errors", "9 times its uncertainty"),
        (222.5, "standard errors", "222 times its uncertainty"),
        (0.3223, "log units", "a factor of 1.38"), (math.inf, "log units", "∞ log units"), (0.8, "as logged", "0.8"),
        (19.3, "robust standard deviations", "19 times the usual noise"),
    ],
)  # fmt: skip
def test_measure_has_sensible_digits_and_its_unit(value: float | str, unit: str, text: str) -> None:
    assert measure(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.996, "nats", "3.00 nats"), (2.137, "nats", "2.14 nats"), (2.0, "", "2.00"), (-0.5, "", "−0.500"),
        (0.0, "nats", "0 nats"), (145.2, "nats", "145 nats"), (999.7, "", "1,000"), (4.5e13, "nats", "4.5e13 nats"),
        (3.4e-5, "a-unit", "3.4e−5 a-unit"), (math.nan, "", "NaN"),
    ],
)  # fmt: skip
def test_a_quantity_keeps_its_three_digits(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (42.123, "42.1 s"),
        (60, "1 min"),
        (725, "12 min 5 s"),
        (12_000, "3 h 20 min"),
        (187_200, "2 d 4 h"),
        (-725, "−12 min 5 s"),
        (math.inf, "∞"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_places_and_sizes() -> None:
    assert count(-0.0) == measure(-0.0) == "0"
    assert [span(None, None), span(5, 5), span(5, None), span(250, 1250)] == [
        "the whole run",
        "step 5",
        "step 5",
        "steps 250–1,250",
    ]
    assert [size(812), size(51_234), size(1_200_000), size(5 * 10**12)] == ["812 B", "51.2 kB", "1.2 MB", "5,000 GB"]
    assert count(-12_400) == "−12,400"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.9997, "99.97 %"), (-0.9951, "−99.5 %"), (1.0, "100 %"), (0.99999, "99.999 %"), (0.994, "99 %")],
)
def test_what_is_left_of_a_hundred_percent_stays(share: float, words: str) -> None:
    assert percent(share) == words
    if 0.995 <= abs(share) < 1.0:
        assert measure(100.0 * share, "%") == words
