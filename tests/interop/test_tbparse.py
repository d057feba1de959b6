"""tbparse's own table, made without it; and what only it reads."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

import curveread as cr
from curveread.errors import ArgumentError, CorruptLogError, ReadError
from curveread.interop.tbparse import EVENT_FILES
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.model import Curve, Run, Source
from tests.conftest import CORPUS, SAMPLES, needed
from tests.readers.tensorboard.test_texts import GIVEN
from tests.readers.tensorboard.test_texts import _hparams as hyper_parameters
from tests.support.event_files import T0, event, metadata, scalar, simple, start, tensor, write
from tests.support.turns import one_of

needed("tbparse")
ALL = {"wall_time", "dir_name", "file_name"}
SAMPLED = sorted(p for p in SAMPLES.rglob("*tfevents*") if p.is_file())


def theirs(path: Path, **options: Any) -> Any:
    from tbparse import SummaryReader

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SummaryReader(str(path), event_types={"scalars"}, **options).scalars


def run_of(path: Path) -> Run:
    """Return a run of one event file alone."""
    source = Source(str(path), "tensorboard", path.stat().st_size)
    return Run(path.name, str(path), {}, sources=(source,), event_files=EVENT_FILES)


def check(run: Run, path: Path, extras: Sequence[set[str]] = (set(), {"wall_time"}, {"dir_name"}, ALL)) -> int:
    """Assert that the table is equal, long and wide, with those columns; and return how many points there are."""
    from pandas.testing import assert_frame_equal

    for pivot in (False, True):
        for extra in extras:
            got = run.to_frame(layout="tbparse", pivot=pivot, extra_columns=extra)
            assert_frame_equal(got, theirs(path, pivot=pivot, extra_columns=extra), check_exact=True)
    return len(run.to_frame(layout="tbparse"))


@pytest.mark.parametrize("path", one_of(2, SAMPLED[::4]), ids=lambda p: p.parent.name)
def test_the_table_of_a_file_is_tbparses(path: Path) -> None:
    assert check(run_of(path), path) > 100


def _corpus() -> list[Path]:
    """Return the event files of the corpus, but for those that were damaged to try readers."""
    found = (p for folder in CORPUS.iterdir() if folder.name != "hostile" for p in folder.rglob("*tfevents*"))
    return sorted(p for p in found if p.is_file() and not p.name.endswith(".profile-empty"))


def _equal_where_sound(paths: list[Path], *extras: set[str]) -> int:
    compared = 0
    for path in paths:
        try:
            (part,) = TensorBoardReader().read(path)
        except CorruptLogError:
            continue
        if not any(n.kind == "corrupt" for n in part.notes):  # tbparse stops there
            compared += check(run_of(path), path, extras)
    return compared


@pytest.mark.corpus
def test_the_table_of_public_files_is_tbparses(corpus_public: Path) -> None:
    assert _equal_where_sound([p for p in _corpus() if p.is_relative_to(corpus_public)][::10], ALL) > 1_000


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted(d for d in CORPUS.glob("*") if d.is_dir()), ids=lambda d: d.name)
def test_the_table_of_every_file_of_the_corpus_is_tbparses(folder: Path) -> None:
    files = [p for p in _corpus() if p.is_relative_to(folder)]
    if not files:
        pytest.skip("no event files")
    assert _equal_where_sound(files, set(), {"wall_time"}, {"dir_name"}, ALL) > 1_000


def test_several_files_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "run" / "eval").mkdir(parents=True)
    write(tmp_path / "run", [scalar("loss", i, 3 - i / 10) for i in range(20)], "events.out.tfevents.1.a")
    write(tmp_path / "run", [scalar("loss", i, 2 - i / 99) for i in range(15, 40)], "events.out.tfevents.2.a")
    write(
        tmp_path / "run" / "eval", [scalar("loss", i, 3 - i / 11) for i in range(0, 40, 5)], "events.out.tfevents.3.a"
    )
    run = cr.read(tmp_path / "run")
    assert len(run.sources) == 3
    assert check(run, tmp_path / "run") == 53
    frame = run.to_frame(layout="tbparse", extra_columns=ALL)
    assert frame.columns.tolist() == ["step", "tag", "value", "wall_time", "dir_name", "file_name"]
    assert set(frame["dir_name"]) == {"", "eval"}
    wide = run.to_frame(layout="tbparse", pivot=True)
    assert isinstance(wide.loc[wide["step"] == 15, "loss"].item(), list)


def test_what_tensorboard_purges_is_purged(tmp_path: Path) -> None:
    logged = [scalar("a", i, i) for i in range(10)] + [scalar("b", 9, 1.0), start(6)]
    path = write(tmp_path, [*logged, *(scalar("a", i, -i) for i in range(6, 12))])
    assert check(run_of(path), path) == 12
    old = tmp_path / "old"
    old.mkdir()
    path = write(old, [scalar("a", 5, 1), scalar("b", 6, 1), scalar("a", 4, 2), scalar("b", 7, 3)], version=False)
    check(run_of(path), path)


def test_only_simple_scalars_are_in_the_table(tmp_path: Path) -> None:
    odd = [float("nan"), float("inf"), -0.0]
    values = [event(i, simple("x", v), tensor("y", "scalars", float_val=[1.0])) for i, v in enumerate(odd)]
    path = write(tmp_path, values)
    assert check(run_of(path), path) == 3
    assert check(run_of(write(tmp_path, [], "events.out.tfevents.5.a")), tmp_path / "events.out.tfevents.5.a") == 0


@pytest.fixture
def rich(tmp_path: Path) -> Run:
    """A run with scalars, histograms, images, texts."""
    histogram = HistogramProto(min=-1, max=3, num=4, sum=2, sum_squares=9, bucket_limit=[0, 2, 3], bucket=[1, 2, 1])
    picture = Summary.Image(height=2, width=3, colorspace=3, encoded_image_string=b"\x89PNG...")
    text = tensor("sample/text_summary", "text", dtype=7, string_val=[b"Once upon a time"])
    folder = tmp_path / "rich"
    folder.mkdir()
    events = [
        *(scalar("loss", i, 1 / (i + 1)) for i in range(10)),
        event(5, Summary.Value(tag="weights", histo=histogram)),
        event(3, Summary.Value(tag="weights", histo=histogram)),
        event(6, Summary.Value(tag="attention", image=picture, metadata=metadata("images"))),
        event(7, text),
        event(9, text),
    ]
    write(folder, events)
    return cr.read(folder)


def test_what_curveread_skips_is_there_on_demand(rich: Run) -> None:
    histograms = rich.histograms()
    assert histograms[["tag", "step"]].to_numpy().tolist() == [["weights", 3], ["weights", 5]]
    assert histograms["limits"][0].tolist()[-3:] == [0.0, 2.0, 3.0]
    assert histograms["sum_squares"][0] == 9.0
    (image,) = rich.images().to_dict("records")
    assert (image["tag"], image["step"], image["width"], image["height"]) == ("attention", 6, 3, 2)
    assert image["value"].startswith(b"\x89PNG")
    first, second = rich.text().to_dict("records")
    assert (first["tag"], first["step"], first["value"], first["wall_time"]) == (
        "sample",
        7,
        "Once upon a time",
        T0 + 7,
    )
    assert (second["step"], second["value"]) == (9, "Once upon a time")
    assert len(rich.hparams()) == 0


def test_what_tensorflow_stores_as_tensors(tmp_path: Path) -> None:
    def shape(*sizes: int) -> TensorShapeProto:
        return TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in sizes])

    buckets = [-1.0, 0.0, 1.0, 0.0, 2.0, 3.0]
    histogram = tensor("weights", "histograms", dtype=2, tensor_shape=shape(2, 3), double_val=buckets)
    image = tensor("sample", "images", dtype=7, tensor_shape=shape(3), string_val=[b"4", b"2", b"\x89PNG..."])
    folder = tmp_path / "keras"
    folder.mkdir()
    write(folder, [*(scalar("loss", i, 1.0 / (i + 1)) for i in range(5)), event(3, histogram), event(4, image)])
    run = cr.read(folder)
    (row,) = run.histograms().to_dict("records")
    assert (row["tag"], row["step"], row["num"], row["min"], row["max"]) == ("weights", 3, 4.0, -1.0, 2.0)
    assert row["limits"].tolist() == [-1.0, 0.0, 2.0]
    assert row["counts"].tolist() == [0.0, 1.0, 3.0]
    (row,) = run.images().to_dict("records")
    assert (row["tag"], row["step"], row["width"], row["height"]) == ("sample", 4, 4, 2)
    assert row["value"] == b"\x89PNG..."


def test_hyper_parameters(tmp_path: Path) -> None:
    folder = tmp_path / "tuned"
    folder.mkdir()
    write(folder, [hyper_parameters(GIVEN), *(scalar("loss", i, 1.0 / (i + 1)) for i in range(5))])
    rows = cr.read(folder).hparams().set_index("tag")["value"]
    assert rows.to_dict() == GIVEN


def test_a_run_without_event_files_says_so() -> None:
    run = cr.read(SAMPLES / "divergence-learning-rate")
    for asked in (run.histograms, run.images, run.text, run.hparams, lambda: run.to_frame(layout="tbparse")):
        with pytest.raises(ReadError, match="has no TensorBoard event files; it was read from wandb"):
            asked()
    made = Run("made", "made", {"loss": Curve("loss", np.arange(3), np.ones(3))})
    with pytest.raises(ReadError, match=r"made: a run that was not read by curveread\.read has no event files"):
        made.histograms()


def test_an_event_file_that_is_gone(tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("loss", i, 1.0) for i in range(5)])
    run = cr.read(tmp_path)
    path.unlink()
    with pytest.raises(ReadError, match="is gone"):
        run.to_frame(layout="tbparse")


def test_arguments_that_do_not_fit() -> None:
    run = cr.read(SAMPLES / "overfitting")
    with pytest.raises(ArgumentError, match="layout='long': there is no such layout; use tidy, wide or tbparse"):
        run.to_frame(layout="long")
    with pytest.raises(ArgumentError, match="pivot and extra_columns are of the layout tbparse"):
        run.to_frame(pivot=True)
    with pytest.raises(ArgumentError, match="extra_columns='walltime': tbparse has content_type"):
        run.to_frame(layout="tbparse", extra_columns=["walltime"])
