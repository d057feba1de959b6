"""Sentences: worded from typed arguments, told on other axes, joined without losing what they speak of."""

from __future__ import annotations

import copy
import pickle

import pytest

from curveread.findings.arguments import (
    Amount,
    AxisWord,
    Count,
    Labelled,
    Length,
    Name,
    Place,
    PlaceList,
    Span,
    Tag,
    compact,
    count,
    duration,
    figure,
    level,
    measure,
    number,
    precise,
    rough,
    share,
)
from curveread.findings.places import Places
from curveread.findings.text import Text, capitalized, joined, listed, on_axis, text, without_axis


def tenth(step: int) -> float:
    return step / 10.0


EPOCHS = Places("epoch", tenth, own=False)
OWN_EPOCHS = Places("epoch", float, own=True)
TOKENS = Places("tokens", lambda step: step * 1000, own=False)
OWN_TOKENS = Places("tokens", float, own=True)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (Tag("val/loss"), "val/loss"),
        (Name("loss-spike"), "loss-spike"),
        (level(3.0, "nats"), "3.00 nats"),
        (figure(2.3149), "2.31"),
        (number(2.3149), "2.315"),
        (rough(2.3149), "2.3"),
        (precise(2.31491592), "2.31492"),
        (measure(1240, "steps"), "1,240 steps"),
        (share(0.124), "12 %"),
        (duration(5400), "1 h 30 min"),
        (compact(1_250_000, "tokens"), "1.25M tokens"),
        (count(12_400), "12,400"),
        (Count(1, "eval"), "1 eval"),
        (Count(12, "eval"), "12 evals"),
        (Place(12_400), "step 12,400"),
        (Place(12_400, bare=True), "12,400"),
        (PlaceList((200,)), "step 200"),
        (PlaceList((200, 1250, 300)), "steps 200, 1,250 and 300"),
        (PlaceList((200, 250), last="or"), "steps 200 or 250"),
        (PlaceList((200, 250), last=""), "steps 200, 250"),
        (PlaceList((200, 250), more=3), "steps 200, 250 and 3 more"),
        (Span(250, 1250), "steps 250–1,250"),
        (Span(250, 250), "step 250"),
        (Span(250, 1250, bare=True), "250–1,250"),
        (Span(None, None), "the whole run"),
        (Length(1), "1 step"),
        (Length(2400), "2,400 steps"),
        (Labelled(PlaceList((200, 1250), last="")), "200, 1,250"),
        (Labelled(Span(250, 1250)), "250–1,250"),
        (AxisWord(), "step"),
        (AxisWord(several=True), "steps"),
    ],
)
def test_an_argument_words_itself(argument: Amount, words: str) -> None:
    assert str(argument) == words


@pytest.mark.parametrize(
    ("argument", "places", "words"),
    [
        (Place(25), EPOCHS, "epoch 2.5"),
        (Place(1250), TOKENS, "1.25M tokens"),
        (PlaceList((25, 31)), EPOCHS, "epochs 2.5 and 3.1"),
        (Span(25, 31), EPOCHS, "epochs 2.5–3.1"),
        (Span(25, 31, bare=True), EPOCHS, "2.5–3.1"),
        (Length(28), EPOCHS, "28 steps"),
        (Length(28), OWN_EPOCHS, "28 epochs"),
        (Length(28), OWN_TOKENS, "28 tokens"),
        (Labelled(PlaceList((25, 31), last="")), EPOCHS, "epochs 2.5, 3.1"),
        (Labelled(Span(25, 31)), EPOCHS, "epochs 2.5–3.1"),
        (AxisWord(), EPOCHS, ""),
        (figure(25), EPOCHS, "25"),
        (Tag("loss at step 25"), EPOCHS, "loss at step 25"),
    ],
)
def test_places_move_and_lengths_follow_the_own_count_of_a_log(argument: Place, places: Places, words: str) -> None:
    assert str(argument.on(places)) == words


def test_a_sentence_is_its_words_and_keeps_what_it_speaks_of() -> None:
    said = text("{tag} rose {rise} after {onset}", tag=Tag("val/loss"), rise=level(0.3, "nats"), onset=Place(1200))
    assert said == "val/loss rose 0.300 nats after step 1,200"
    assert said.arg("onset") == Place(1200)
    assert said.on(EPOCHS) == "val/loss rose 0.300 nats after epoch 120"
    assert said.on(EPOCHS).arg("tag") == Tag("val/loss")
    assert on_axis("no argument, step 5", EPOCHS) == "no argument, step 5"


@pytest.mark.parametrize("wrong", [{}, {"a": Place(1), "b": Place(2)}, {"b": Place(1)}])
def test_template_and_arguments_must_match(wrong: dict[str, Place]) -> None:
    with pytest.raises(ValueError, match=r"the template 'at \{a\}' names \['a'\]"):
        text("at {a}", **wrong)


def test_joining_keeps_every_argument_under_a_name_of_its_own() -> None:
    first, then = text("from {at}", at=Place(10)), text(" to {at} {{sic}}", at=Place(20))
    both = first + then + " {end}" + text(", {at}", at=Place(30))
    assert both == "from step 10 to step 20 {sic} {end}, step 30"
    assert [arg for _, arg in both.args] == [Place(10), Place(20), Place(30)]
    assert both.on(EPOCHS) == "from epoch 1 to epoch 2 {sic} {end}, epoch 3"
    assert "then " + first == "then from step 10"
    assert isinstance("then " + first, Text)


@pytest.mark.parametrize(
    ("parts", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_people_write_them(parts: list[str], words: str) -> None:
    assert listed(parts) == words


def test_sentences_begin_with_a_capital_but_for_names_of_curves() -> None:
    assert capitalized("the run") == "The run"
    assert capitalized(text("{at} is the last", at=Place(9))).on(EPOCHS) == "Epoch 0.9 is the last"
    assert capitalized(text("{tag} rose", tag=Tag("loss"))) == "loss rose"


def test_a_label_can_leave_the_axis_to_the_value_beside_it() -> None:
    label = text("{rule} at {axis}", rule=Name("overfitting"), axis=AxisWord())
    assert label == "overfitting at step"
    assert without_axis(label) == label.on(EPOCHS) == "overfitting at"
    assert without_axis("plain") == "plain"


def test_a_sentence_is_copied_whole() -> None:
    said = joined("; ", (capitalized(text("at {at}", at=Place(10))), "no more"))
    for other in (pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert other == said
        assert (other.template, other.args, other.capital) == (said.template, said.args, said.capital)
