"""Records of several lines, and the consoles of language models: Lasagne, Caffe, rsl_rl, Composer, OLMo, torchtune, MLX."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, said


def test_lasagne(tmp_path: Path) -> None:
    text = "Starting training...\n" + "".join(
        f"Epoch {e} of 500 took 1.80{e}s\n  training loss:\t\t1.2{e}3348\n  validation loss:\t\t0.4{e}5868\n  validation accuracy:\t\t8{e}.78 %\n"
        for e in range(1, 5)
    )
    part = read(tmp_path, text + "Final results:\n  test loss:\t\t\t0.051234\n  test accuracy:\t\t98.45 %\n")
    assert points(part, "training loss") == [(1, 1.213348), (2, 1.223348), (3, 1.233348), (4, 1.243348)]
    assert points(part, "validation accuracy") == [(1, 81.78), (2, 82.78), (3, 83.78), (4, 84.78)]
    assert "test loss" not in part.curves
    assert "printed once" in said(part, NoteKind.SKIPPED)


def test_caffe_tests_at_its_own_iterations(tmp_path: Path) -> None:
    text = ""
    for i in range(0, 1001, 100):
        head = "I0101 12:00:00.123456  1234"
        if i % 500 == 0:
            text += f"{head} solver.cpp:330] Iteration {i}, Testing net (#0)\n"
            text += f"{head} solver.cpp:397]     Test net output #0: accuracy = 0.{9000 + i}\n"
            text += f"{head} solver.cpp:397]     Test net output #1: loss = 1.{i} (* 1 = 1.{i} loss)\n"
        text += f"{head} solver.cpp:218] Iteration {i} (50.5 iter/s, 1.98s/100 iters), loss = 2.{i}\n"
        text += f"{head} solver.cpp:237]     Train net output #0: loss = 2.{i} (* 1 = 2.{i} loss)\n"
        text += f"{head} sgd_solver.cpp:105] Iteration {i}, lr = 0.01\n"
    part = read(tmp_path, text)
    assert points(part, "loss")[:3] == [(0, 2.0), (100, 2.1), (200, 2.2)]
    assert len(part.curves["loss"]) == 11
    assert points(part, "test loss") == [(0, 1.0), (500, 1.5), (1000, 1.1)]
    assert points(part, "test accuracy") == [(0, 0.9), (500, 0.95), (1000, 0.1)]


def test_rsl_rl_has_two_counters_and_one_axis(tmp_path: Path) -> None:
    text = ""
    for i in range(4):
        text += (
            "#" * 80
            + f"\n                       \x1b[1m Learning iteration {i}/1500 \x1b[0m                       \n\n"
        )
        text += f"          Mean value_function loss: 2.{i}5\n                       Mean reward: {i}.50\n"
        text += (
            "-" * 80
            + f"\n                   Total timesteps: {98304 * (i + 1)}\n                    Iteration time: 1.3{i}s\n\n"
        )
    part = read(tmp_path, text)
    assert points(part, "Mean reward") == [(0, 0.5), (1, 1.5), (2, 2.5), (3, 3.5)]
    assert points(part, "Iteration time") == [(0, 1.3), (1, 1.31), (2, 1.32), (3, 1.33)]


def test_composer(tmp_path: Path) -> None:
    text = "".join(
        f"[batch={i}/4800]:\n\t Train time/batch: {i - 1}\n\t Train loss/train/total: 1{i}.4321\n\t Train throughput/tokens_per_sec: 12345.6\n"
        + (f"\t Eval metrics/eval/LanguageCrossEntropy: 9.{i}\n" if i % 2 == 0 else "")
        for i in range(1, 7)
    )
    part = read(tmp_path, text)
    assert points(part, "Train loss/train/total") == [(i, float(f"1{i}.4321")) for i in range(1, 7)]
    assert points(part, "Eval metrics/eval/LanguageCrossEntropy") == [(2, 9.2), (4, 9.4), (6, 9.6)]


def test_olmo(tmp_path: Path) -> None:
    text = "".join(
        f"2024-08-06 09:59:05.181\tnode-0:0\tolmo.train:908\tINFO\t[step={i}/739328,epoch=0]\n    optim/total_grad_norm=231.7\n"
        f"    train/CrossEntropyLoss=1{i}.18\n    train/Perplexity=195,15{i}\n    throughput/total_tokens=1,048,57{i}\n"
        for i in range(1, 6)
    )
    part = read(tmp_path, text)
    assert points(part, "train/CrossEntropyLoss") == [(i, float(f"1{i}.18")) for i in range(1, 6)]
    assert points(part, "train/Perplexity")[0] == (1, 195151.0)
    assert points(part, "throughput/total_tokens")[0] == (1, 1048571.0)
    assert "node-0" not in part.curves


def test_torchtune_on_disk_and_on_the_console(tmp_path: Path) -> None:
    text = "".join(f"Step {i} | loss:1.{i} lr:2e-05 tokens_per_second_per_gpu:123.4 \n" for i in range(1, 6))
    assert points(read(tmp_path, text), "loss") == [(i, float(f"1.{i}")) for i in range(1, 6)]
    text = (
        "".join(f"\r1|{i}|Loss: 2.{i}:  {i * 2}%|{'█' * i}| {i}/50 [00:{i:02d}<00:20,  1.1it/s]" for i in range(1, 9))
        + "\n"
    )
    assert points(read(tmp_path, text), "Loss") == [(i, float(f"2.{i}")) for i in range(1, 9)]


def test_mlx(tmp_path: Path) -> None:
    text = "Starting training..., iters: 600\nIter 1: Val loss 2.912, Val took 9.1s\n"
    for i in range(10, 60, 10):
        text += f"Iter {i}: Train loss 2.{i}, Learning Rate 1.000e-05, It/sec 0.512, Tokens/sec 250.2, Trained Tokens {i * 491}, Peak mem 7.1 GB\n"
    part = read(tmp_path, text + "Iter 50: Val loss 2.512, Val took 9.3s\n")
    assert points(part, "Train loss") == [(10, 2.1), (20, 2.2), (30, 2.3), (40, 2.4), (50, 2.5)]
    assert points(part, "Val loss") == [(1, 2.912), (50, 2.512)]


def test_reinforcement_learning_consoles(tmp_path: Path) -> None:
    text = "".join(f"global_step={128 * i}, episodic_return=[{20 + i}.]\nSPS: {1000 + i}\n" for i in range(1, 5))
    part = read(tmp_path, text)
    assert points(part, "episodic_return") == [(128, 21.0), (256, 22.0), (384, 23.0), (512, 24.0)]
    text = "".join(
        f"[INFO] {who}. Step: {12000 * i}. Time Elapsed: {22 * i}.8 s. Mean Reward: {sign}{i}.25. Std of Reward: 0.7. Training.\n"
        for i in range(1, 5)
        for who, sign in (("Striker", ""), ("Goalie", "-"))
    )
    part = read(tmp_path, text)
    assert points(part, "Striker/Mean Reward") == [(12000, 1.25), (24000, 2.25), (36000, 3.25), (48000, 4.25)]
    assert points(part, "Goalie/Mean Reward")[1] == (24000, -2.25)
    text = "".join(f"Episode {10 * i}\tLast reward: {20 + i}.0\tAverage reward: 1{i}.55\n" for i in range(1, 5))
    assert points(read(tmp_path, text), "Average reward") == [(10, 11.55), (20, 12.55), (30, 13.55), (40, 14.55)]


def test_lists_in_json_lines_are_kept(tmp_path: Path) -> None:
    """DETR's and MAE's ``log.txt``."""
    text = "".join(
        f'{{"train_lr": 0.0001, "train_loss": 2{e}.5, "test_coco_eval_bbox": [0.0{e}, 0.15, 0.25], "epoch": {e}, "n_parameters": 41302368}}\n'
        for e in range(4)
    )
    part = read(tmp_path, text, "log.txt")
    assert points(part, "train_loss") == [(0, 20.5), (1, 21.5), (2, 22.5), (3, 23.5)]
    assert points(part, "test_coco_eval_bbox/0") == [(0, 0.0), (1, 0.01), (2, 0.02), (3, 0.03)]
    assert points(part, "test_coco_eval_bbox/2") == [(e, 0.25) for e in range(4)]


def test_other_ways_of_counting(tmp_path: Path) -> None:
    text = "".join(
        f"Epoch #{e}: test_reward: {e * 20}.5 ± 3.1, best_reward: {e * 20}.5 ± 3.1 in #{e}\n" for e in range(1, 5)
    )
    assert points(read(tmp_path, text), "test_reward") == [(1, 20.5), (2, 40.5), (3, 60.5), (4, 80.5)]
    text = "".join(f"epoch = {e}, loss = 1.{e}38462f0\n" for e in range(1, 5))
    assert points(read(tmp_path, text), "loss") == [(1, 1.138462), (2, 1.238462), (3, 1.338462), (4, 1.438462)]
    text = "".join(
        f"{i:3d} 123.40 ms run,    0.50 ms python, 2.{i} loss, 0.001000 LR, 1.20 GB used\n" for i in range(1, 5)
    )
    assert points(read(tmp_path, text), "loss") == [(1, 2.1), (2, 2.2), (3, 2.3), (4, 2.4)]


def test_spacys_table_counts_in_a_column_without_a_word(tmp_path: Path) -> None:
    text = "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  SCORE \n---  ------  ------------  --------  ------  ------\n"
    text += "".join(f"  {i // 3}  {i * 200:6d}          {60 - i}.25   30{i}2.50   71.11    0.7{i}\n" for i in range(5))
    part = read(tmp_path, text)
    assert points(part, "LOSS NER") == [(0, 3002.5), (200, 3012.5), (400, 3022.5), (600, 3032.5), (800, 3042.5)]


REMARKS = (
    "← best",
    "<- best",
    "*",
    "(saved)",
    "✓",
    "* best so far",
    "new best model",
    "3rd best",
    "-> saved ckpt_3.pt",
)


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize("between", [" | ", "  ", "\t"])
def test_a_remark_behind_some_rows_of_a_table_costs_no_row(tmp_path: Path, remark: str, between: str) -> None:
    accuracy = [60.0, 31.0, 70.5, 70.25, 71.0, 66.0, 72.5, 72.0]
    text = between.join(("Epoch", "TrainLoss", "Val Acc", "Time")) + "\n" + "-" * 40 + "\n"
    best = 0.0
    for i, value in enumerate(accuracy, 1):
        text += between.join((f"{i:6d}", f"{1.0 / i:.4f}", f"{value:.2f}%", "19.6s"))
        text += f"{between}{remark}\n" if value > best else "\n"
        best = max(best, value)
    part = read(tmp_path, text)
    assert points(part, "Val Acc") == [*enumerate(accuracy, 1)]
    assert len(part.curves["TrainLoss"]) == len(accuracy)
    assert set(part.curves) == {"TrainLoss", "Val Acc", "Time"}


@pytest.mark.parametrize("mark", ["*", ">", "->", "✓"])
def test_a_mark_in_front_of_some_rows_costs_no_row(tmp_path: Path, mark: str) -> None:
    rows = [f"{mark if i % 3 == 0 else '':2} {i:4} {1.0 / i:.3f} 0.{50 + i}" for i in range(1, 10)]
    part = read(tmp_path, "\n".join(["   epoch loss val_acc", *rows, ""]))
    assert points(part, "val_acc") == [(i, (50 + i) / 100) for i in range(1, 10)]


def test_a_mark_glued_to_a_cell_is_no_part_of_the_number(tmp_path: Path) -> None:
    rows = ["1 | 0.9 | 0.50*", "2 | 0.8 | 0.45", "3 | 0.7 | 0.60✓", "4 | 0.6 | 0.65*"]
    part = read(tmp_path, "\n".join(["epoch | loss | val_acc", *rows, ""]))
    assert points(part, "val_acc") == [(1, 0.5), (2, 0.45), (3, 0.6), (4, 0.65)]


def test_a_row_that_does_not_fit_the_names_is_told(tmp_path: Path) -> None:
    rows = [f"{i} | {1.0 / i:.3f} | 0.{50 + i}" for i in range(1, 9)]
    rows[3] = "4 | 0.250 | {broken} 0.54"
    rows[5] = "6 | 0.167 | {broken} 0.56"
    part = read(tmp_path, "\n".join(["epoch | loss | val_acc", *rows, ""]))
    assert len(part.curves["val_acc"]) == 6
    assert "left out 2 rows of a table (the first is line 5)" in said(part, NoteKind.SKIPPED)


@pytest.mark.parametrize("heading", ["## Epoch no. = {}", "### Epoch {}", "##### Epoch {} #####"])
def test_headings_and_lists_of_markdown_name_the_epoch_and_its_metrics(tmp_path: Path, heading: str) -> None:
    text = "# Training log\n\n" + "".join(
        f"{heading.format(e)}\n- ROC AUC Score: 0.{50 + e}\n- Train Loss: {2 / e:.4f}\n* Validation Loss: {2.5 / e:.4f}\n\n"
        for e in range(1, 9)
    )
    part = read(tmp_path, text)
    assert list(part.curves) == ["ROC AUC Score", "Train Loss", "Validation Loss"]
    assert all(c.step.tolist() == list(range(1, 9)) for c in part.curves.values())


def test_a_comment_of_a_program_is_no_counter(tmp_path: Path) -> None:
    text = "".join(f"# step {s}\n- Train Loss: {2 / s:.4f}\n" for s in range(1, 9))
    part = read(tmp_path, text)
    assert part.x_axis == "record"
