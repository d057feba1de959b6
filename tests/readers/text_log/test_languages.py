"""Logs with words of other languages than English: what they measure, what counts, which split."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.roles import Role
from tests.readers.text_log.support import points, read

LOSSES = [(e, round(2.5 / e, 4), round(2.7 / e, 4), round(97 - 60 / e, 2)) for e in range(1, 9)]


@pytest.mark.parametrize(
    ("line", "train", "validation", "accuracy"),
    [
        ("轮次 {e}/8 - 训练损失: {t} - 验证损失: {v} - 验证准确率: {a}%", "训练损失", "验证损失", "验证准确率"),
        ("第{e}轮：训练损失：{t}，验证损失：{v}，验证集准确率：{a}％", "训练损失", "验证损失", "验证集准确率"),
        ("Epoch {e}/8 完成 | 训练Loss={t} 验证Loss={v} 验证Acc={a}", "训练Loss", "验证Loss", "验证Acc"),
        ("[第 {e}/8 轮] 损失: {t} | 验证集 - 损失: {v} 准确率: {a}", "损失", "validation 损失", "validation 准确率"),
        ("エポック {e}/8 訓練損失: {t} 検証損失: {v} 検証正解率: {a}", "訓練損失", "検証損失", "検証正解率"),
        ("에폭 {e}/8, 손실: {t}, 검증 손실: {v}, 검증 정확도: {a}", "손실", "검증 손실", "검증 정확도"),
        ("Época {e}/8 - Perda: {t} - Perda validação: {v} - Acurácia validação: {a}", "Perda", "Perda validação", "Acurácia validação"),
        ("Epoche {e}: Verlust {t}, Validierung Verlust {v}, Validierung Genauigkeit {a}", "Verlust", "Validierung Verlust", "Validierung Genauigkeit"),
    ],
)  # fmt: skip
def test_losses_and_accuracies(tmp_path: Path, line: str, train: str, validation: str, accuracy: str) -> None:
    part = read(tmp_path, "".join(line.format(e=e, t=t, v=v, a=a) + "\n" for e, t, v, a in LOSSES))
    assert points(part, train) == [(e, t) for e, t, _, _ in LOSSES]
    assert points(part, validation) == [(e, v) for e, _, v, _ in LOSSES]
    assert points(part, accuracy) == [(e, a) for e, _, _, a in LOSSES]
    roles = [part.curves[tag].role for tag in (train, validation, accuracy)]
    assert roles == [Role.TRAIN_LOSS, Role.EVAL_LOSS, Role.EVAL_ACCURACY]


def test_lines_of_one_epoch_around_a_loss(tmp_path: Path) -> None:
    text = "2026-01-05 10:00:00,001 - INFO - 参数: {'epochs': 8, 'n_step': 5, 'batch_size': 32, 'lr': 0.001}\n"
    for e, loss, _, share in LOSSES:
        text += f"2026-01-05 10:{e:02d}:01,000 - INFO - Epoch {e}/8 | 难度: 2 | 缓冲区: {80 + e}\n"
        text += f"2026-01-05 10:{e:02d}:31,000 - INFO - 训练损失: {loss}\n"
        text += f"2026-01-05 10:{e:02d}:32,000 - INFO - Epoch {e} 完成 | 成功率: {share}%\n"
    part = read(tmp_path, text)
    assert points(part, "训练损失") == [(e, loss) for e, loss, _, _ in LOSSES]
    assert points(part, "成功率") == [(e, share) for e, _, _, share in LOSSES]
    assert points(part, "缓冲区") == [(e, 80 + e) for e, _, _, _ in LOSSES]
    assert "n_step" not in part.curves


def test_rewards_of_rounds(tmp_path: Path) -> None:
    part = read(
        tmp_path, "".join(f"回合 {10 * i}，奖励：{2.5 * i}，探索率：{1 / i:.3f}，用时12秒\n" for i in range(1, 9))
    )
    assert points(part, "奖励") == [(10 * i, 2.5 * i) for i in range(1, 9)]
    assert part.curves["奖励"].role is Role.REWARD
    assert points(part, "探索率")[1] == (20, 0.5)
