"""Words that logs in other languages than English use for what every training has, as the English ones.

Chinese, Japanese and Korean glue their words together; they are parted by this list, the longest word first.
"""

from __future__ import annotations

import re

_GLUED = {
    # Chinese, with the traditional signs
    "train": "训练 訓練 훈련 학습 学習 訓練用",
    "validation": "验证 驗證 検証 검증",
    "test": "测试 測試 テスト 테스트",
    "eval": "评估 評估 评测 評価 평가",
    "loss": "损失 损失值 损失函数 損失 損失值 손실",
    "accuracy": "准确率 准确度 正确率 精度 準確率 準確度 正確率 正解率 정확도",
    "precision": "精确率 查准率 適合率 정밀도",
    "recall": "召回率 查全率 再現率 재현율",
    "lr": "学习率 學習率 学習率 학습률",
    "reward": "奖励 奖励值 獎勵 報酬 보상",
    "return": "回报 累计回报 收益",
    "score": "得分 分数 分數 スコア 점수",
    "success rate": "成功率 성공률",
    "win rate": "胜率 勝率 승률",
    "error rate": "错误率 錯誤率",
    "error": "误差 誤差 오차",
    "perplexity": "困惑度",
    "entropy": "熵",
    "grad": "梯度 勾配 기울기",
    "norm": "范数 ノルム",
    "epsilon": "探索率",
    "epoch": "轮 轮次 轮数 训练轮次 周期 輪 エポック 에폭 에포크",
    "episode": "回合 回合数 局 エピソード 에피소드",
    "step": "步 步数 步骤 训练步数 ステップ 스텝",
    "iteration": "迭代 迭代次数 迭代步数 反復",
    "batch": "批次 バッチ 배치",
    "mean": "平均 均值 평균",
    "best": "最佳 最优 最好 最高 最良 최고",
    "current": "当前 目前 현재",
    "total": "总 累计 合計 총",
    "time": "耗时 用时 时间 時間 시간",
    "generator": "生成器",
    "discriminator": "判别器",
    "policy": "策略",
    "value": "价值",
    "set": "集 集上",
}
_LATIN = {
    "train": "entrenamiento treino treinamento entraînement",
    "validation": "validación validacion validação validacao validierung",
    "test": "prueba teste",
    "loss": "pérdida perdida perda verlust perte",
    "accuracy": "acurácia acuracia exactitud genauigkeit",
    "reward": "recompensa récompense belohnung",
    "epoch": "época epoca épocas epocas epoche époque",
    "episode": "episodio episódio",
    "step": "paso passo schritt",
}
ENGLISH = {
    foreign: tuple(english.split())
    for words in (_GLUED, _LATIN)
    for english, said in words.items()
    for foreign in said.split()
}
"""Word of another language, in lower case -> words of English."""
_PARTS = re.compile("|".join(sorted((w for said in _GLUED.values() for w in said.split()), key=len, reverse=True)))
_SCRIPTS = re.compile(r"[\u3040-\uffff]+|[^\u3040-\uffff]+")
_FILLERS = "的值上の"
"""Signs around a word that say nothing of what is measured."""


def is_glued(run: str) -> bool:
    """Return whether letters are of a script that does not part its words."""
    return any(letter >= "\u3040" for letter in run)


def parted(run: str) -> list[str]:
    """Return glued words of another language in English: ``训练损失`` as ["train", "loss"].

    What is not known stands as it is, ``对比损失`` as ["对比", "loss"]; where it is the end, which says what is
    measured, all of it does. Letters of other scripts stand alone.
    """
    return [word for piece in _SCRIPTS.findall(run) for word in (_parted(piece) if is_glued(piece) else [piece])]


def _parted(run: str) -> list[str]:
    out: list[str] = []
    at = 0
    for found in _PARTS.finditer(run):
        if len(found[0]) == 1 and found.start() > at:  # a part of a word that is not known
            continue
        if between := run[at : found.start()].strip(_FILLERS):
            out.append(between)
        out += ENGLISH[found[0]]
        at = found.end()
    rest = run[at:].strip(_FILLERS)
    return [run] if rest else out or [run]
