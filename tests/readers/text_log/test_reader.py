"""Text logs: lines as the trainers print them, against plain ``re`` and ``ast``; damage, hostile text, other texts."""

from __future__ import annotations

import ast
import gzip
import random
import re
import time
from pathlib import Path

import numpy as np
import pytest

from curveread.errors import CorruptLogError
from curveread.readers.base import Part
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.reader import TextLogReader
from curveread.run.notes import NoteKind
from curveread.run.roles import Role
from tests.support.damage import SWEEPS
from tests.support.turns import one_of

READER = TextLogReader()
ROOT = Path(__file__).resolve().parents[3]


def _loss(i: int) -> float:
    return 10.8 / (1 + 0.01 * i) + 0.1 * random.Random(i).random()


def _nanogpt(steps: int = 60) -> str:
    out = ["tokens per iteration will be: 491,520", "number of parameters: 123.59M, lr decay on"]
    for i in range(0, steps + 1, 5):
        if i % 30 == 0:
            out.append(f"step {i}: train loss {_loss(i):.4f}, val loss {_loss(i) + 0.1:.4f}")
            out.append("saving checkpoint to out-shakespeare")
        out.append(f"iter {i}: loss {_loss(i):.4f}, time {120.5 + i:.2f}ms, mfu {-100.0 if i < 5 else 31.2:.2f}%")
    return "\n".join(out) + "\n"


def _llmc(steps: int = 40) -> str:
    out = []
    for i in range(steps):
        if i % 20 == 0:
            out += [f"s:{i} tel:{_loss(i):.4f}", f"s:{i} eval:{0.25 + i / 1000:.4f}"]
        out.append(f"s:{i} trl:{_loss(i):.4f} lr:{6e-4:.6f} norm:{1 + i / 10:.2f}")
    return "\n".join(out) + "\n"


def _megatron(steps: int = 1000) -> str:
    out = ["[before the start of training step] datetime: 2025-02-05 21:20:40"]
    for i in range(100, steps + 1, 100):
        out.append(
            f" iteration {i:8d}/  250000 | consumed samples: {i * 1024:12d} |"
            f" elapsed time per iteration (ms): {139113.4:.1f} | learning rate: {1.5e-5 * i:.3E} |"
            f" global batch size:  1024 | lm loss: {_loss(i):.6E} | loss scale: 1.0 |"
            f" grad norm: {'nan' if i == 300 else f'{0.5:.3f}'} | number of skipped iterations:   0 |"
            " number of nan iterations:   0 |"
        )
        out.append("time (ms) | forward-compute: 378.78 | optimizer-clip-main-grad: 2.22 | optimizer: 10.55")
        if i % 500 == 0:
            line = "-" * 96
            out += [
                line,
                f" validation loss at iteration {i} | lm loss value: {_loss(i):.6E} | lm loss PPL: 7.58E+01 | ",
                line,
            ]
    return "\n".join(out) + "\n"


def _torchtitan(ranks: tuple[int, ...] = (0,), steps: int = 100, colour: bool = True) -> str:
    def c(code: str) -> str:
        return f"\x1b[{code}m" if colour else ""

    out = []
    for i in (1, *range(10, steps + 1, 10)):
        for r in ranks:
            head = f"[rank{r}]:[titan] 2025-03-12 11:10:{i % 60:02d},511 - root - INFO - "
            out.append(
                f"{head}{c('31')}step: {i:2}  {c('32')}loss: {_loss(i):7.4f}  "
                f"{c('38;2;180;60;0')}grad_norm: {1.5 + r:7.4f}  {c('36')}memory: {12.34:5.2f}GiB({15.6:.2f}%)  "
                f"{c('34')}tps: {900 + 10 * i:,}  {c('36')}tflops: {1314.68:,.2f}  "
                f"{c('35')}mfu: {12.34:.2f}%{c('39')}"
            )
            if i % 50 == 0:
                out.append(
                    f"{head}{c('33')}validate step: {i:2}  {c('32')}loss: {_loss(i):7.4f}  "
                    f"{c('36')}memory: 12.34GiB(15.60%)  {c('34')}tps: 7,193{c('39')}"
                )
    return "\n".join(out) + "\n"


