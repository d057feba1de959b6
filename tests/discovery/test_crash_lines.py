"""Crash patterns in printed output: found with line and step, quiet on healthy output, bounded on hostile files."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.discovery.crash_lines import crash_lines
from curveread.discovery.printed_files import printed_files
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.incidents import incident_text
from curveread.run.incidents import Incident, root_of
from tests.support.curves import decay

TRACEBACK = """Traceback (most recent call last):
  File "train.py", line 212, in <module>
    main()
  File "train.py", line 180, in main
    raise ValueError("bad batch")
"""


def steps(first: int, last: int, every: int = 10) -> str:
    return "".join(f"step {s}: loss {2.5:.4f}\n" for s in range(first, last + 1, every))


def found(folder: Path, text: str | bytes, name: str = "train.log", last: int = 1000) -> list[Incident]:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return crash_lines([file], 0, last)[0]


SLURM = "slurmstepd: error: *** JOB 42210 ON clr0738 CANCELLED AT 2022-04-14T16:17:16"
WATCHDOG = (
    "[rank1]:[E1218 20:27:21.433 ProcessGroupNCCL.cpp:629] [Rank 1] Watchdog caught collective operation timeout: W"
)
SAID = {
    ("out-of-memory", "the GPU ran out of memory"): (
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has",
        "RuntimeError: CUDA error: out of memory",
    ),
    ("out-of-memory", "the machine ran out of memory"): (
        "slurmstepd: error: Detected 1 oom_kill event in StepId=7.0. Some of the step tasks have been OOM Killed.",
    ),
    ("collective", "a collective operation timed out (NCCL)"): (WATCHDOG,),
    ("collective", "communication between the GPUs failed (NCCL)"): (
        "torch.distributed.DistBackendError: NCCL error in: x.cpp:1333, ncclRemoteError: a remote process exited",
    ),
    ("loss-scale", "the fp16 loss scale reached its floor"): (
        "Exception: Current loss scale already at minimum - cannot decrease scale anymore. Exiting run.",
        "FloatingPointError: Minimum loss scale reached (0.0001). Your loss is probably exploding.",
    ),
    ("time-limit", "the job ran into its time limit"): (f"{SLURM} DUE TO TIME LIMIT ***",),
    ("killed", "the job was cancelled"): (f"{SLURM} ***",),
    ("killed", "the job was pre-empted"): (f"{SLURM} DUE TO PREEMPTION ***",),
    ("killed", "the process was killed (SIGKILL)"): (
        "  traceback : Signal 9 (SIGKILL) received by PID 1234",
        "run.sh: line 3:  1234 Killed                  python train.py",
        "Killed",
    ),
    ("segfault", "a segmentation fault ended the process"): ("Segmentation fault (core dumped)",),
    ("disk", "the disk was full"): ("OSError: [Errno 28] No space left on device",),
    ("exception", "it ended with ValueError: bad batch"): (TRACEBACK + "ValueError: bad batch",),
    ("exception", "it ended with mypkg.errors.Broken: shard 7"): (
        TRACEBACK.replace("Trace", "[rank3]: Trace") + "[rank3]: mypkg.errors.Broken: shard 7",
    ),
    ("interrupted", "it was interrupted by hand"): (TRACEBACK + "KeyboardInterrupt",),
}


@pytest.mark.parametrize(("line", "kind", "text"), [(line, *said) for said, lines in SAID.items() for line in lines])
def test_patterns(tmp_path: Path, line: str, kind: str, text: str) -> None:
    (incident,) = found(tmp_path, steps(0, 500) + line + "\n")
    assert (incident.kind, incident.text) == (kind, text)
    assert incident.step == 500
    assert incident.final
    wanted = 51 + len(line.splitlines())
    assert incident.line == wanted
    assert incident_text(incident) == f"{text} ({tmp_path / 'train.log'}, line {wanted})"


@pytest.mark.parametrize(
    "line",
    [
        "Killed worker threads gracefully",
        "W0102 Sending process 12 closing signal SIGTERM",
        "NCCL INFO Channel 00/02 : 0 1",
        "UserWarning: this may lead to memory errors",
        "saving checkpoint, do not interrupt",
        'TORCH_NCCL_ASYNC_ERROR_HANDLING=1 "timeout": 1800',
        "step 510: loss 2.1 exitcode 0",
        "  0%|          | 0/1000 [00:00<?, ?it/s]",
    ],
)
def test_ordinary_lines_are_no_crash(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, steps(0, 500) + line + "\n") == []


def test_an_exception_that_was_survived_is_left_out_and_one_before_a_restart_is_not(tmp_path: Path) -> None:
    text = steps(0, 500) + TRACEBACK + "ValueError: bad batch\n"
    assert found(tmp_path, text + steps(510, 900)) == []
    (incident,) = found(tmp_path, text + steps(400, 900))
    assert (incident.step, incident.final) == (500, False)
    (incident,) = found(tmp_path, text + steps(500, 500))  # the bar is printed once more
    assert (incident.step, incident.final) == (500, True)


def test_ranks_and_chained_exceptions_are_told_once(tmp_path: Path) -> None:
    line = "[rank{}]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB. GPU {} has\n"
    many = found(tmp_path, steps(0, 500) + "".join(line.format(r, r) for r in range(64)))
    assert len(many) == 1
    chained = (
        TRACEBACK
        + "KeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\n"
        + TRACEBACK
        + "RuntimeError: no key\n"
    )
    assert [i.text for i in found(tmp_path, steps(0, 500) + chained)] == ["it ended with RuntimeError: no key"]


def test_the_worker_and_not_its_launcher_is_the_cause(tmp_path: Path) -> None:
    text = (
        steps(0, 500)
        + TRACEBACK
        + "ValueError: bad batch\n"
        + TRACEBACK
        + "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\n"
        + "  exitcode  : -9 (pid: 12)\n"
    )
    assert root_of(found(tmp_path, text)).text == "it ended with ValueError: bad batch"  # type: ignore[union-attr]


def test_steps_of_other_loops_are_not_taken(tmp_path: Path) -> None:
    bar = "Map: 100%|#####| 800/800 [00:01<00:00]\n 50%|####  | 500/1000 [10:00<10:00]\r\nKilled\n"
    assert found(tmp_path, bar)[0].step == 500
    assert found(tmp_path, "step 123456789\nKilled\n")[0].step is None


def test_time_is_read_off_the_line_or_its_neighbours(tmp_path: Path) -> None:
    (incident,) = found(tmp_path, "2024-05-01 10:00:00,123 INFO saving\nKilled\n")
    assert incident.wall_time == pytest.approx(1714557600.123)


def test_hostile_files_cost_little_and_act_on_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, b"\x00\x01CUDA out of memory") == []
    begin = time.process_time()
    found(tmp_path, b"CUDA out of memory SIGKILL Traceback (most recent call last):\n" * 200_000)
    found(tmp_path, b"Traceback (most recent call last):" * 400_000)
    found(tmp_path, b"step " * 3_000_000)
    found(tmp_path, b"1" * 16_000_000 + b"Killed")
    assert time.process_time() - begin < 10.0
    (incident,) = found(tmp_path, TRACEBACK + "ValueError: \x1b[31m\u202e\x07red<script>" + "x" * 5000 + "\n")
    assert len(incident.text) < 230
    assert incident.text.isprintable()
    assert "\u202e" not in incident.text


def test_only_the_end_of_a_very_long_file_is_looked_at_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "train.log"
    file.write_bytes(b"CUDA out of memory\n" + b"nothing to see\n" * 1_500_000 + b"Killed\n")
    incidents, notes = crash_lines([file], 0, 100)
    assert [(i.kind, i.line) for i in incidents] == [("killed", 0)]
    assert [n.message for n in notes] == [
        "crash lines were looked for in its last 16,777,216 bytes only; the limit is 16,777,216 "
        "(--limit console=33554432 would allow more)"
    ]


def test_names_of_printed_output(tmp_path: Path) -> None:
    names = ["train.log", "slurm-12.out", "job.err", "stdout", "log.txt", "job.o123", "output.log"]
    for name in [*names, "README.txt", "vocab.txt", "requirements.txt", "model.safetensors", "data.csv"]:
        (tmp_path / name).write_text("x")
    (tmp_path / "dir.log").mkdir()
    files, notes = printed_files([tmp_path, tmp_path / "missing"])
    assert sorted(f.name for f in files) == sorted(names)
    assert notes == []
    for i in range(30):
        (tmp_path / f"worker-{i}.log").write_text("x")
    files, notes = printed_files([tmp_path])
    assert len(files) == 20
    assert notes[0].message == "crash lines were looked for in 20 of 37 text files only"


# --- beside a log ---


def run_beside(folder: Path, said: str, *, loss: np.ndarray | None = None, name: str = "slurm-7.out") -> Diagnosis:
    loss = 2.0 + 3.0 * np.linspace(1.0, 0.0, 600) + 0.02 * decay(600) if loss is None else loss
    rows = "\n".join(f"{i},{v:.6g}" for i, v in enumerate(loss))
    (folder / "metrics.csv").write_text(f"step,train_loss\n{rows}\n")
    (folder / name).write_text(said)
    return cr.diagnose(cr.read(folder))


def test_an_unfinished_run_says_what_ended_it(tmp_path: Path) -> None:
    said = "some banner\n" + "iteration 599 | 4.1 it/s\ntorch.OutOfMemoryError: CUDA out of memory. Tried to allocate\n"
    dx = run_beside(tmp_path, said)
    (finding,) = (f for f in dx.findings if f.rule == "crash")
    assert finding.get("ended-by") == "the GPU ran out of memory (slurm-7.out, line 3)"
    assert [f.rule for f in finding.folded] == ["unfinished-run"]
    assert dx.verdict.headline == "The run ended at step 599: the GPU ran out of memory (slurm-7.out, line 3)."
    assert dx.timeline[-1].kind == "end"
    assert dx.timeline[-1].text == "the log ends: the GPU ran out of memory (slurm-7.out, line 3)"


def test_the_attempt_before_a_restart_says_what_ended_it(tmp_path: Path) -> None:
    loss = decay(1300)
    rows = [f"{i},{v:.6g}" for i, v in enumerate(loss[:800])] + [f"{i},{v:.6g}" for i, v in enumerate(loss) if i >= 700]
    (tmp_path / "log.csv").write_text("step,loss\n" + "\n".join(rows) + "\n")
    (tmp_path / "job.out").write_text(steps(0, 799) + "Killed\n" + steps(700, 1299))
    dx = cr.diagnose(cr.read(tmp_path))
    (restart,) = (f for f in dx.findings if f.rule == "restart")
    assert restart.get("attempt-ended-by") == "the process was killed (SIGKILL) (job.out, line 81)"
    ends = [t for t in dx.timeline if t.kind == "end"]
    assert [t.step for t in ends] == [790, 1299]
    assert ends[0].text == "printed at step 790: the process was killed (SIGKILL) (job.out, line 81)"
    assert ends[1].text == "the log ends"


def test_the_loss_scale_explains_nan(tmp_path: Path) -> None:
    loss = decay(600)
    loss[580:] = np.nan
    dx = run_beside(tmp_path, "step 590 skipped\nFloatingPointError: Minimum loss scale reached (0.0001).\n", loss=loss)
    (finding,) = (f for f in dx.findings if f.rule == "nonfinite-loss")
    assert finding.get("printed-beside") == "the fp16 loss scale reached its floor (slurm-7.out, line 2)"


def test_a_text_log_is_searched_itself_and_alone_when_it_is_the_path(tmp_path: Path) -> None:
    lines = "".join(f"step {i}: train loss {v:.4f}, lr 1e-3\n" for i, v in enumerate(decay(200)))
    (tmp_path / "train.log").write_text(lines + "Killed\n")
    (tmp_path / "other.err").write_text("Segmentation fault\n")
    alone = cr.read(tmp_path / "train.log")
    assert [i.kind for i in alone.incidents] == ["killed"]
    assert {i.kind for i in cr.read(tmp_path).incidents} == {"killed", "segfault"}


def test_memory_that_could_not_be_had_ends_no_training_that_goes_on(tmp_path: Path) -> None:
    refused = "failed to allocate 613.15M bytes from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n"
    epochs = [f"Epoch {i}/30\n19/19 - 12s - loss: {v:.4f}\n" for i, v in enumerate(decay(30), 1)]
    (tmp_path / "train.log").write_text("".join([*epochs[:15], refused, *epochs[15:]]))
    assert [(i.kind, i.step, i.final) for i in cr.read(tmp_path / "train.log").incidents] == [
        ("out-of-memory", 15, False)
    ]
    (tmp_path / "train.log").write_text("".join([*epochs[:15], refused]))
    assert [(i.step, i.final) for i in cr.read(tmp_path / "train.log").incidents] == [(15, True)]


def test_a_folder_of_several_runs_gives_its_output_to_none_of_them(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        rows = "\n".join(f"{i},{v:.6g}" for i, v in enumerate(decay(300, seed=seed)))
        (tmp_path / f"{name}.csv").write_text(f"step,loss\n{rows}\n")
    (tmp_path / "slurm-1.out").write_text("Killed\n")
    assert [r.incidents for r in cr.read_all(tmp_path)] == [(), ()]


def test_nothing_is_opened_where_no_run_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir()
    rows = "\n".join(f"{i},{v:.6g}" for i, v in enumerate(decay(300)))
    (tmp_path / "run" / "log.csv").write_text(f"step,loss\n{rows}\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "server.out").write_text("Killed\n")
    asked: list[Path] = []
    from curveread.discovery import assemble

    def listed(folders: object) -> object:
        asked.extend(folders := list(folders))  # type: ignore[call-overload]
        return printed_files(folders)

    monkeypatch.setattr(assemble, "printed_files", listed)
    assert cr.read(tmp_path).incidents == ()
    assert not any(f.name == "elsewhere" for f in asked)


@pytest.mark.corpus
def test_real_logs_hold_no_crash_that_is_none(corpus_public: Path, corpus_trained: Path) -> None:
    for folder in (corpus_trained / "runs" / "h01_gpt_cosine", corpus_public / "karpathy+nanoGPT"):
        for run in cr.read_all(folder):
            assert run.incidents == ()
