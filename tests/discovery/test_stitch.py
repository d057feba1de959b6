"""Attempts of one run: the latest wins, on each tag's own clock, and nothing is lost from sight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import curveread.discovery.stitch as module
from curveread.discovery.stitch import Curves, Start, continues, stitch
from curveread.run.model import Curve
from curveread.run.notes import NoteKind


def curve(tag: str, steps: object, offset: float = 0.0, wall: float | None = None) -> Curve:
    step = np.array(list(steps), dtype=np.int64)  # type: ignore[call-overload]
    return Curve(tag, step, step + offset, None if wall is None else wall + step.astype(float))


def start(*curves: Curve, source: str = "x") -> Start:
    return Start({c.tag: c for c in curves}, source)


def test_resume_with_overlap() -> None:
    first = start(curve("train/loss", range(800)), curve("eval/loss", range(0, 800, 100)))
    second = start(
        curve("train/loss", range(651, 1300), 0.5), curve("eval/loss", range(700, 1300, 100), 0.5), source="b"
    )
    out = stitch([first, second])
    loss = out.curves["train/loss"]
    assert loss.step.tolist() == list(range(1300))
    assert loss.value[650] == 650
    assert loss.value[651] == 651.5
    assert out.curves["eval/loss"].step.tolist() == list(range(0, 1300, 100))
    lost = out.attempts[0].superseded
    assert {t: len(c) for t, c in lost.items()} == {"train/loss": 149, "eval/loss": 1}
    assert not out.attempts[1].superseded
    assert [(a.first_step, a.last_step) for a in out.attempts] == [(0, 799), (651, 1299)]
    (note,) = out.notes
    assert note.kind is NoteKind.SUPERSEDED
    assert note.message.startswith("a later attempt begins at step 651: 149 points of train/loss, 1 point of eval/loss")


def test_tags_not_logged_again_yet_are_purged_too() -> None:
    first = start(curve("loss", range(0, 100, 10)), curve("val_loss", [30, 60, 90]), curve("lr", range(0, 100, 10)))
    second = start(curve("loss", range(50, 80, 10), 0.5))
    out = stitch([first, second])
    assert out.curves["val_loss"].step.tolist() == [30], "60 and 90 were measured on weights that were thrown away"
    assert out.curves["lr"].step.tolist() == [0, 10, 20, 30, 40]


def test_old_evaluations_between_the_resume_and_the_first_new_one() -> None:
    first = start(curve("loss", range(100)), curve("val_loss", range(0, 100, 20)))
    second = start(curve("loss", range(50, 150)), curve("val_loss", [100]))
    assert stitch([first, second]).curves["val_loss"].step.tolist() == [0, 20, 40, 100]


def test_a_tag_that_counts_something_else_keeps_its_own_clock() -> None:
    first = start(
        curve("loss", range(100)), curve("loss vs samples", range(0, 100 * 512, 512)), curve("epoch_acc", range(5))
    )
    second = start(curve("loss", range(50, 150)), curve("loss vs samples", range(50 * 512, 150 * 512, 512)))
    out = stitch([first, second])
    assert np.array_equal(out.curves["loss vs samples"].step, np.arange(0, 150 * 512, 512))
    assert out.curves["epoch_acc"].step.tolist() == [0, 1, 2, 3, 4]


def test_evaluation_after_the_training_purges_nothing() -> None:
    """Trainer.evaluate() behind Trainer.train() opens a second event file, at the last step."""
    first = start(curve("train/loss", range(10, 110, 10)), curve("eval/loss", [50, 100]))
    second = start(curve("eval/loss", [100], 0.5), source="b")
    out = stitch([first, second])
    assert out.curves["train/loss"].step[-1] == 100
    assert out.curves["eval/loss"].value.tolist() == [50, 100.5]


def test_evaluation_that_also_logs_the_epoch_purges_nothing_else() -> None:
    first = start(curve("train/loss", range(10, 110, 10)), curve("train/epoch", range(10, 110, 10)))
    second = start(curve("eval/loss", [100]), curve("train/epoch", [100], 0.5), source="b")
    assert stitch([first, second]).curves["train/loss"].step[-1] == 100


def test_other_tags_only_are_joined_untouched() -> None:
    out = stitch([start(curve("train/loss", range(100))), start(curve("eval/acc", range(0, 100, 10)))])
    assert len(out.curves["train/loss"]) == 100
    assert not out.notes


def test_restarted_counter_supersedes_everything() -> None:
    out = stitch([start(curve("loss", range(700))), start(curve("loss", range(600), 0.5))])
    assert out.curves["loss"].value[-1] == 599.5
    assert len(out.attempts[0].superseded["loss"]) == 700


def test_three_attempts() -> None:
    out = stitch(
        [
            start(curve("loss", range(100))),
            start(curve("loss", range(60, 90), 0.25)),
            start(curve("loss", range(70, 120), 0.5)),
        ]
    )
    assert out.curves["loss"].step.tolist() == list(range(120))
    assert out.curves["loss"].value[65] == 65.25
    assert [len(a.superseded.get("loss", ())) for a in out.attempts] == [40, 20, 0]


def test_two_writers_at_once_do_not_cut_each_other() -> None:
    first = start(curve("loss", range(0, 1000, 10), wall=1e9), curve("lr", range(0, 1000, 10), wall=1e9))
    second = start(
        curve("gpu", range(0, 1000, 10), wall=1e9), curve("loss", range(300, 1000, 10), 0.5, wall=1e9), source="b"
    )
    out = stitch([first, second])
    assert len(out.curves["lr"]) == 100
    assert out.curves["loss"].value[-1] == 990.5
    assert any("written at the same time" in n.message for n in out.notes)


@pytest.mark.parametrize(
    ("seconds", "together"),
    [
        ((0, 1000, 400, 500), True),
        ((400, 500, 0, 1000), True),
        ((0, 1000, 940, 1100), False),
        ((0, 99, 100, 199), False),
    ],
)
def test_writers_are_beside_each_other_for_more_than_half_of_the_shorter_of_them(
    seconds: tuple[int, int, int, int], together: bool
) -> None:
    """A short job within a long one and the other way round; one that takes over at the end of another is a resume."""
    begun, ended, again, over = seconds
    first = start(curve("loss", range(begun, ended, 10), wall=1e9))
    second = start(curve("loss", range(again, over, 10), 0.5, wall=1e9), source="b")
    notes = [n.message for n in stitch([first, second]).notes]
    assert any("written at the same time" in n for n in notes) is together


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50), st.integers(1, 7)), min_size=1, max_size=5))
def test_nothing_is_lost_and_steps_never_go_back(attempts: list[tuple[int, int, int]]) -> None:
    starts = [
        start(curve("loss", range(a, a + n * d, d), i / 10), curve("val_loss", range(a, a + n * d, 3 * d), i / 10))
        for i, (a, n, d) in enumerate(attempts)
    ]
    out = stitch(starts)
    for tag in ("loss", "val_loss"):
        logged = sorted(
            (int(s), float(v)) for x in starts for s, v in zip(x.curves[tag].step, x.curves[tag].value, strict=True)
        )
        shown = out.curves[tag]
        assert np.all(np.diff(shown.step) > 0), "a step is shown once"
        seen = list(zip(shown.step.tolist(), shown.value.tolist(), strict=True))
        for attempt in out.attempts:
            old = attempt.superseded.get(tag)
            seen += [] if old is None else list(zip(old.step.tolist(), old.value.tolist(), strict=True))
        assert sorted(seen) == logged
    last = starts[-1].curves["loss"]
    assert np.array_equal(out.curves["loss"].value[-len(last) :], last.value), "the latest attempt is whole"


def test_what_continues_what() -> None:
    old = {"loss": curve("loss", range(0, 1000, 10))}
    assert continues(old, {"loss": curve("loss", range(650, 900, 10))})
    assert continues(old, {"loss": curve("loss", range(1000, 1500, 10))})
    assert not continues(old, {"loss": curve("loss", range(0, 500, 10))}), "from scratch"
    assert not continues(old, {"loss": curve("loss", range(10, 500, 10))}), "its first logged step"
    assert not continues(old, {"loss": curve("loss", range(2000, 2500, 10))}), "far behind the end"
    assert not continues(old, {"accuracy": curve("accuracy", range(650, 900, 10))})


def test_attempts_span_the_steps_of_the_most_logged_curve_and_of_those_on_its_clock() -> None:
    def logged(first: int) -> Start:
        return start(
            curve("loss", range(first, first + 100)),
            curve("val_loss", range(first + 9, first + 130, 10)),  # on the same clock, and on it for longer
            curve("eval_by_sample", range(50_000 + first, 90_000, 8_000)),  # counted in samples
        )

    out = stitch([logged(0), logged(60)])
    assert [(a.first_step, a.last_step) for a in out.attempts] == [(0, 129), (60, 189)]


def test_a_start_is_compared_with_those_that_it_meets_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand starts, each of which overlaps the one before: no number of pairs."""
    asked = []

    def counted(before: Curves, after: Curves) -> dict[str, int]:
        asked.append(1)
        return cuts(before, after)

    cuts = module._cuts
    monkeypatch.setattr(module, "_cuts", counted)
    starts = [start(curve("loss", range(20 * i, 20 * i + 30), wall=1000.0 * i), source=str(i)) for i in range(1000)]
    stitched = stitch(starts)
    assert stitched.curves["loss"].step.tolist() == list(range(20 * 999 + 30))
    assert 999 <= len(asked) < 3000


def test_many_writers_at_once_are_one_note_each() -> None:
    starts = [start(curve("loss", range(30), wall=0.5), source=f"rank{i}") for i in range(5)]
    notes = [n.message for n in stitch(starts).notes if n.kind is NoteKind.MERGED]
    assert len(notes) == 4
    assert notes[1].startswith("written at the same time as ")