def _trainer(strings: bool, bar: bool = True, steps: int = 100, each: int = 10) -> str:
    """What the Trainer writes into a file: tqdm clears its bar, prints the dict, draws the bar anew."""
    out = ["  0%|          | 0/100 [00:00<?, ?it/s]"] if bar else []

    def shown(value: float) -> str:
        return f"'{value:.4g}'" if strings else repr(round(value, 4))

    def draw(i: int) -> str:
        return f"\r {i}%|{'█' * (i // 10)}     | {i}/{steps} [00:00<00:00, 234.06it/s]" if bar else ""

    for i in range(each, steps + 1, each):
        out += [draw(i - 3), "\r                        \r" if bar else ""]
        out.append(
            f"{{'loss': {shown(_loss(i))}, 'grad_norm': {shown(float('nan') if i == 50 else 1.0 + i)}, "
            f"'learning_rate': {shown(3e-7 * i)}, 'epoch': {shown(i / 25)}}}\n" + draw(i)
        )
        if i % 50 == 0:
            out.append("\n\r 50%|██    | 1/2 [00:00<00:00, 30.1it/s]\x1b[A\r    \r" if bar else "")
            out.append(
                f"{{'eval_loss': {shown(_loss(i) + 1)}, 'eval_runtime': {shown(0.5)}, 'epoch': {shown(i / 25)}}}\n"
                + draw(i)
            )
    out.append(f"\n{{'train_runtime': {shown(12.0)}, 'train_loss': {shown(5.0)}, 'epoch': {shown(4.0)}}}\n")
    return "".join(out)


SAMPLES = {
    "nanogpt.log": _nanogpt(),
    "main.log": _llmc(),
    "megatron.out": _megatron(),
    "titan.err": _torchtitan(),
    "slurm-4_1.out": _trainer(strings=True),
    "nohup.out": _trainer(strings=False, bar=False),
}


def _write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def _read(folder: Path, text: str | bytes, name: str = "run.log") -> Part:
    path = _write(folder, name, text)
    assert READER.claims(path)
    (part,) = READER.read(path)
    return part


def _points(part: Part, tag: str) -> list[tuple[int, float]]:
    return list(zip(part.curves[tag].step.tolist(), part.curves[tag].value.tolist(), strict=True))


def _found(pattern: str, text: str) -> list[tuple[int, float]]:
    return [(int(a), float(b.replace(",", ""))) for a, b in re.findall(pattern, text)]


def _said(part: Part, kind: NoteKind) -> str:
    return " / ".join(n.message for n in part.notes if n.kind is kind)


# --- dialects -------------------------------------------------------------------------------------------------------


def test_nanogpt(tmp_path: Path) -> None:
    text = _nanogpt()
    part = _read(tmp_path, text)
    assert _points(part, "loss") == _found(r"iter (\d+): loss (\S+),", text)
    assert _points(part, "val loss") == _found(r"step (\d+): .* val loss (\S+)", text)
    assert _points(part, "mfu") == _found(r"iter (\d+): .* mfu (\S+)%", text)
    assert part.curves["train loss"].role is Role.TRAIN_LOSS
    assert part.curves["val loss"].role is Role.EVAL_LOSS
    assert set(part.curves) == {"loss", "time", "mfu", "train loss", "val loss"}
    assert _said(part, NoteKind.ROUNDED) == "loss is printed with 4 decimals: changes below 0.0001 cannot be seen"


def test_llmc(tmp_path: Path) -> None:
    text = _llmc()
    part = _read(tmp_path, text, "main.log")
    for tag, role in (
        ("trl", Role.TRAIN_LOSS),
        ("tel", Role.EVAL_LOSS),
        ("norm", Role.GRAD_NORM),
        ("lr", Role.LEARNING_RATE),
    ):
        assert _points(part, tag) == _found(rf"s:(\d+) .*\b{tag}:(\S+)", text)
        assert part.curves[tag].role is role
    assert len(part.curves["eval"]) == 2


def test_llmc_console_prints_the_validation_loss_without_a_step(tmp_path: Path) -> None:
    lines = [
        f"step {i:4d}/1000 | loss {_loss(i):.6f} (+nanz)| norm {1.5:.4f} (+nanz)| lr 8.57e-07 | 1504.65 ms"
        for i in range(1, 9)
    ]
    lines.insert(5, "val loss 9.5")
    part = _read(tmp_path, "\n".join(lines) + "\n")
    assert _points(part, "val loss") == [(5, 9.5)]
    assert _points(part, "loss") == [(i, float(f"{_loss(i):.6f}")) for i in range(1, 9)]
    assert "1 line names no step" in _said(part, NoteKind.X_AXIS)


