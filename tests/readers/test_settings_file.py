"""Settings beside a log are read within bounds."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from curveread import api
from curveread.readers.settings_file import settings_in
from curveread.run.notes import NoteKind

LAUGHS = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 10)}]\n" for i in range(10))
"""Ten lines that stand for ten thousand million values."""
RUN = "0123456789abcdef" * 2
ROWS = "step,loss\n" + "".join(f"{i},{3 - 0.02 * i:.2f}\n" for i in range(60))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_ordinary_anchors_and_merges_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "config.yaml", "base: &base {lr: 0.1, epochs: 3}\nrun:\n  <<: *base\n  lr: 0.2\nagain: *base\n"
    )
    base = {"lr": 0.1, "epochs": 3}
    assert settings_in(path) == {"base": base, "run": base | {"lr": 0.2}, "again": base}
    assert settings_in(write(tmp_path / "list.yaml", "- 1\n- 2\n")) == {}
    assert settings_in(write(tmp_path / "empty.yaml", "")) == {}
    assert settings_in(write(tmp_path / "a.json", '{"lr": 0.1}')) == {"lr": 0.1}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("laughs.yaml", LAUGHS, "values, aliases written out"),
        ("cycle.yaml", "lr: 0.1\nown: &own\n  self: *own\n", "within what it stands for"),
        (
            "deep.yaml",
            "a: " + "[" * 200 + "]" * 200,
            "limit is 100 .--limit settings-depth=200",
        ),
        ("deeper.yaml", "a: " + "[" * 100_000, "nest|recursion"),
        ("deep.json", '{"a": ' * 100_000, "nested too deeply"),
        ("sixty.yaml", "a: 1" + ":59" * 300_000, "a number of more than 400 digits"),
        ("tag.yaml", "a: !!python/object/apply:os.system [ls]\n", "could not determine a constructor"),
        ("cut.yaml", "a: {b: ", "expected"),
    ],
)
def test_a_text_beyond_all_bounds_is_refused_at_once(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = write(tmp_path / name, text)
    begun = time.process_time()
    with pytest.raises(ValueError, match=said):
        settings_in(path)
    assert time.process_time() - begun < 3


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '{"a": 1}')
    assert settings_in(path, 8) == {"a": 1}
    with pytest.raises(OSError, match="larger than 7 bytes"):
        settings_in(path, 7)


@pytest.mark.parametrize("text", [LAUGHS, "lr: 0.1\nown: &own\n  self: *own\n"], ids=["laughs", "cycle"])
@pytest.mark.parametrize(
    ("log", "beside"),
    [
        ("run/metrics.csv", "run/hparams.yaml"),
        ("run/dvclive/plots/metrics/train/loss.tsv", "run/dvclive/params.yaml"),
        (
            "mlruns/0/0123456789abcdef0123456789abcdef/metrics/loss",
            "mlruns/0/0123456789abcdef0123456789abcdef/meta.yaml",
        ),
    ],
)
def test_the_log_beside_such_a_file_is_read(tmp_path: Path, log: str, beside: str, text: str) -> None:
    rows = ROWS
    if log.endswith(".tsv"):
        rows = ROWS.replace(",", "\t")
    elif "mlruns" in log:
        rows = "".join(f"{1_700_000_000_000 + i} {3 - 0.02 * i:.2f} {i}\n" for i in range(60))
    write(tmp_path / log, rows)
    write(tmp_path / beside, text)
    (run,) = api.read_all(tmp_path)
    (curve,) = run.curves.values()
    assert len(curve.value) == 60
    if "hparams" not in beside:
        assert any(n.kind in (NoteKind.SKIPPED, NoteKind.CORRUPT) and beside.endswith(n.source) for n in run.notes)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")
@pytest.mark.parametrize(
    ("log", "pipes"),
    [
        ("metrics.csv", ["hparams.yaml", "config.json", "training_args.yaml", "train.log", "slurm-1.out", "meta.yaml"]),
        ("dvclive/plots/metrics/loss.tsv", ["dvclive/params.yaml", "dvclive/metrics.json"]),
        (
            "0123456789abcdef0123456789abcdef/metrics/loss",
            ["meta.yaml", "params/lr", "tags/mlflow.runName", "metrics/b"],
        ),
        ("trainer_state.json", ["config.json", "training_args.yaml", "args.json", "output.log"]),
    ],
)
def test_a_pipe_beside_a_log_is_left_alone(tmp_path: Path, log: str, pipes: list[str]) -> None:
    rows = ROWS
    home = tmp_path
    if log.endswith(".tsv"):
        rows = ROWS.replace(",", "\t")
    elif log.endswith(".json"):
        entries = ",".join(f'{{"step": {i}, "loss": {3 - 0.02 * i:.2f}}}' for i in range(60))
        rows = f'{{"log_history": [{entries}], "global_step": 60}}'
    elif log.endswith("metrics/loss"):
        rows = "".join(f"{1_700_000_000_000 + i} {3 - 0.02 * i:.2f} {i}\n" for i in range(60))
        home = tmp_path / log.split("/")[0]
    write(tmp_path / log, rows)
    for pipe in pipes:
        (home / pipe).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(home / pipe)
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it waits for somebody to write into the pipe"))
    signal.alarm(20)
    try:
        (run,) = api.read_all(tmp_path)
    finally:
        signal.alarm(0)
    assert [len(c.value) for c in run.curves.values()] == [60]
