"""CSV and gzip files that were cut or damaged: every number that is told stood in the whole file."""

from __future__ import annotations

import csv
import gzip
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from curveread.errors import CorruptLogError, ReadError
from curveread.readers.base import Part
from curveread.readers.tables.csv import CsvReader
from curveread.run.notes import NoteKind
from tests.support.damage import SWEEPS, cuts

READER = CsvReader()
Points = set[tuple[str, int, float]]


def _points(part: Part) -> Points:
    segments = part.segments or (part.curves,)
    return {
        (tag, s, v)
        for curves in segments
        for tag, curve in curves.items()
        for s, v in zip(curve.step.tolist(), curve.value.tolist(), strict=True)
    }


def _written(path: Path, form: str) -> Path:
    """Write a log as programs do: csv.DictWriter, pandas, C's printf, an exponent at the end of each line."""
    rng = random.Random(3)
    rows = [{"step": 10 * i, "acc": round(rng.random(), 3), "loss": 3.0 / (i + 1) + rng.random()} for i in range(12)]
    if form == "pandas":
        pd.DataFrame(rows).to_csv(path, index=False)
    elif form == "exponents":
        pd.DataFrame(rows).assign(loss=lambda f: f["loss"] * 1e-6).to_csv(path, index=False, float_format="%.3e")
    elif form == "printf":
        path.write_text("step,acc,loss\n" + "".join(f"{r['step']},{r['acc']:.3f},{r['loss']:.4f}\n" for r in rows))
    elif form == "step last":
        pd.DataFrame(rows)[["acc", "loss", "step"]].to_csv(path, index=False)
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if form == "tabs" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


@pytest.mark.parametrize("every", SWEEPS)
@pytest.mark.parametrize("form", ["csv", "pandas", "exponents", "printf", "step last", "tabs"])
def test_no_cut_invents_a_number_or_loses_one_in_silence(tmp_path: Path, form: str, every: int) -> None:
    path = _written(tmp_path / "log.csv", form)
    whole = _points(READER.read(path)[0])
    data = path.read_bytes()
    for length in cuts(path, every):
        try:
            (part,) = READER.read(path)
        except ReadError:
            continue
        assert _points(part) <= whole, length
        lines = data[:length].count(b"\n") - 1
        if len(_points(part)) < 2 * lines:
            assert any(n.kind is NoteKind.TRUNCATED for n in part.notes), length
        assert len(_points(part)) >= 2 * lines, "a whole line is kept"


def test_a_last_line_of_fixed_decimals_needs_no_line_break(tmp_path: Path) -> None:
    path = _written(tmp_path / "log.csv", "printf")
    whole = _points(READER.read(path)[0])
    path.write_text(path.read_text().rstrip("\n"))
    (part,) = READER.read(path)
    assert _points(part) == whole
    assert not part.notes