def test_megatron(tmp_path: Path) -> None:
    text = _megatron()
    part = _read(tmp_path, text, "slurm-12.out")
    assert _points(part, "lm loss") == _found(r"iteration +(\d+)/.*\| lm loss: (\S+)", text)
    assert _points(part, "learning rate") == _found(r"iteration +(\d+)/.*\| learning rate: (\S+)", text)
    assert _points(part, "validation lm loss") == _found(r"loss at iteration (\d+) \| lm loss value: (\S+)", text)
    assert part.curves["validation lm loss PPL"].role is Role.EVAL_PERPLEXITY
    assert part.curves["elapsed time per iteration (ms)"].value[0] == 139113.4
    assert np.flatnonzero(np.isnan(part.curves["grad norm"].value)).tolist() == [2]


@pytest.mark.parametrize("colour", [True, False])
def test_torchtitan(tmp_path: Path, colour: bool) -> None:
    part = _read(tmp_path, _torchtitan(colour=colour))
    bare = _torchtitan(colour=False)
    assert _points(part, "loss") == _found(r"- step: +(\d+) .*?loss: +(\S+)", bare)
    assert _points(part, "tps") == _found(r"- step: +(\d+) .*?tps: (\S+)", bare)  # 910 and 1,900
    assert _points(part, "validation loss") == _found(r"validate step: +(\d+) .*?loss: +(\S+)", bare)
    assert part.curves["memory"].value.tolist() == [12.34] * 11
    assert part.curves["loss"].wall_time is not None
    assert part.curves["loss"].wall_time[1] == 1741777810.511


def test_ranks_the_lowest_is_shown(tmp_path: Path) -> None:
    part = _read(tmp_path, _torchtitan(ranks=(2, 1, 3)))
    assert set(part.curves["grad_norm"].value) == {2.5}
    assert len(part.curves["loss"]) == 11
    assert "the points of rank 1 are shown" in _said(part, NoteKind.SKIPPED)


def test_a_metric_that_names_no_rank_is_shown_whole_and_adds_no_rank_to_what_is_said(tmp_path: Path) -> None:
    plain = "".join(f"step {i} val_loss: {_loss(i):.4f}\n" for i in range(1, 40))
    part = _read(tmp_path, _torchtitan(ranks=(2, 1, 3)) + plain)
    assert len(part.curves["val_loss"]) == 39
    assert "the points of rank 1 are shown" in _said(part, NoteKind.SKIPPED)
    srun = "".join(f"{r}: step {i}: loss={_loss(i):.3f}\n" for i in range(9) for r in (3, 0))
    assert len(_read(tmp_path, srun).curves["loss"]) == 9


def test_lines_that_every_process_prints_count_once(tmp_path: Path) -> None:
    text = "".join(f"step: {i}  loss: {_loss(i):.4f}  tps: {1000 + r:,}\n" for i in range(10) for r in (0, 0, 1))
    part = _read(tmp_path, text)
    assert _points(part, "loss") == [(i, float(f"{_loss(i):.4f}")) for i in range(10)]
    assert len(part.curves["tps"]) == 20  # unequal values stay
    assert "20 points printed more than once, as by several processes: counted once" in _said(part, NoteKind.MERGED)


@pytest.mark.parametrize("strings", [True, False])
def test_trainer_dicts_take_the_steps_of_the_bar_behind_them(tmp_path: Path, strings: bool) -> None:
    text = _trainer(strings)
    part = _read(tmp_path, text)
    rows = [ast.literal_eval(m.replace(" nan", " None")) for m in re.findall(r"\{'loss.*?\}", text)]
    steps = list(range(10, 101, 10))
    assert part.curves["loss"].step.tolist() == steps
    assert part.curves["loss"].value.tolist() == [float(r["loss"]) for r in rows]
    assert part.curves["epoch"].value.tolist() == [i / 25 for i in steps]
    assert part.curves["eval_loss"].step.tolist() == [50, 100]
    assert np.flatnonzero(np.isnan(part.curves["grad_norm"].value)).tolist() == [4]
    assert part.config == {"train_runtime": 12.0, "train_loss": 5.0}
    assert "train_loss" not in part.curves
    assert "progress bar" in _said(part, NoteKind.X_AXIS)


