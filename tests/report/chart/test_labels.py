from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curveread.report.chart.labels import Label, beside, place
from curveread.report.chart.scale import step_axis
from curveread.report.chart.spec import Mark

X = step_axis(0, 1000)
SEVERITIES = ("info", "warning", "error")


def mark(number: int, severity: str, first: int, length: int, name: str = "loss spike") -> Mark:
    return Mark(number, severity, first, min(1000, first + length), (f"{name} {first}", name, ""), "it jumped", "loss")


@st.composite
def marks(draw: st.DrawFn) -> list[Mark]:
    several = draw(
        st.lists(
            st.tuples(st.sampled_from(SEVERITIES), st.integers(0, 1000), st.sampled_from([0, 3, 50, 1000])), max_size=40
        )
    )
    return [mark(i, *one) for i, one in enumerate(several, start=1)]


def text_of(label: Label) -> tuple[float, float]:
    return (label.badge, label.right) if label.text_side == "right" else (label.left, label.badge)


@given(marks(), st.sampled_from([25.0, 48.0, 100.0, 155.0]))
def test_no_label_lies_on_another_nor_on_a_leader(several: list[Mark], chars: float) -> None:
    labels = place(several, X, chars)
    assert [lab.mark for lab in labels] == several
    placed = [lab for lab in labels if lab.row is not None]
    for a in placed:
        assert a.left >= -1e-9
        assert a.right <= 1 + 1e-9
        assert a.right - a.left >= (len(a.text) + 2) / chars - 1e-9
    for a, b in itertools.combinations(placed, 2):
        if a.row == b.row:
            assert a.box[1] <= b.box[0] or b.box[1] <= a.box[0]
        else:
            lower, upper = (a, b) if a.row < b.row else (b, a)
            first, last = text_of(lower)
            assert not lower.text or not first < upper.at < last


def test_nine_spikes_keep_their_words_on_a_wide_picture() -> None:
    labels = place([mark(i, "warning", 105 * i, 3) for i in range(1, 10)], X, 155)
    assert all(lab.row is not None and lab.text for lab in labels)


def test_on_a_narrow_picture_the_numbers_stay() -> None:
    labels = place([mark(i, "warning", 105 * i, 3) for i in range(1, 10)], X, 48)
    assert all(lab.row is not None for lab in labels)


def test_the_gravest_keeps_a_place_in_a_crowd() -> None:
    crowd = [mark(i, "info", 500, 0) for i in range(1, 60)] + [mark(60, "error", 500, 0)]
    labels = place(crowd, X, 60)
    assert labels[-1].row is not None
    assert any(lab.row is None for lab in labels)


def test_nothing_to_label() -> None:
    assert place([], X, 100) == ()


@given(
    st.lists(
        st.tuples(st.floats(0, 300), st.floats(0, 100), st.sampled_from(["524", "best 2.31 nats at 500"])), max_size=12
    )
)
def test_texts_beside_spots_stay_inside_and_apart(spots: list[tuple[float, float, str]]) -> None:
    notes = beside(spots, 300, 100, 6, 14, np.empty((0, 2)))
    boxes = []
    for note in notes:
        if note is None:
            continue
        wide = len(note.text) * 6
        left = note.x - {"start": 0, "end": wide, "middle": wide / 2}[note.anchor]
        assert left >= -1e-6
        assert left + wide <= 300 + 1e-6
        assert 7 - 1e-6 <= note.y <= 93 + 1e-6
        boxes.append((left, left + wide, note.y - 7, note.y + 7))
    for a, b in itertools.combinations(boxes, 2):
        assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]


def test_a_text_keeps_off_the_curve() -> None:
    flat = np.column_stack((np.linspace(0, 300, 400), np.full(400, 50.0)))
    (note,) = beside([(150, 50, "best 2.31")], 300, 100, 6, 14, flat)
    assert note is not None
    assert abs(note.y - 50) > 7
