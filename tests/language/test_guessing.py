"""ln 2, ln 10, ln(vocabulary)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.language.guessing import guess_of
from curveread.language.scale import REFERENCES, reference_for


@pytest.mark.parametrize("k", [2, 3, 10, 100, 1000])
def test_usual_numbers_of_answers(k: int) -> None:
    assert guess_of(math.log(k), 0.001) == k
    assert guess_of(1.005 * math.log(k), 1e-6) == k
    assert guess_of(1.03 * math.log(k), 1e-6) is None


def test_the_vocabulary_rules_out_other_answers() -> None:
    assert guess_of(math.log(50257), 0.002, 50257) == 50257
    assert guess_of(math.log(10), 0.002, 50257) is None  # a language model that is good, no classifier
    assert guess_of(math.log(2), 0.001, 50257) == 2


def test_a_noisy_level_agrees_with_nothing() -> None:
    assert guess_of(math.log(10), 0.1) is None


@given(st.floats(), st.floats())
def test_any_level_survives(level: float, error: float) -> None:
    guess_of(level, error, 50257)


def test_published_figures_are_found_by_what_configs_say() -> None:
    def title(data: str) -> str | None:
        found = reference_for(data)
        return found.title if found else None

    assert title("Salesforce/wikitext wikitext-103-raw-v1") == "WikiText-103"
    assert title("wikitext-2-v1") == "WikiText-2"
    assert title("ptb") == "the Penn Treebank"
    assert title("openwebtext") == title("data/owt/train.bin") == "OpenWebText"
    assert title("data/fineweb10B") == "FineWeb"
    assert title("shakespeare_char") == "Shakespeare's plays"
    assert title("my-own-crawl") is None
    assert title("growth") is None  # holds owt, is none
    assert title("") is None
    assert len({r.title for r in REFERENCES}) == len(REFERENCES)