def test_trainer_dicts_without_a_bar_are_counted(tmp_path: Path) -> None:
    part = _read(tmp_path, _trainer(strings=False, bar=False))
    assert part.curves["loss"].step.tolist() == list(range(1, 11))
    assert part.curves["eval_loss"].step.tolist() == [5, 10]
    assert part.x_axis == "record"
    assert "counted from 1; epoch is a curve of its own" in _said(part, NoteKind.X_AXIS)


def test_bars_that_do_not_fit_the_epochs_are_not_believed(tmp_path: Path) -> None:
    """Output that was buffered lands beside the bar of another time."""
    rows = [f"{{'loss': {_loss(i):.4f}, 'learning_rate': 1e-05, 'epoch': {i / 10:.2f}}}\n" for i in range(1, 11)]
    bars = [f"\r  1%|     | {70 + i}/100 [00:00<00:00, 9.0it/s]\n" for i in range(1, 11)]
    part = _read(tmp_path, "".join(r + b for r, b in zip(rows, bars, strict=True)))
    assert part.x_axis == "record"


def test_bar_in_the_line_of_a_copied_terminal(tmp_path: Path) -> None:
    text = "".join(
        f" {i}%|███       | {i}/400 [01:17<13:02,  2.01s/it]"
        f"{{'loss': {_loss(i):.4f}, 'learning_rate': 5e-05, 'epoch': {i / 100:.1f}}}\n"
        for i in range(10, 400, 10)
    )
    assert _read(tmp_path, text).curves["loss"].step.tolist() == list(range(10, 400, 10))


def test_json_dicts_with_a_logger_in_front(tmp_path: Path) -> None:
    """fairseq: the step is ``num_updates``, all values are strings."""
    text = "".join(
        f'2021-05-01 12:00:{i:02d} | INFO | train_inner | {{"epoch": 1, "loss": "{_loss(i):.3f}", "ppl": "2896.1", '
        f'"num_updates": "{i}", "gnorm": "2.125"}}\n'
        for i in range(10, 50)
    )
    part = _read(tmp_path, text)
    assert _points(part, "loss") == [(i, float(f"{_loss(i):.3f}")) for i in range(10, 50)]
    assert part.curves["gnorm"].role is Role.GRAD_NORM
    wall = part.curves["loss"].wall_time
    assert wall is not None
    assert np.all(np.diff(wall) == 1.0)


@pytest.mark.parametrize(
    "line",
    [
        "2024-05-01 12:00:{i:02d},123 - INFO - step={i} loss={v:.4f} lr=1.0e-04",
        "[2024-05-01 12:00:{i:02d},123] [INFO] [engine.py:96:log] [Rank 0] step={i}, lr=[0.0001], loss: {v:.4f}",
        "Epoch 1/3, Step {i}/1000, Loss: {v:.4f}, Grad Norm: 1.25",
        "global_step: {i} | loss: {v:.4f} | lr: 1e-4",
        "INFO:root:Iteration {i}: loss = {v:.4f}",
        "step:{i}/9536 loss:{v:.4f} train_time:1234ms step_avg:120.25ms",
        "Ep 1 (Iter {i:06d}): loss {v:.4f}, Val loss 10.939",
        "epoch {i} | loss: {v:.4f} | val_loss: 3.25",
    ],
)
def test_lines_of_pairs(tmp_path: Path, line: str) -> None:
    text = "".join("Loading data\n" + line.format(i=i, v=_loss(i)) + "\n" for i in range(10, 40))
    part = _read(tmp_path, text)
    tag = next(t for t in part.curves if t.lower().endswith("loss") and "val" not in t.lower())
    assert _points(part, tag) == [(i, float(f"{_loss(i):.4f}")) for i in range(10, 40)]
    assert part.curves[tag].role is Role.TRAIN_LOSS


