"""The lines of PyTorch's tutorials and examples: nested counters, evaluations with counters of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.readers.text_log.reader import TextLogReader
from curveread.run.notes import NoteKind
from curveread.run.roles import Role
from tests.readers.text_log.support import points, read, said


def test_mnist_example(tmp_path: Path) -> None:
    text = ""
    for epoch, (test, right) in enumerate((("0.0515", 9832), ("0.0391", 9871)), 1):
        for seen, loss in ((0, "2.300039"), (30000, "0.213441"), (59520, "0.088123")):
            text += f"Train Epoch: {epoch} [{seen}/60000 ({seen // 600}%)]\tLoss: {loss}\n"
        text += f"\nTest set: Average loss: {test}, Accuracy: {right}/10000 ({right // 100}%)\n\n"
    part = read(tmp_path, text)
    assert [s for s, _ in points(part, "Loss")] == [0, 30000, 59520, 60000, 90000, 119520]
    assert points(part, "test Average loss") == [(59520, 0.0515), (119520, 0.0391)]
    assert points(part, "test Accuracy") == [(59520, 0.9832), (119520, 0.9871)]
    assert part.curves["test Average loss"].role is Role.EVAL_LOSS


def test_cifar_tutorial_counts_batches_in_brackets(tmp_path: Path) -> None:
    lines = ["[1,  2000] loss: 2.173", "[1,  4000] loss: 1.841", "[1,  6000] loss: 1.672", "[2,  2000] loss: 1.402"]
    part = read(
        tmp_path, "\n".join([*lines, "[2,  4000] loss: 1.375", "[2,  6000] loss: 1.341", "Finished Training\n"])
    )
    assert points(part, "loss") == [
        (2000, 2.173),
        (4000, 1.841),
        (6000, 1.672),
        (8000, 1.402),
        (10000, 1.375),
        (12000, 1.341),
    ]


def test_transfer_learning_tutorial(tmp_path: Path) -> None:
    text = "".join(
        f"Epoch {e}/24\n----------\ntrain Loss: 0.5{e}91 Acc: 0.6844\nval Loss: 0.2{e}20 Acc: 0.9{e}16\n\n"
        for e in range(4)
    )
    part = read(tmp_path, text + "Training complete in 1m 7s\nBest val Acc: 0.947712\n")
    assert points(part, "train Loss") == [(0, 0.5091), (1, 0.5191), (2, 0.5291), (3, 0.5391)]
    assert points(part, "val Acc") == [(0, 0.9016), (1, 0.9116), (2, 0.9216), (3, 0.9316)]
    assert points(part, "Acc") == [(e, 0.6844) for e in range(4)]
    assert "printed once" in said(part, NoteKind.SKIPPED)


def test_imagenet_example_takes_means_of_finished_evaluations(tmp_path: Path) -> None:
    text = ""
    for e in range(2):
        for i in (0, 250, 499):
            text += (
                f"Epoch: [{e}][{i:4d}/500]\tTime  0.312 ( 0.500)\tData  0.001 ( 0.1)\tLoss {6.9 - e}e+00 (7.0e+00)\t"
            )
            text += "Acc@1   0.39 (  0.10)\n"
        for i in (10, 60, 98):
            text += f"Test: [{i:2d}/98]\tTime  0.3 ( 0.5)\tLoss 1.2e+00 (1.{e}{i}e+00)\tAcc@1 60.00 (61.00)\n"
        text += f" *   Acc@1 6{e}.123\n"
    part = read(tmp_path, text)
    assert points(part, "Loss")[:4] == [(0, 6.9), (250, 6.9), (499, 6.9), (500, 5.9)]
    assert points(part, "test Loss") == [(499, 1.098), (999, 1.198)]
    assert points(part, "test Acc@1") == [(499, 60.123), (999, 61.123)]
    assert len(part.curves["Acc@1"]) == 6
    assert "running evaluations" in said(part, NoteKind.SKIPPED)


def test_timm(tmp_path: Path) -> None:
    text = ""
    for e in range(3):
        for i in (0, 500, 999):
            text += f"Train: {e} [{i:4d}/1000 ({i // 10:3d}%)]  Loss: {7 - e - i / 1000:.3f} (6.9)  Time: 0.5s,  500.1/s  LR: 1.000e-03\n"
        text += f"Test: [  48/48]  Time: 0.3 (0.4)  Loss:  1.2 (1.3)  Acc@1: 70.1 (7{e}.5)\n"
    part = read(tmp_path, text)
    assert [s for s, _ in points(part, "Loss")] == [0, 500, 999, 1000, 1500, 1999, 2000, 2500, 2999]
    assert points(part, "test Acc@1") == [(999, 70.5), (1999, 71.5), (2999, 72.5)]


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("Epoch [{e}/3], Step [{i}/200], Loss: {v}", "Loss"),
        ("[Epoch {e}/3] [Batch {i}/200] [D loss: {v}] [G loss: 0.7]", "D loss"),
        ("[{e}/3][{i}/200]\tLoss_D: {v}\tLoss_G: 5.1\tD(x): 0.5\tD(G(z)): 0.6 / 0.01", "Loss_D"),
        ("| epoch   {e} | {i:5d}/  200 batches | lr 20.00 | ms/batch 15.01 | loss {v} | ppl 2040.8", "loss"),
        ("epoch {e:03d}:    {i} / 200 loss={v}, nll_loss=11.2, ups=1, lr=1.25e-05", "loss"),
        ("Train Epoch: {e} [{i:6d}/200 (7%)] Loss: {v} (4.2753) Data (t): 0.012 LR: 0.000474", "Loss"),
    ],
)
def test_nested_counters_become_one_axis(tmp_path: Path, line: str, tag: str) -> None:
    steps = [(e, i) for e in (1, 2, 3) for i in (50, 100, 150, 200)]
    text = "".join(line.format(e=e, i=i, v="2.5000") + "\n" for e, i in steps)  # equal values are points of their own
    part = read(tmp_path, text)
    assert points(part, tag) == [((e - 1) * 200 + i, 2.5) for e, i in steps]
    assert "200 an epoch" in said(part, NoteKind.X_AXIS)


def test_counters_of_evaluations_are_not_the_trainings(tmp_path: Path) -> None:
    """open_clip: the running mean of an evaluation that stops half-way is no point."""
    train = [
        f"Train Epoch: 0 [{i * 64:6d}/6400 ({i}%)] Loss: {4 - i / 40:.4f} (4.2) LR: 0.00048" for i in range(0, 100, 10)
    ]
    evals = [f"Eval Epoch: 0 [{i * 64} / 6400]\tLoss: {3.9 + i / 100:.4f}" for i in range(0, 60, 10)]
    part = read(tmp_path, "\n".join([*train, *evals]) + "\n")
    assert set(part.curves) == {"Loss", "LR", "epoch"}
    assert len(part.curves["Loss"]) == 10
    assert "never came to an end" in said(part, NoteKind.SKIPPED)


def test_word_language_model_sets_the_epochs_end_beside(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        text += "".join(
            f"| epoch   {e} | {i:5d}/  400 batches | lr 20.00 | loss {9 - e:.2f} | ppl 99.1\n" for i in (200, 400)
        )
        text += (
            f"{'-' * 60}\n| end of epoch   {e} | time: 46.00s | valid loss  {6 - e}.25 | valid ppl 200.12\n{'-' * 60}\n"
        )
    part = read(tmp_path, text)
    assert points(part, "valid loss") == [(400, 5.25), (800, 4.25), (1200, 3.25)]


def test_quickstart_counts_behind_the_loss_and_names_the_split_above(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        text += f"Epoch {e}\n-------------------------------\n"
        text += "".join(f"loss: 2.{e}0{i // 10000}494  [{i:>5d}/60000]\n" for i in (64, 30064, 57664))
        text += f"Test Error: \n Accuracy: 5{e}.9%, Avg loss: 2.{e}56432 \n\n"
    part = read(tmp_path, text + "Done!\n")
    assert points(part, "loss")[2:4] == [(57664, 2.105494), (60064, 2.200494)]
    assert points(part, "test Avg loss") == [(57664, 2.156432), (117664, 2.256432), (177664, 2.356432)]
    assert points(part, "test Accuracy") == [(57664, 51.9), (117664, 52.9), (177664, 53.9)]
    assert part.curves["test Avg loss"].role is Role.EVAL_LOSS


def test_headings_tell_lines_of_one_build_apart(tmp_path: Path) -> None:
    text = "".join(
        f"Epoch {e}\nTraining:\n  loss: 0.{e}5, accuracy: 0.8\nValidation:\n  loss: 0.{e}7, accuracy: 0.7\n"
        for e in range(1, 5)
    )
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 0.15), (2, 0.25), (3, 0.35), (4, 0.45)]
    assert points(part, "validation loss") == [(1, 0.17), (2, 0.27), (3, 0.37), (4, 0.47)]


def test_a_place_in_the_source_is_not_a_metric(tmp_path: Path) -> None:
    head = "2026-11-29 10:00:0{} | INFO     | tool.core.trainer:after_step:26{} - "
    main = "2026-11-29 10:00:0{} | INFO     | __main__:main:4{} - "
    lines = [head.format(i, i) + f"step: {10 * i}, loss: {2.5 - 0.25 * i}" for i in range(1, 6)]
    part = read(tmp_path, "\n".join([*lines, *(main.format(i, i) + "saved" for i in range(1, 6))]) + "\n")
    assert points(part, "loss") == [(10, 2.25), (20, 2.0), (30, 1.75), (40, 1.5), (50, 1.25)]
    assert set(part.curves) == {"loss"}


def test_a_split_with_a_full_stop_holds_for_all_its_line(tmp_path: Path) -> None:
    text = ""
    for e, loss in enumerate(("1.9", "1.8", "nan", "nan")):
        at = f"05-02 10:00:0{e} - INFO -"
        text += f"{at} Epoch: {e}, Loss: {loss}\n"
        text += f"{at} Train. Total Loss: {loss}, Rec.: {loss}, KL: 0.1{e}, AUC: 5{e}.4%\n"
        text += f"{at} Val. Total Loss: {loss}, Rec.: {loss}, KL: 0.3{e}, AUC: 4{e}.9%\n"
    part = read(tmp_path, text)
    assert points(part, "AUC") == [(e, 50.4 + e) for e in range(4)]
    assert points(part, "val AUC") == [(e, 40.9 + e) for e in range(4)]
    assert points(part, "val KL") == [(0, 0.3), (1, 0.31), (2, 0.32), (3, 0.33)]
    assert len(part.curves["Rec."]) == len(part.curves["val Rec."]) == len(part.curves["val Total Loss"]) == 4
    assert not said(part, NoteKind.MERGED)


def test_values_that_are_no_numbers_prove_no_second_process(tmp_path: Path) -> None:
    text = "".join(
        f"Epoch {e} loss {a}\nEpoch {e} loss {b}\n" for e, a, b in ((1, 3.5, 3.25), (2, 2.5, 2.0), (3, "nan", "nan"))
    )
    part = read(tmp_path, text)
    assert len(part.curves["loss"]) == 6
    assert not said(part, NoteKind.MERGED)


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("Cost after iteration {i}: {v}", "Cost"),
        ("Loss after epoch {i}: {v}", "Loss"),
        ("Validation loss at step {i} = {v}", "Validation loss"),
        ("INFO : Train loss in epoch {i}/90 is {v}", "Train loss"),
        ("loss epoch {i}: {v}, time for epoch {i}: 3.5", "loss"),
    ],
)
def test_a_counter_between_a_metric_and_its_number(tmp_path: Path, line: str, tag: str) -> None:
    values = [(i, 250_000.0 - 125 * i) for i in range(0, 90, 10)]
    part = read(tmp_path, "".join(f"{line.format(i=i, v=v)}\n" for i, v in values))
    assert points(part, tag) == values


def test_a_number_behind_the_name_of_a_loss_counts(tmp_path: Path) -> None:
    text = ""
    for i in range(0, 600, 100):
        text += f"Train loss {i} 2.{i + 100}123 Grad Norm 1.{i + 100} 0.97s/it\n"
        text += f"Validation loss {i}: 3.{i + 100}123  \n" if i % 200 == 0 else ""
    part = read(tmp_path, text)
    assert points(part, "Train loss") == [(i, float(f"2.{i + 100}123")) for i in range(0, 600, 100)]
    assert points(part, "Validation loss") == [(i, float(f"3.{i + 100}123")) for i in range(0, 600, 200)]
    assert len(part.curves["Grad Norm"]) == 6


def test_steps_and_seconds_in_brackets(tmp_path: Path) -> None:
    text = "".join(f"[{i} | {2.53 * i:.2f}] loss={3 - i / 100} avg={4 - i / 100}\n" for i in range(10, 60, 10))
    part = read(tmp_path, text)
    assert points(part, "loss") == [(i, 3 - i / 100) for i in range(10, 60, 10)]
    assert points(part, "avg") == [(i, 4 - i / 100) for i in range(10, 60, 10)]


def test_a_number_in_a_name_is_of_the_name(tmp_path: Path) -> None:
    text = "".join(f"Epoch {e} Loss 1: 0.{e}5, Loss 2: 0.{e}6 | mAP 50: 0.{e}7 hits 10 = 0.{e}8\n" for e in range(1, 6))
    part = read(tmp_path, text)
    assert {t: c.value[0] for t, c in part.curves.items()} == {
        "Loss 1": 0.15,
        "Loss 2": 0.16,
        "mAP 50": 0.17,
        "hits 10": 0.18,
    }


def test_basicsr_counts_in_thousands_and_tells_a_validation_below(tmp_path: Path) -> None:
    text = ""
    for i in range(1, 9):
        head = f"2021-05-26 23:12:1{i},123 INFO:"
        text += (
            f"{head} [model][epoch:  0, iter: {500 * i:7,d}, lr:(1.000e-04,)] [eta: 1 day, 2:03:04, time (data): 0.123 "
        )
        text += f"(0.001)] l_pix: {0.5 / i:.4e} \n{head} Saving models and training states.\n"
        text += (
            f"{head} Validation Set5\n\t # psnr: 3{i}.1200\tBest: 3{i}.1200 @ {500 * i} iter\n" if i % 2 == 0 else ""
        )
    part = read(tmp_path, text)
    assert [s for s, _ in points(part, "l_pix")] == [500 * i for i in range(1, 9)]
    (tag,) = [t for t in part.curves if "psnr" in t]
    assert points(part, tag) == [(500 * i, float(f"3{i}.12")) for i in (2, 4, 6, 8)]


@pytest.mark.parametrize("line", ["Validation epoch {i}: {v}", "Starting at step {i}: {v}", "Loss of epoch {i} - {v}"])
def test_other_numbers_behind_a_counter_are_no_metric(tmp_path: Path, line: str) -> None:
    path = tmp_path / "run.log"
    path.write_text("".join(f"{line.format(i=i, v=3 - i / 8)}\n" for i in range(20)))
    assert not TextLogReader().claims(path)
