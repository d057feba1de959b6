"""Lines of builds that nobody listed: made at random, with known values; prose and programs are not read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.readers.text_log.reader import TextLogReader
from tests.readers.text_log.support import points, read

NAMES = ("loss", "val_loss", "grad_norm", "accuracy", "learning_rate", "ppl", "train/nll", "Loss_D", "kl", "mse")
COUNTERS = ("step", "Step", "iter", "iteration", "global_step", "Iter", "update", "episode", "batch")
HEADS = (
    "",
    "[{i:6d}/5000] ",
    "2024-05-01 12:00:00,123 - INFO - ",
    "INFO:root:",
    "[rank0]:",
    "| ",
    "(trainer.py:88) ",
    ">>> ",
)
SEPARATORS = (": ", "=", " = ", " ", ":", " : ")
JOINS = (", ", " | ", "  ", "\t", " - ", "; ")
WRITTEN = ("{c}{s}{i}", "{c} {i}", "[{c} {i}]", "{c} [{i}/5000]", "{c}: {i}/5000")
VALUES = st.floats(0.0001, 999.0, allow_nan=False).map(lambda v: f"{v:.4f}")


@st.composite
def logs(draw: st.DrawFn) -> tuple[str, dict[str, list[tuple[int, float]]]]:
    """Draw the text of a log and the points of its metrics."""
    head, separator, join = (
        draw(st.sampled_from(HEADS)),
        draw(st.sampled_from(SEPARATORS)),
        draw(st.sampled_from(JOINS)),
    )
    counter, written = draw(st.sampled_from(COUNTERS)), draw(st.sampled_from(WRITTEN))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    first, gap = draw(st.integers(0, 50)), draw(st.integers(1, 25))
    rows = draw(st.lists(st.lists(VALUES, min_size=len(names), max_size=len(names)), min_size=6, max_size=12))
    want: dict[str, list[tuple[int, float]]] = {n: [] for n in names}
    out = []
    for k, values in enumerate(rows):
        i = first + gap * k
        count = "" if "{i" in head else written.format(c=counter, s=separator, i=i) + join
        out.append(
            head.format(i=i) + count + join.join(f"{n}{separator}{v}" for n, v in zip(names, values, strict=True))
        )
        for name, value in zip(names, values, strict=True):
            want[name].append((i, float(value)))
    noise = draw(st.sampled_from(("", "saving checkpoint to out/model.pt", "Evaluating ...", "-" * 40)))
    return "\n".join(line + (f"\n{noise}" if noise else "") for line in out) + "\n", want


@settings(max_examples=150, deadline=None)
@given(logs())
def test_every_build_is_read_exactly(log: tuple[str, dict[str, list[tuple[int, float]]]]) -> None:
    text, want = log
    with tempfile.TemporaryDirectory() as folder:
        part = read(Path(folder), text)
    assert {tag: points(part, tag) for tag in want} == want


WORDS = st.sampled_from(
    "the model learns slowly and we saw a loss of about in this run at step with accuracy over epochs because 3 2.5 100 0.1".split()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=14, max_size=30), min_size=4, max_size=20))
def test_prose_is_not_read(lines: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.txt"
        path.write_text("\n".join(" ".join(line) + "." for line in lines) + "\n")
        assert not TextLogReader().claims(path)


CODE = (
    "    val_loss = 0.0",
    "for step in range(1000):",
    "    loss = criterion(output, target) * 0.5",
    "        print('step', step, 'loss', loss)",
    "    if step % 100 == 0: save(step=100)",
    "parser.add_argument('--lr', default=0.001)",
    "# epoch 3: loss 0.5",
    "config = {'loss': 0.5, 'epoch': 3}",
    "    return loss / 2.0",
    "accuracy = 0.0",
    "model = Net(hidden=128, dropout=0.1)",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(CODE), min_size=5, max_size=60))
def test_programs_are_not_read(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.txt"
        path.write_text("\n".join(lines) + "\n")
        assert not TextLogReader().claims(path)


OTHER_PROGRAMS = {
    "ffmpeg": "frame={i:5d} fps= 25 q=28.0 size=    {i}024kB time=00:00:{i:02d}.00 bitrate=20{i}.5kbits/s speed=1.{i}x    ",
    "make": "[{i:3d}%] Building CXX object src/CMakeFiles/foo.dir/f{i}.cpp.o",
    "docker": "Step {i}/40 : RUN pip install foo=={i}.1.0",
    "ping": "64 bytes from 1.1.1.1: icmp_seq={i} ttl=57 time=1{i}.5 ms",
    "spark": "24/01/01 12:00:00 INFO TaskSetManager: Finished task {i}.0 in stage 1.0 (TID {i}) in 8{i} ms on host ({i}/40)",
    "etl": "2024-01-01 12:00:00 INFO Processed batch {i} of 40: {i}000 rows, 1.{i} s",
    "garbage collector": "[{i}.123s][info][gc] GC({i}) Pause Young (Normal) 9{i}M->4{i}M(256M) 7.{i}ms",
}


@pytest.mark.parametrize("name", OTHER_PROGRAMS)
def test_other_programs_that_count_are_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "console.log"
    path.write_text("".join(OTHER_PROGRAMS[name].format(i=i) + "\n" for i in range(1, 40)))
    assert not TextLogReader().claims(path)


def test_dicts_without_an_epoch_are_counted(tmp_path: Path) -> None:
    part = read(tmp_path, "".join(f"{{'loss': 2.{i}5, 'lr': 1e-05}}\n" for i in range(1, 10)))
    assert points(part, "loss") == [(i, float(f"2.{i}5")) for i in range(1, 10)]


@pytest.mark.parametrize("head", ["[ ({} ) ", "[{} ] ", "( {} ) ", "[ {}]"])
def test_a_whole_number_in_brackets_with_blanks_at_the_start_counts(tmp_path: Path, head: str) -> None:
    lines = [f"{head.format(i)}Loss:  {1 / (i + 2):.3f}, valid_Acc: 0.{90 + i}]" for i in range(6)]
    part = read(tmp_path, "\n".join([*lines, ""]))
    assert points(part, "Loss") == [(i, round(1 / (i + 2), 3)) for i in range(6)]
    assert points(part, "valid_Acc") == [(i, (90 + i) / 100) for i in range(6)]