@pytest.mark.parametrize(
    "line",
    [
        "2021-05-09 18:27:47.148377: I tensorflow/core/common_runtime/gpu/gpu_device.cc:1406] Created TensorFlow device"
        " (/job:localhost/replica:0/task:0/device:GPU:0 with 4720 MB memory) -> physical GPU (device: 0, name: RTX 2060"
        ", pci bus id: 0000:01:00.0, compute capability: 7.5)",
        "I0000 00:00:1723456789.123456   12345 gpu_device.cc:2022] Created device /job:localhost/replica:0/task:0/"
        "device:GPU:0 with 13949 MB memory:  -> device: 0, name: Tesla T4, pci bus id: 0000:00:04.0, compute capability"
        ": 7.5",
    ],
)
def test_what_tensorflow_says_of_its_devices_is_no_metric(tmp_path: Path, line: str) -> None:
    epochs = [f"Epoch {i}/30\n19/19 - 12s - loss: {_loss(i):.4f}\n" for i in range(1, 31)]
    part = _read(tmp_path, f"{line}\n" + "".join([*epochs[:9], f"{line}\n", *epochs[9:]]))
    assert list(part.curves) == ["loss"]
    assert _points(part, "loss") == [(i, float(f"{_loss(i):.4f}")) for i in range(1, 31)]


def test_digits_in_names_tell_metrics_apart(tmp_path: Path) -> None:
    text = "".join(f"step {i}: loss=2.5 top{1 + 4 * (i % 2)}=0.{i}\n" for i in range(10, 40))
    text += "".join(f"{{'step': {i}, 'loss': 1.5, 'acc_{i % 2} @ 5': 0.{i}}}\n" for i in range(40, 60))
    part = _read(tmp_path, text)
    assert set(part.curves["top1"].step % 2) == {0}
    assert set(part.curves["top5"].step % 2) == {1}
    assert set(part.curves["acc_1 @ 5"].step % 2) == {1}


@pytest.mark.parametrize("torn", ["0. 29", "0\t.329", "0.329\t, lr 0.1"])
def test_a_number_torn_in_the_first_line_does_not_hide_it_in_those_below(tmp_path: Path, torn: str) -> None:
    lines = [f"step {10 * i}: loss {3.5 / (i + 1):.4f}, accuracy 0.{649 + i}" for i in range(6)]
    part = _read(tmp_path, "\n".join([f"step 0: loss 7.2665, accuracy {torn}", *lines[1:]]) + "\n")
    assert _points(part, "accuracy") == [(10 * i, (649 + i) / 1000) for i in range(1, 6)]


def test_steps_within_epochs_are_counted_on(tmp_path: Path) -> None:
    text = "".join(
        f"[03:23:49.951215] Epoch: [{e}]  [{i:3d}/500]  lr: 0.000026  loss: {_loss(500 * e + i):.4f} (1.13)  data: 0\n"
        for e in range(3)
        for i in range(0, 500, 100)
    )
    part = _read(tmp_path, text)
    assert _points(part, "loss") == [(i, float(f"{_loss(i):.4f}")) for i in range(0, 1500, 100)]
    assert "500 an epoch" in _said(part, NoteKind.X_AXIS)


def test_a_restart_in_the_file_makes_a_segment(tmp_path: Path) -> None:
    def line(i: int, v: float) -> str:
        return f"iter {i}: loss {v:.4f}, time 12.34ms, mfu 3.45%\n"

    first, second = "".join(line(i, 4.0) for i in range(0, 60, 10)), "".join(line(i, 3.0) for i in range(40, 90, 10))
    part = _read(tmp_path, first + "Traceback (most recent call last):\n" + second)
    assert [s["loss"].step.tolist() for s in part.segments] == [[0, 10, 20, 30, 40, 50], [40, 50, 60, 70, 80]]


def test_trainer_resumed_into_the_same_file_goes_on_where_the_epochs_do(tmp_path: Path) -> None:
    def line(e: float) -> str:
        return f"{{'loss': {_loss(int(100 * e)):.4f}, 'learning_rate': 1e-05, 'epoch': {e:.2f}}}\n"

    text = "".join(line(i / 10) for i in range(1, 8)) + "".join(line(i / 10) for i in range(5, 10))
    part = _read(tmp_path, text)
    assert [s["loss"].step.tolist() for s in part.segments] == [[1, 2, 3, 4, 5, 6, 7], [5, 6, 7, 8, 9]]


