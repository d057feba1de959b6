"""Boxes and tables: stable-baselines3, baselines, Spinning Up, fastai, skorch, Ludwig, AllenNLP, Kaldi's report."""

from __future__ import annotations

from pathlib import Path

from tests.readers.text_log.support import points, read


def test_stable_baselines3_names_sections(tmp_path: Path) -> None:
    text = "Using cpu device\n"
    for i in (1, 2, 3):
        text += "-" * 34 + "\n| rollout/           |          |\n"
        text += f"|    ep_len_mean     | {20 + i}     |\n|    ep_rew_mean     | {20.5 + i}     |\n| time/              |          |\n"
        text += f"|    fps             | 1234     |\n|    iterations      | {i}        |\n|    total_timesteps | {2048 * i}     |\n"
        if i > 1:
            text += "| train/             |          |\n|    loss            | 1.2e-02  |\n|    n_updates       | 10       |\n"
        text += "-" * 34 + "\n"
    part = read(tmp_path, text)
    assert points(part, "rollout/ep_rew_mean") == [(2048, 21.5), (4096, 22.5), (6144, 23.5)]
    assert points(part, "train/loss") == [(4096, 0.012), (6144, 0.012)]


def test_baselines_prints_flat_names(tmp_path: Path) -> None:
    text = ""
    for i in (1, 2, 3):
        text += "-" * 36 + f"\n| eprewmean               | {20.5 + i}     |\n| loss/policy_entropy     | 1.{i}     |\n"
        text += (
            f"| misc/nupdates           | {i}       |\n| misc/total_timesteps    | {2048 * i}     |\n" + "-" * 36 + "\n"
        )
    part = read(tmp_path, text)
    assert points(part, "eprewmean") == [(2048, 21.5), (4096, 22.5), (6144, 23.5)]
    assert points(part, "loss/policy_entropy") == [(2048, 1.1), (4096, 1.2), (6144, 1.3)]


def test_spinning_up_counts_interactions(tmp_path: Path) -> None:
    text = ""
    for i in range(3):
        text += (
            "-" * 39 + f"\n|             Epoch |               {i} |\n|      AverageEpRet |            {19 + i}.5 |\n"
        )
        text += (
            f"| TotalEnvInteracts |            {4000 * (i + 1)} |\n|            LossPi |        -0.0{i}1 |\n"
            + "-" * 39
            + "\n"
        )
    part = read(tmp_path, text)
    assert points(part, "AverageEpRet") == [(4000, 19.5), (8000, 20.5), (12000, 21.5)]
    assert points(part, "LossPi") == [(4000, -0.001), (8000, -0.011), (12000, -0.021)]


def test_fastai(tmp_path: Path) -> None:
    text = "epoch     train_loss  valid_loss  accuracy  time    \n" + "".join(
        f"{e:<9} 1.{e}23456    0.{e}87654    0.70{e}000  00:1{e}     \n" for e in range(4)
    )
    part = read(tmp_path, text)
    assert points(part, "train_loss") == [(0, 1.023456), (1, 1.123456), (2, 1.223456), (3, 1.323456)]
    assert points(part, "accuracy") == [(0, 0.7), (1, 0.701), (2, 0.702), (3, 0.703)]
    assert "time" not in part.curves  # 00:10 is a clock


def test_skorch_and_scikit_learn(tmp_path: Path) -> None:
    text = "  epoch    train_loss    valid_acc    valid_loss     dur\n-------  ------------  -----------  ------------  ------\n"
    text += "".join(f"      {e}        0.{e}234       0.6{e}00        0.{e}911  0.0511\n" for e in range(1, 5))
    part = read(tmp_path, text)
    assert points(part, "valid_loss") == [(1, 0.1911), (2, 0.2911), (3, 0.3911), (4, 0.4911)]
    text = "      Iter       Train Loss   Remaining Time \n"
    text += "".join(f"         {i}           1.{i}234            0.54s\n" for i in range(1, 5))
    assert points(read(tmp_path, text), "Train Loss") == [(1, 1.1234), (2, 1.2234), (3, 1.3234), (4, 1.4234)]


