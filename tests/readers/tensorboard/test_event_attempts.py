"""Several attempts in one file: told apart from curves that have a clock of their own."""

from __future__ import annotations

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event

from curveread.discovery.discover import read_runs
from curveread.readers.base import Part
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.notes import NoteKind
from tests.support.event_files import ramp, scalar, start, write


def read(folder: Path, events: list[Event]) -> Part:
    (part,) = TensorBoardReader().read(write(folder, events))
    return part


def both(steps: range, factor: float = 1.0) -> list[Event]:
    return [e for s in steps for e in (scalar("loss", s, factor * s), scalar("lr", s, factor * s))]


def spans(part: Part) -> list[dict[str, tuple[int, int, int]]]:
    return [{t: (int(c.step[0]), int(c.step[-1]), len(c)) for t, c in s.items()} for s in part.segments]


def test_one_attempt_has_no_segments(tmp_path: Path) -> None:
    assert read(tmp_path, both(range(50))).segments == ()


def test_curves_that_go_back_together_are_a_restart(tmp_path: Path) -> None:
    part = read(tmp_path, both(range(100)) + both(range(80, 150), factor=2.0))
    assert spans(part) == [
        {"loss": (0, 99, 100), "lr": (0, 99, 100)},
        {"loss": (80, 149, 70), "lr": (80, 149, 70)},
    ]
    assert part.curves["loss"].step.tolist() == list(range(150))
    assert part.curves["loss"].value.tolist() == [float(s) for s in range(80)] + [2.0 * s for s in range(80, 150)]
    assert part.notes == ()


def test_single_curve_that_begins_again(tmp_path: Path) -> None:
    part = read(tmp_path, ramp("loss", range(100)) + ramp("loss", range(40)))
    assert spans(part) == [{"loss": (0, 99, 100)}, {"loss": (0, 39, 40)}]


def test_restart_seen_by_the_training_curves_and_not_by_the_sparse_evaluation(tmp_path: Path) -> None:
    first = both(range(100)) + ramp("eval/loss", [50]) + both(range(100, 130))
    part = read(tmp_path, first + both(range(100, 160)) + ramp("eval/loss", [160]) + both(range(160, 200)))
    assert spans(part) == [
        {"loss": (0, 129, 130), "lr": (0, 129, 130), "eval/loss": (50, 50, 1)},
        {"loss": (100, 199, 100), "lr": (100, 199, 100), "eval/loss": (160, 160, 1)},
    ]


def test_two_restarts(tmp_path: Path) -> None:
    part = read(tmp_path, both(range(100)) + both(range(50, 120)) + both(range(110, 200)))
    assert [s["loss"] for s in spans(part)] == [(0, 99, 100), (50, 119, 70), (110, 199, 90)]


def test_curve_with_a_clock_of_its_own_is_sorted(tmp_path: Path) -> None:
    """Edge case 12: the batch number begins anew each epoch while the others go on."""
    events = []
    for s in range(60):
        events += [scalar("loss", s, s), scalar("lr", s, s), scalar("batch/loss", s % 20, s)]
    part = read(tmp_path, events)
    assert part.segments == ()
    assert part.curves["batch/loss"].step.tolist() == sorted(s % 20 for s in range(60))
    assert part.curves["batch/loss"].value[:3].tolist() == [0, 20, 40]
    assert [(n.kind, n.message) for n in part.notes] == [
        (
            NoteKind.UNORDERED,
            "batch/loss: steps go back 2 times while the run goes on; the points were sorted by step, all are kept",
        )
    ]


def test_evaluation_interleaved_with_smaller_steps(tmp_path: Path) -> None:
    """Edge case 12: what another tag logged is no reason to see a step back."""
    events = [e for k in range(10) for e in [*ramp("loss", range(100 * k, 100 * k + 100, 10)), scalar("eval", k, k)]]
    part = read(tmp_path, events)
    assert (part.segments, part.notes) == ((), ())


def test_batch_numbers_beside_an_epoch_count(tmp_path: Path) -> None:
    events = [e for k in range(3) for e in [*ramp("batch/loss", range(30)), scalar("epoch/loss", k, k)]]
    part = read(tmp_path, events)
    assert part.segments == ()
    assert len(part.curves["batch/loss"]) == 90