# --- bytes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_other_encodings_and_line_ends_read_alike(tmp_path: Path, name: str) -> None:
    text = SAMPLES[name]
    want = {t: (c.step.tolist(), repr(c.value.tolist())) for t, c in _read(tmp_path, text).curves.items()}
    forms = {
        "crlf.log": re.sub(r"(?<!\r)\n", "\r\n", text).encode(),
        "bom.log": b"\xef\xbb\xbf" + text.encode(),
        "wide.log": text.encode("utf-16"),
        "packed.log.gz": gzip.compress(text.encode()),
        "torn.log": text.encode() + b"\xff\xfe\x00 no text \x80\n",
        "preamble.log": b"loading shard of the data set from disk\n" * 5000 + text.encode(),
    }
    for other, raw in forms.items():
        got = {t: (c.step.tolist(), repr(c.value.tolist())) for t, c in _read(tmp_path, raw, other).curves.items()}
        assert got == want, other


def test_pieces_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(SAMPLES[n] for n in ("slurm-4_1.out",))
    want = {t: (c.step.tolist(), repr(c.value.tolist())) for t, c in _read(tmp_path, text).curves.items()}
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr("curveread.readers.text_log.lines._CHUNK", size)
        got = {t: (c.step.tolist(), repr(c.value.tolist())) for t, c in _read(tmp_path, text).curves.items()}
        assert got == want


@pytest.mark.parametrize("every", SWEEPS)
@pytest.mark.parametrize("name", SAMPLES)
def test_cut_at_any_byte_keeps_only_whole_numbers(tmp_path: Path, name: str, every: int) -> None:
    data = SAMPLES[name].encode()[-1400:]
    data = data[data.index(b"\n") + 1 :]
    path = _write(tmp_path, name, data)
    (whole,) = READER.read(path)
    printed = {t: {repr(v) for v in c.value.tolist()} for t, c in whole.curves.items()}
    for length in range(0, len(data), every):
        path.write_bytes(data[:length])
        try:
            (part,) = READER.read(path)
        except CorruptLogError:
            continue
        for tag, curve in part.curves.items():
            assert len(curve) <= len(whole.curves[tag]) or tag == "epoch"  # once per step, or per record without a bar
            assert {repr(v) for v in curve.value.tolist()} <= printed[tag], (length, data[:length][-60:])


@pytest.mark.parametrize(("back", "claimed"), [(0, True), (3, True), (4, True), (15, False)])
def test_printed_dicts_are_a_log_while_their_epochs_rise(tmp_path: Path, back: int, claimed: bool) -> None:
    """They may go back at one in ten lines; a list of results that was printed does so everywhere."""
    epochs = [i / 10 for i in range(40)]
    for i in range(back):
        epochs[2 * i + 5] = 0.0
    text = "".join(f"{{'loss': {_loss(i):.4f}, 'epoch': {e}}}\n" for i, e in enumerate(epochs))
    assert READER.claims(_write(tmp_path, "out.log", text)) is claimed


def test_a_half_written_last_line_is_noted(tmp_path: Path) -> None:
    text = _llmc()
    part = _read(tmp_path, text[:-2])
    assert part.curves["trl"].step.tolist() == list(range(39))
    assert part.curves["trl"].value[-1] == float(f"{_loss(38):.4f}")
    assert "its last number may be cut" in _said(part, NoteKind.TRUNCATED)
    whole = _read(tmp_path, text[:-1])  # the last number has as many decimals as the others
    assert len(whole.curves["trl"]) == 40
    assert not _said(whole, NoteKind.TRUNCATED)


@pytest.mark.parametrize("every", SWEEPS)
@pytest.mark.parametrize("name", one_of(2, SAMPLES))
def test_any_byte_changed(tmp_path: Path, name: str, every: int) -> None:
    data = SAMPLES[name].encode()[:700]
    path = _write(tmp_path, name, data)
    for at in range(0, len(data), every):
        damaged = bytearray(data)
        damaged[at] ^= (0x01, 0x10, 0x80, 0xFF)[at % 4]
        path.write_bytes(damaged)
        READER.claims(path)
        try:
            (part,) = READER.read(path)
        except CorruptLogError:
            continue
        assert all(np.all(np.diff(c.step) >= 0) for c in part.curves.values())


# --- hostile --------------------------------------------------------------------------------------------------------

