# ruff: noqa: E501 - a table reads better unwrapped
"""The table of roles, tested as a table: tag names as real logs hold them."""

from __future__ import annotations

import pytest

from curveread.run.roles import Role, is_eval, role_of, words

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