def test_counter_that_begins_anew_many_times_is_no_attempt(tmp_path: Path) -> None:
    part = read(tmp_path, [e for _ in range(8) for e in both(range(1, 30))])
    assert part.segments == ()
    assert len(part.curves["loss"]) == 8 * 29
    (note,) = part.notes
    assert note.message.startswith("loss, lr: steps go back 14 times while the run goes on")


def test_writers_mixed_in_one_file_are_no_attempts(tmp_path: Path) -> None:
    mixed = [s for k in range(0, 2000, 2) for s in (k, k + 1, 5000 + k, 5001 + k)]
    part = read(tmp_path, ramp("loss", mixed) + ramp("lr", mixed))
    assert part.segments == ()
    assert part.curves["loss"].step.tolist() == sorted(mixed)


def test_one_late_point_is_no_attempt(tmp_path: Path) -> None:
    """A summary at the best step, written at the end, supersedes nothing."""
    part = read(tmp_path, [*both(range(100)), *both(range(40, 41))])
    assert part.segments == ()
    assert len(part.curves["loss"]) == 101


def test_points_out_of_order_are_no_attempt(tmp_path: Path) -> None:
    part = read(tmp_path, [scalar("loss", s, s) for s in (1, 2, 3, 5, 4, 6, 7, 100, 8, 9, 10)])
    assert part.segments == ()
    assert part.curves["loss"].step.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100]


def test_session_start_that_purges(tmp_path: Path) -> None:  # edge case 2
    part = read(tmp_path, [*ramp("loss", range(10)), start(6), *ramp("loss", range(8, 12), factor=3.0)])
    assert spans(part) == [{"loss": (0, 9, 10)}, {"loss": (8, 11, 4)}]
    assert part.purges == (None, 6)
    assert part.curves["loss"].step.tolist() == [*range(6), *range(8, 12)], "6 and 7 are purged as well"


def test_session_start_of_a_further_file_purges_every_curve_before_it(tmp_path: Path) -> None:  # edge case 2
    """What TensorBoard does across files; a resume without it only replaces what lies behind its first point."""
    first = [e for s in range(10) for e in (scalar("loss", s, s), scalar("eval", s, s), scalar("old", s, s))]
    write(tmp_path, first, name="events.out.tfevents.100.h.1.0")
    second = [e for s in range(8, 12) for e in (scalar("loss", s, 9), scalar("eval", s, 9))]
    write(tmp_path, [start(6), *second], name="events.out.tfevents.200.h.2.0")
    (run,) = read_runs(tmp_path)
    assert run["loss"].step.tolist() == [*range(6), *range(8, 12)]
    assert run["old"].step.tolist() == list(range(6)), "a curve that the resumed run does not log is cut, too"
    assert run.attempts[0].superseded["old"].step.tolist() == [6, 7, 8, 9]
    note = next(n for n in run.notes if n.kind is NoteKind.SUPERSEDED)
    assert note.message.startswith("a later attempt begins at step 6: 4 points")
    oracle = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0}).Reload()
    for tag in ("loss", "eval", "old"):
        assert run[tag].step.tolist() == [e.step for e in oracle.Scalars(tag)], tag


def test_first_session_start_of_a_file_begins_its_first_attempt(tmp_path: Path) -> None:
    part = read(tmp_path, [start(0), *ramp("loss", range(10))])
    assert part.segments == ()


def test_second_session_start_begins_another_attempt(tmp_path: Path) -> None:
    part = read(tmp_path, [start(0), *ramp("loss", range(10)), start(10), *ramp("loss", range(10, 15))])
    assert spans(part) == [{"loss": (0, 9, 10)}, {"loss": (10, 14, 5)}]
    assert part.curves["loss"].step.tolist() == list(range(15))


def test_session_starts_of_a_run_with_split_folders(tmp_path: Path) -> None:
    """The attempts are stitched within each folder; nothing of them is left to be stitched again."""
    for name, k in (("train", 1), ("validation", 10)):
        (tmp_path / name).mkdir()
        events = [start(0), *ramp("loss", range(0, 100, k)), start(50), *ramp("loss", range(50, 150, k))]
        write(tmp_path / name, events, name=f"events.out.tfevents.100.h.{k}.0")
    (run,) = read_runs(tmp_path)
    assert run["train/loss"].step.tolist() == list(range(150))
    assert run["validation/loss"].step.tolist() == list(range(0, 150, 10))
