# ruff: noqa: E501 - a table reads better unwrapped
"""The table of roles, tested as a table: tag names as real logs hold them."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from curveread.errors import ReadError
from curveread.run.roles import Role, direction_of, is_eval, role_of, unit_of, words

TAGS = {
    Role.TRAIN_LOSS: "loss | train/loss | Loss/train | train_loss | train_loss_step | train_loss_epoch | train/nll | mse | "
    "loss/nll_train | lm loss | lm loss vs samples | batch_loss | epoch_loss | Train/Loss | trainLoss | train/step_loss | "
    "training_loss | train.loss | cross_entropy | train/cross_entropy_1 | trl",
    Role.EVAL_LOSS: "eval_loss | eval/loss | val_loss | val/loss | Loss/val | Loss/test | valid_loss | validation/nll | "
    "test/loss | lm loss validation | epoch_val_loss | Loss/Validation | dev_loss | eval_wiki_loss | test/cross_entropy_1 | tel",
    Role.GRAD_NORM: "grad_norm | train/grad_norm | grad-norm | gradnorm | gradient_norm | grad_norm/total | gradients/norm",
    Role.LEARNING_RATE: "lr | learning_rate | train/learning_rate | Learning Rate | LR | learning-rate | lr-AdamW | train/lr",
    Role.TRAIN_ACCURACY: "accuracy | train_acc | Accuracy/train | acc | train/accuracy",
    Role.EVAL_ACCURACY: "val_acc | eval_accuracy | Accuracy/test | val/accuracy | eval/bleu | eval_f1 | eval_top1",
    Role.EVAL_PERPLEXITY: "validation/ppl | eval_perplexity | val/ppl",
    Role.TRAIN_PERPLEXITY: "ppl | train/perplexity",
    Role.REWARD: "reward | rollout/ep_rew_mean | charts/episodic_return | episode_reward | eval/mean_reward",
    Role.KL: "kl | train/kl | losses/approx_kl",
    Role.ENTROPY: "entropy | losses/entropy",
    Role.THROUGHPUT: "throughput | tps | train_samples_per_second | eval_steps_per_second | time/fps | mfu",
    Role.EPOCH: "epoch | train/epoch | num_epoch",
    Role.TOKENS: "num_tokens | total_tokens | num_input_tokens_seen",
    Role.COMPONENT_LOSS: "train/policy_gradient_loss | train/value_loss | losses/policy_loss | train/entropy_loss | D/loss | "
    "G/loss | moe/load_balancing_loss | mtp_1 loss | train/box_loss | train/loss_critic | loss_kld",
    Role.OTHER: "loss_scale | loss-scale | rewards/margins | rewards/chosen | eval_runtime | batch-size | seed | dice",
    Role.SYSTEM: "system/gpu.0.temp | system/cpu | system/memory",
}


@pytest.mark.parametrize(("tag", "role"), [(t.strip(), r) for r, tags in TAGS.items() for t in tags.split("|")])
def test_role(tag: str, role: Role) -> None:
    assert role_of(tag) is role


def test_words_and_splits() -> None:
    assert words("train/lossEpoch_1") == ("train", "loss", "epoch", "1")
    assert is_eval("val/loss")
    assert is_eval("eval_loss")
    assert not is_eval("train/loss")
    assert not is_eval("evaluator_lr_value")


def test_hostile_tags_have_no_role() -> None:
    for tag in ("", "<script>alert(1)</script>", "\x00\x1b[31m", "σ" * 5000):
        assert role_of(tag) is Role.OTHER


def _table() -> list[tuple[str, str, str, str]]:
    """Every tag of the logs that the readers are tested on, numbers as 0: role, direction, unit."""
    lines = Path(__file__).with_name("tags.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [(t, r, d, u) for t, r, d, u in (line.split("\t") for line in lines)]


def test_every_tag_of_the_table() -> None:
    table = _table()
    assert len(table) > 250
    wrong = {}
    for tag, *expected in table:
        role = role_of(tag)
        found = [str(role), direction_of(tag, role), unit_of(tag, role)]
        if found != expected:
            wrong[tag] = (found, expected)
    assert not wrong


@pytest.mark.corpus
def test_no_tag_of_the_corpus_is_missing_from_the_table(corpus_public: Path, corpus_trained: Path) -> None:
    from curveread.discovery.tree import claimed_by

    known = {t for t, *_ in _table()}
    found = set()
    for path in (*corpus_public.rglob("*"), *corpus_trained.rglob("*")):
        reader = claimed_by(path) if path.is_file() else None
        if reader is not None:
            with contextlib.suppress(ReadError):
                found |= {t for part in reader.read(path) for c in (part.curves, *part.segments) for t in c}
    unknown = {n for n in (re.sub(r"\d+", "0", t) for t in found) if n not in known}
    assert not unknown, "give each a role, a direction and a unit in tags.tsv, and look at what the table says"


@pytest.mark.parametrize(
    ("tag", "role", "direction", "unit"),
    [
        ("rewards/chosen", Role.OTHER, "", ""),
        ("rewards/margins", Role.OTHER, "higher", ""),
        ("rewards/accuracies", Role.TRAIN_ACCURACY, "higher", ""),
        ("eval_rewards/accuracies", Role.EVAL_ACCURACY, "higher", ""),
        ("logps/rejected", Role.OTHER, "", "nats"),
        ("reward", Role.REWARD, "higher", ""),
        ("reward_std", Role.OTHER, "", ""),
        ("rewards/format_reward/mean", Role.REWARD, "higher", ""),
        ("frac_reward_zero_std", Role.OTHER, "lower", ""),
        ("kl", Role.KL, "", "nats"),
        ("entropy", Role.ENTROPY, "", "nats"),
        ("mean_token_accuracy", Role.TRAIN_ACCURACY, "higher", ""),
        ("num_tokens", Role.TOKENS, "", "tokens"),
        ("completions/mean_length", Role.OTHER, "", ""),
        ("clip_ratio/low_mean", Role.OTHER, "", ""),
        ("step_time", Role.OTHER, "lower", "s"),
        ("objective/kl", Role.KL, "", "nats"),
        ("loss/policy_avg", Role.COMPONENT_LOSS, "", ""),
        ("eval_bpc", Role.EVAL_LOSS, "lower", "bits"),
        ("val/mse", Role.EVAL_LOSS, "lower", ""),
        ("val/fid", Role.OTHER, "lower", ""),
        ("eval/wer", Role.OTHER, "lower", ""),
        ("tokens_per_second", Role.THROUGHPUT, "higher", "tokens/s"),
        ("grad_norm/layer0", Role.LAYER_GRAD_NORM, "", ""),
        ("memory(GiB)", Role.SYSTEM, "", ""),
        ("train_speed(iter/s)", Role.OTHER, "", ""),
    ],
)
def test_preference_tuning_and_others(tag: str, role: Role, direction: str, unit: str) -> None:
    assert (role_of(tag), direction_of(tag, role), unit_of(tag, role)) == (role, direction, unit)