def test_a_quoted_last_cell_needs_no_line_break(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text('"step","loss"\n' + "\n".join(f'"{i}","{3 / (i + 1)}"' for i in range(9)))
    (part,) = READER.read(path)
    assert len(part.curves["loss"]) == 9


@pytest.mark.parametrize("size", [1, 40, 3000])
def test_a_hole_of_zeros_joins_no_two_numbers(tmp_path: Path, size: int) -> None:
    path = tmp_path / "log.csv"
    data = "step,loss\n" + "".join(f"{i},{3 / (i + 1)}\n" for i in range(400))
    path.write_text(data)
    whole = _points(READER.read(path)[0])
    raw = bytearray(data.encode())
    at = 1003
    raw[at : at + size] = bytes(size)
    path.write_bytes(raw)
    (part,) = READER.read(path)
    assert _points(part) < whole
    assert len(_points(part)) >= 400 - size / 5 - 2
    assert [n.message for n in part.notes if n.kind is NoteKind.CORRUPT] == [
        f"line {data[:at].count(chr(10)) + 1}: a stretch of zeros; left out"
    ]


@pytest.mark.parametrize("place", [0, 1, 4])
@pytest.mark.parametrize("more", ["", 'a "name", quoted'])
def test_a_quote_that_is_never_closed_costs_its_line(tmp_path: Path, place: int, more: str) -> None:
    path = tmp_path / "log.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "loss", "note"])
        writer.writerows([i, 3 / (i + 1), more] for i in range(5000))
    whole = _points(READER.read(path)[0])
    assert len(whole) == 5000
    text = path.read_text()
    line = text.index("\n2000,") + 1
    at = line + (0, 5, text.index("\n", line) - line)[min(place, 2)]
    path.write_text(text[:at] + '"' + text[at:])
    (part,) = READER.read(path)
    assert _points(part) <= whole
    assert len(_points(part)) >= 4998
    assert len(_points(part)) == 5000 or any(n.kind in (NoteKind.CORRUPT, NoteKind.SKIPPED) for n in part.notes)


def test_one_endless_line_costs_its_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("step,loss\n1,3.25\n" + "7," * 3_000_000 + "\n2,3.5\n")
    (part,) = READER.read(path)
    assert _points(part) == {("loss", 1, 3.25), ("loss", 2, 3.5)}
    assert [n.message for n in part.notes] == ["line 3: far more cells than the header; left out"]


def test_a_header_of_ten_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    names = [f"layers.{i}/grad_norm" for i in range(10_000)]
    pd.DataFrame({"step": range(4), "loss": [3.0, 2.5, 2.25, 2.0], **dict.fromkeys(names, 0.5)}).to_csv(
        path, index=False
    )
    assert path.read_text().index("\n") > 60_000
    assert READER.claims(path)
    (part,) = READER.read(path)
    assert len(part.curves) == 10_001


def _gzipped(path: Path, members: int = 1) -> Points:
    rows = [f"{i},{3 / (i + 1)}\n" for i in range(600)]
    size = len(rows) // members
    texts = ["".join(rows[i * size : (i + 1) * size]) for i in range(members)]
    path.write_bytes(b"".join(gzip.compress(t.encode()) for t in ["step,loss\n" + texts[0], *texts[1:]]))
    return {("loss", i, 3 / (i + 1)) for i in range(600)}


def test_what_a_damaged_gzip_stream_decodes_to_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv.gz"
    whole = _gzipped(path, members=3)
    data = path.read_bytes()
    refused = kept = 0
    for at in range(10, len(data), 13):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        try:
            parts = READER.read(path)
        except CorruptLogError:
            refused += 1
            continue
        for part in parts:
            found = _points(part)
            unverified = any("cut before its checksum" in n.message for n in part.notes)
            assert found <= whole or unverified
            assert found == whole or any(n.kind is NoteKind.TRUNCATED for n in part.notes)
            kept += len(found) in (200, 400)
    assert refused
    assert kept > refused, "members before the damaged one are kept"


def test_a_large_file_with_words_far_below_reads_as_a_small_one(tmp_path: Path) -> None:
    """pandas parses large files in pieces, each with kinds of its own."""
    path = tmp_path / "log.csv"
    lines = [f"{i},{3 / (i + 1)!r},{'007' if i < 100_000 else 'warm'}\n" for i in range(120_000)]
    path.write_text("step,loss,stage\n" + "".join(lines))
    assert path.stat().st_size > 3_000_000
    (part,) = READER.read(path)
    assert part.curves["loss"].value.tolist() == [3 / (i + 1) for i in range(120_000)]


def test_a_damaged_cell_was_no_nan(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [f"{i},{3 / (i + 1):.4f},0.001\n" for i in range(200)]
    lines[50] = lines[50].replace(".", "&", 1)
    path.write_text("step,train/loss,lr\n" + "".join(lines))
    (part,) = READER.read(path)
    assert np.isfinite(part.curves["train/loss"].value).all()
    assert [n.message for n in part.notes] == ["train/loss: left out 1 cell that is not a number"]


def test_a_damaged_cell_was_no_nan_in_rows_of_two_splits_either(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [f"{i},{split},{3 / (i + 1):.4f},0.5\n" for i in range(200) for split in ("train", "val")]
    lines[50] = lines[50].replace(".", "&", 1)
    path.write_text("epoch,split,loss,acc\n" + "".join(lines))
    (part,) = READER.read(path)
    assert part.curves["train/loss"].step.tolist() == [i for i in range(200) if i != 25]
    assert [n.message for n in part.notes] == ["loss: left out 1 cell that is not a number"]