def test_a_plain_table_under_its_names(tmp_path: Path) -> None:
    text = "step\tloss\n" + "".join(f"{i}\t8.{i}0716\n" for i in range(10, 60, 10))
    assert points(read(tmp_path, text), "loss") == [(i, float(f"8.{i}0716")) for i in range(10, 60, 10)]


def test_kaldis_report(tmp_path: Path) -> None:
    text = "%Iter   duration\ttrain_objective\tvalid_objective\tdifference\n"
    text += "".join(f"{i}\t3{i}.0\t-0.{300 - i}\t-0.{320 - i}\t0.02\n" for i in range(4))
    assert points(read(tmp_path, text), "valid_objective") == [(0, -0.32), (1, -0.319), (2, -0.318), (3, -0.317)]


def test_ludwig_names_splits_at_the_left(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        text += f"\nEpoch {e}\nTraining: 100%|██████████| 5/5 [00:00<00:00, 12.1it/s]\n"
        text += "╒══════════╤════════╤════════════╕\n│ Survived │   loss │   accuracy │\n╞══════════╪════════╪════════════╡\n"
        text += f"│ train    │ 0.{e}764 │     0.7098 │\n├──────────┼────────┼────────────┤\n"
        text += f"│ vali     │ 0.{e}911 │     0.6511 │\n╘══════════╧════════╧════════════╛\n"
    part = read(tmp_path, text)
    assert points(part, "train loss") == [(1, 0.1764), (2, 0.2764), (3, 0.3764)]
    assert points(part, "validation loss") == [(1, 0.1911), (2, 0.2911), (3, 0.3911)]


def test_allennlp_names_splits_above(tmp_path: Path) -> None:
    text = ""
    for e in range(4):
        head = f"2021-01-01 12:0{e}:00,123 - INFO - allennlp.training"
        text += f"{head}.trainer - Epoch {e}/3\n"
        text += "\raccuracy: 0.5, loss: 0.9 ||:  50%|#####     | 5/10 [00:05<00:05,  1.00it/s]\n"
        text += f"{head}.callbacks.console_logger -                        Training |  Validation\n"
        text += f"{head}.callbacks.console_logger - accuracy           |     0.9{e}  |     0.8{e}\n"
        text += f"{head}.callbacks.console_logger - gpu_0_memory_MB    |  1234.000  |       N/A\n"
        text += f"{head}.callbacks.console_logger - loss               |     0.{e}13  |     0.{e}85\n"
    part = read(tmp_path, text)
    assert points(part, "train loss") == [(0, 0.013), (1, 0.113), (2, 0.213), (3, 0.313)]
    assert points(part, "validation accuracy") == [(0, 0.8), (1, 0.81), (2, 0.82), (3, 0.83)]


def test_matlab_writes_names_in_two_lines_and_leaves_cells_blank(tmp_path: Path) -> None:
    rule = "|" + "=" * 100 + "|\n"
    text = f"Training on single GPU.\n{rule}"
    text += "|  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Validation  |  Mini-batch  |  Validation  |\n"
    text += f"|         |             |   (hh:mm:ss)   |   Accuracy   |   Accuracy   |     Loss     |     Loss     |\n{rule}"
    for i in range(8):
        at = f"|       {1 + i // 4} |         {10 * i:3d} |       00:0{i}:33 |"
        tested = [f"       {60 + i}.00% ", f"       1.{i}5 "] if i % 2 else [" " * 14, " " * 14]
        text += f"{at}       {50 + i}.25% |{tested[0]}|       2.{i} |{tested[1]}|\n"
    part = read(tmp_path, f"{text}{rule}Training finished: Max epochs completed.\n")
    assert points(part, "Mini-batch Accuracy") == [(10 * i, 50.25 + i) for i in range(8)]
    assert points(part, "Mini-batch Loss") == [(10 * i, float(f"2.{i}")) for i in range(8)]
    assert points(part, "Validation Accuracy") == [(10 * i, 60.0 + i) for i in (1, 3, 5, 7)]
    assert points(part, "Validation Loss") == [(10 * i, float(f"1.{i}5")) for i in (1, 3, 5, 7)]
    assert part.curves["epoch"].value.tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
    assert len(part.curves) == 5