_HOSTILE = {
    "one letter": (b"loss step 1: ", b"a"),
    "words": (b"loss step 1: ", b"a "),
    "keys": (b"loss step 1: ", b"a a a :    "),
    "figures": (b"step 1 loss", b" 1"),
    "metrics": (b"step 1 ", b"loss 1 "),
    "commas": (b"loss step 1,111", b",111"),
    "digits": (b"loss step 1: ", b"1"),
    "kinds": (b"loss step 1 ", b"train "),
    "pipes": (b" iteration 1/ 2 |loss", b" | "),
    "colons": (b"step: 1  loss: 1", b" a: "),
    "items": (b"{'loss': 1, ", b"'a': x,"),
    "blanks": (b"loss step 1:", b" "),
    "epochs": (b"loss epoch 1", b" epoch 1 step"),
    "nans": (b"loss step 1: ", b"nan"),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_no_line_costs_more_than_its_length(name: str) -> None:
    """Twice the line, twice the time: no pattern goes back and forth."""
    start, unit = _HOSTILE[name]

    def cost(length: int) -> float:
        best = np.inf
        for _ in range(3):
            begun = time.process_time()
            Gathered().feed([(start + unit * length)[:length]])
            best = min(best, time.process_time() - begun)
        return float(best)

    small, large = cost(4000), cost(16000)
    assert large < 0.5
    assert large < 12 * small + 0.005


def test_endless_lines_and_control_characters(tmp_path: Path) -> None:
    noise = (
        b"\x1b[" * 100_000
        + b"{'loss': 1" * 200_000
        + bytes(range(256)).replace(b"\n", b"") * 2000
        + b"\x00" * 1_000_000
    )
    begun = time.process_time()
    part = _read(tmp_path, _nanogpt().encode() + noise + b"\n" + _nanogpt(90)[-400:].encode())
    assert time.process_time() - begun < 3
    assert part.curves["loss"].step[-1] == 90


def test_a_file_of_one_endless_line_is_no_log(tmp_path: Path) -> None:
    path = _write(tmp_path, "x.log", b"step 1: loss 2 " * 2_000_000)
    begun = time.process_time()
    assert not READER.claims(path)
    with pytest.raises(CorruptLogError, match="none with a step and a metric"):
        READER.read(path)
    assert time.process_time() - begun < 3


def test_every_line_built_in_another_way(tmp_path: Path) -> None:
    text = "".join(f"step {i}: loss=2.5 k{i}=1.0 q{i % 7}=2\n" for i in range(1500))
    part = _read(tmp_path, text)
    assert len(part.curves["loss"]) == 512
    assert "left out 988 lines built in a way that no other is" in _said(part, NoteKind.SKIPPED)


def test_odd_numbers(tmp_path: Path) -> None:
    values = ["nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-0.0", "+1.5", ".5", "5.", "1E-7", "1,234.5"]
    part = _read(tmp_path, "".join(f"step: {i}, loss: {v}\n" for i, v in enumerate(values)))
    want = [float(v.replace(",", "")) for v in values]
    assert repr(part.curves["loss"].value.tolist()) == repr(want)


# --- texts that are no log ------------------------------------------------------------------------------------------

_TEXTS = {
    "pip.log": "Collecting torch==2.7\n  Downloading torch-2.7-cp311.whl (821 MB)\n"
    + "".join(f"     ━━━━ {i}/821.0 MB {i + 0.5} MB/s eta 0:00:{i:02d}\n" for i in range(30)),
    "trace.err": "Traceback (most recent call last):\n"
    + "".join(
        f'  File "train.py", line {i}, in step\n    loss = model(x, step={i}).loss  # 0.{i}\n' for i in range(30)
    ),
    "notes.txt": "At step 100 the loss was 2.5. At step 200 we saw a loss of 2.25, at step 300 the loss: it was 2\n"
    * 5,
    "config.txt": "step: 100\nlr: 0.1\nstep: 200\nlr: 0.2\nstep: 300\nlr: 0.3\n",
    "sweep.txt": "".join(f"trial: {i}, epochs: 10, lr: 0.{i}, acc: 0.8{i}\n" for i in range(9)),
    "constant.log": "".join(f"step 5: loss=0.{i}\n" for i in range(20)),
    "falling.log": "".join(f"step {i}: loss=0.5\n" for i in range(20, 0, -1)),
    "two.log": "step 1: loss=0.5\nstep 2: loss=0.4\n",
    "README.txt": _nanogpt(),
    "numbers.txt": "".join(f"{i} {i * 2.5} {i / 3}\n" for i in range(100)),
    "server.log": "".join(
        f'10.0.0.{i} - - [01/May/2024:12:00:{i:02d}] "GET /loss?step={i} HTTP/1.1" 200 {i}\n' for i in range(40)
    ),
    "program.txt": "".join(
        f"row = {{'loss': 0.{i}, 'epoch': {i}}}\nlog({{'loss': 0.{i}, 'step': {i}}})\n" for i in range(9)
    ),
    "comments.txt": "".join(f"# step {i}: loss 0.{i}\n" for i in range(9)),
    "empty.log": "",
}


@pytest.mark.parametrize("name", _TEXTS)
def test_other_texts_are_not_claimed(tmp_path: Path, name: str) -> None:
    assert not READER.claims(_write(tmp_path, name, _TEXTS[name]))


@pytest.mark.parametrize("every", SWEEPS)
def test_sources_are_not_claimed(tmp_path: Path, every: int) -> None:
    """Programs that print or describe logs are full of such lines."""
    sources = [*ROOT.glob("curveread/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("*.md")]
    assert len(sources) > 50
    for i, source in enumerate(sources[::every]):
        if source.name != Path(__file__).name:
            assert not READER.claims(_write(tmp_path, f"{i}.txt", source.read_bytes())), source


@pytest.mark.parametrize("name", SAMPLES)
def test_no_other_reader_takes_a_text_log(tmp_path: Path, name: str) -> None:
    from curveread.discovery.tree import claimed_by

    reader = claimed_by(_write(tmp_path, name, SAMPLES[name]))
    assert reader is not None
    assert reader.format.name == "text-log"


def test_names(tmp_path: Path) -> None:
    text = _nanogpt()
    for name in (
        "stdout.txt",
        "output.log",
        "slurm-1.out",
        "nohup.out",
        "job.o12345",
        "log.txt",
        "log",
        "train.log.1",
        "a.err",
    ):
        assert READER.claims(_write(tmp_path, name, text)), name
    for name in ("a.py", "a.ipynb", "a.md", "a.csv", "requirements.txt", "a.log.bak"):
        assert not READER.claims(_write(tmp_path, name, text)), name


@pytest.mark.corpus
def test_no_other_file_of_the_corpus_is_claimed(corpus_public: Path, corpus_trained: Path) -> None:
    from curveread.discovery.tree import claimed_by

    files = [p for root in (corpus_public, corpus_trained) for p in root.rglob("*") if p.is_file()]
    readers = [r for p in files if READER.claims(p) and (r := claimed_by(p)) is not None]
    assert [r.format.name for r in readers if r.format.name == "text-log"] == []  # its only .log is a CSV


def test_speed(tmp_path: Path) -> None:
    """A file that a run of days leaves; the bound is a third of what one slow core does."""
    text = "".join(f"iter {i}: loss {_loss(i):.4f}, time 120.50ms, mfu 31.20%\n" for i in range(100_000))
    path = _write(tmp_path, "run.log", text)
    begun = time.process_time()
    (part,) = READER.read(path)
    assert len(part.curves["loss"]) == 100_000
    assert 100_000 / (time.process_time() - begun) > 100_000


def test_lines_of_ever_new_builds_do_not_make_those_slow_that_come_back(tmp_path: Path) -> None:
    rng = random.Random(0)
    odd = [" ".join("".join(rng.choices("abcdefgh", k=5)) for _ in range(4)) + " 7" for _ in range(9_000)]
    saved = [f"saving checkpoint to out/step-{i}.pt" for i in range(100_000, 100_100)]
    gathered = Gathered()
    gathered.feed([line.encode() for line in [*odd, *saved]])
    before = gathered._tried
    gathered.feed([line.encode() for line in saved * 10])
    assert gathered._tried == before, "a line that no dialect reads is looked at closely once"


def test_losses_with_an_exponent_are_known_to_so_many_digits(tmp_path: Path) -> None:
    losses = 1.7 * np.exp(-0.12 * np.arange(35.0))
    text = "".join(f"epoch: {i}, train loss: {v:.2e}\n" for i, v in enumerate(losses, 1))
    said = _said(_read(tmp_path, text), NoteKind.ROUNDED)
    assert said == "train loss is printed with 3 digits: smaller changes cannot be seen"
    fixed = "".join(f"epoch: {i}, train loss: {v:.4f}\n" for i, v in enumerate(losses, 1))
    assert "4 decimals" in _said(_read(tmp_path, fixed), NoteKind.ROUNDED)
