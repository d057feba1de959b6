# ruff: noqa: E501 - a table reads better unwrapped
"""What a run trains: said with evidence, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from curveread.run.model import Curve, Run, Stated
from curveread.run.selection import with_facts
from curveread.run.settings import number_of
from curveread.run.tags.kinds import TaskKind, kind_by_name, kind_of
from curveread.run.task import dropout_of, task_of, vocabulary_of


def run(*tags: str, **config: Any) -> Run:
    return Run("r", "r", {t: Curve(t, np.arange(3), np.ones(3)) for t in tags}, config=config)


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (run("loss", "eval/perplexity"), "eval/perplexity"),
        (run("lm loss"), "lm loss"),
        (run("loss", "num_tokens"), "num_tokens"),
        (run("loss", "mean_token_accuracy"), "mean_token_accuracy"),
        (run("val_bpb"), "val_bpb"),
        (run("loss", "mfu"), "mfu"),
        (run("loss", architectures=["LlamaForCausalLM"]), "LlamaForCausalLM"),
        (run("loss", model_config={"model_type": "llama", "vocab_size": 32000}), "vocabulary of 32,000"),
        (run("loss", **{"model/vocab_size": 50304}), "vocabulary of 50,304"),
        (run("loss", block_size=1024, n_head=12, n_embd=768, dataset="openwebtext"), "describes a GPT"),
        (run("loss", task_type="CAUSAL_LM"), "CAUSAL_LM"),
        (run("loss", stage="sft"), "stage is sft"),
        (with_facts(run("loss"), 100, None), "the user stated the size of the vocabulary"),
        (with_facts(run("loss", "accuracy"), None, 0.3), "the user stated the tokens per byte"),
    ],
)
def test_evidence_for_a_language_model(made: Run, word: str) -> None:
    assert word in task_of(made).language


@pytest.mark.parametrize(
    "made",
    [
        run("train_loss", "val_loss"),
        run("loss", "val_accuracy"),
        run("loss", "eval_f1", architectures=["BertForMaskedLM"], vocab_size=30522),
        run("loss", architectures=["BertForSequenceClassification"], vocab_size=30522),
        run("loss", model_type="bert", vocab_size=30522),
        run("loss", model_type="gpt2", vocab_size=50257, problem_type="single_label_classification"),
        run("loss", seq_len=96, n_heads=8, d_model=512),
        run("loss", model_type="wav2vec2", vocab_size=32, architectures=["Wav2Vec2ForCTC"]),
        run("loss", "rewards/chosen", "logps/chosen", vocab_size=32000, model_type="llama"),
        run("loss", stage="dpo", vocab_size=32000, model_type="llama"),
        run("train/loss", "rollout/ep_rew_mean", vocab_size=32000),
        run("loss", vocab_size=True),
    ],
)
def test_no_evidence_or_evidence_against(made: Run) -> None:
    assert task_of(made).language == ""


def test_figures_from_the_config() -> None:
    task = task_of(
        run(
            "loss",
            vocab_size=512,
            bytes_per_token=4.0,
            dataset_name="wikitext",
            dataset_config_name="wikitext-103-v1",
            label_smoothing_factor=0.1,
        )
    )
    assert (task.vocabulary, task.vocabulary_from, task.tokens_per_byte) == (512, "vocab_size", 0.25)
    assert task.data == "wikitext wikitext-103-v1"
    assert task.smoothing == 0.1
    assert vocabulary_of({"vocab_size": 512}, Stated(vocab_size=600)) == (600, "the user")
    assert vocabulary_of({"vocab_size": "512"}, Stated()) == (None, "")
    assert dropout_of({"a": {"resid_pdrop": 0.1, "lora_dropout": 0.05}, "dropout": 0}) == 0.1
    assert number_of({"x": float("nan"), "y": 3}, "x", "y") == 3.0


def test_a_config_that_holds_itself_is_no_trap() -> None:
    config: dict[str, Any] = {"vocab_size": 99}
    config["again"] = config
    assert vocabulary_of(config, Stated())[0] == 99


KINDS = {
    TaskKind.LANGUAGE_MODEL: "loss num_tokens grad_norm; train/loss val/loss mfu; lm_loss lm_loss_validation; train/loss val/bpb; loss nll_loss ppl wps",
    TaskKind.CLASSIFICATION: "loss accuracy val_loss val_accuracy; train_loss valid_loss error_rate; loss val_loss auc val_auc; training_loss training_accuracy_score; train_loss test_acc1 test_acc5",
    TaskKind.REGRESSION: "loss val_loss mae val_mae; train_loss valid_loss _rmse r2_score; loss abs_rel silog; loss train.bodypart_locref test.rmse",
    TaskKind.DETECTION: "train/box_loss train/cls_loss metrics/mAP50(B); loss loss_rpn_cls loss_bbox bbox_mAP; avg_loss mAP@0.50; total_loss iou_loss conf_loss cls_loss; loss hm_loss wh_loss off_loss",
    TaskKind.SEGMENTATION: "loss val_loss mean_io_u; train_loss val_dice; loss decode.acc_seg mIoU; train/seg_loss train/box_loss",
    TaskKind.POLICY_RL: "rollout/ep_rew_mean train/approx_kl train/loss; charts/episodic_return losses/policy_loss losses/clipfrac; eprewmean value_loss",
    TaskKind.VALUE_RL: "rollout/ep_rew_mean rollout/exploration_rate train/loss; charts/episodic_return losses/qf1_loss losses/actor_loss; AverageEpRet LossQ; score e loss; score epsilon",
    TaskKind.PLAY: "episode_reward frame; Train_AverageReturn Training_Loss",
    TaskKind.PREFERENCE: "loss rewards/chosen rewards/rejected logps/chosen; train/loss train/rewards/margins train/logps/rejected",
    TaskKind.REWARD_MODEL: "loss accuracy margin mean_reward",
    TaskKind.LANGUAGE_RL: "loss reward kl completions/mean_length; objective/kl objective/rlhf_reward loss/policy_avg; actor/pg_loss critic/rewards/mean response_length/mean",
    TaskKind.GAN: "Loss_D Loss_G; Loss/D/loss Loss/G/loss Metrics/fid50k_full; d_loss g_loss; D_A G_A cycle_A",
    TaskKind.VAE: "loss reconstruction_loss kl_loss; elbo kld_loss; loss Reconstruction_Loss KLD; train/nelbo val/nelbo",
    TaskKind.DIFFUSION: "loss mse vb loss_q0; Loss/loss Progress/kimg; train/loss train/loss_vlb",
    TaskKind.RETRIEVAL: "train_loss ndcg@10 mrr@10; loss info_nce; loss triplet_loss",
    TaskKind.SPEECH: "loss loss_ctc cer; train_loss valid_wer; loss mel_loss duration_loss",
    TaskKind.TIME_SERIES: "train_loss MASE sMAPE; val_loss quantile_loss",
    TaskKind.BOOSTING: "train-logloss test-logloss; valid_0's_binary_logloss; train-merror test-merror",
    TaskKind.DISTILLATION: "loss kd_loss; distill_loss student_loss teacher_acc",
    TaskKind.UNKNOWN: "loss val_loss lr; train_loss; foo bar; score loss; e loss; score e loss val_score",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "tags"), [(k, t.strip()) for k, rows in KINDS.items() for t in rows.split(";")])
def test_what_kind_of_training_it_is_and_why(kind: TaskKind, tags: str) -> None:
    found = task_of(run(*tags.split()))
    assert found.kind is kind
    assert bool(found.why) == (kind is not TaskKind.UNKNOWN)
    assert kind is TaskKind.UNKNOWN or any(t in found.why for t in tags.split())


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"task": "segment"}, TaskKind.SEGMENTATION),
        ({"stage": "dpo"}, TaskKind.PREFERENCE),
        ({"architectures": ["BertForSequenceClassification"]}, TaskKind.CLASSIFICATION),
        ({"model": {"architectures": ["Wav2Vec2ForCTC"]}}, TaskKind.SPEECH),
        ({"objective": "binary:logistic"}, TaskKind.BOOSTING),
        ({"task": "make coffee"}, TaskKind.UNKNOWN),
    ],
)
def test_the_config_says_it(config: dict[str, Any], kind: TaskKind) -> None:
    found = kind_of(["loss", "val_loss"], config)
    assert found.kind is kind


def test_the_perplexity_of_a_codebook_speaks_for_no_language_model() -> None:
    found = task_of(run("loss", "recon_error", "vq_loss", "perplexity"))
    assert (found.kind, found.language) == (TaskKind.VAE, "")


def test_kinds_have_names() -> None:
    assert kind_by_name("Language_Model") is TaskKind.LANGUAGE_MODEL
    assert kind_by_name("detect") is TaskKind.DETECTION
    assert kind_by_name("knitting") is None
    assert all(kind_by_name(k.value) is k for k in TaskKind)


def test_rewards_beside_a_held_out_loss_are_of_a_policy_learned_from_demonstrations() -> None:
    assert task_of(run("Train/Loss", "Valid/Loss", "Rollout/Return")).kind is TaskKind.UNKNOWN


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (run("Episode", "Epsilon", "Real_Score"), "Episode and Epsilon"),
        (replace(run("Loss", "ε", "Deliveries"), x_axis="episode"), "episode and ε"),
        (run("loss", "reward", algorithm="DQN"), "names DQN"),
        (replace(run("loss", "steps", algorithm="Q-Learning"), x_axis="episode"), "names Q-Learning"),
    ],
)
def test_episodes_with_random_actions_or_the_name_of_its_kind_are_a_learner_of_values(made: Run, why: str) -> None:
    task = task_of(made)
    assert task.kind is TaskKind.VALUE_RL
    assert why in task.why


@pytest.mark.parametrize(
    "made",
    [
        run("loss", "accuracy", algorithm="DQN"),
        run("loss", "eps"),
        replace(run("reward", "approx_kl", "eps"), x_axis="episode"),
    ],
)
def test_what_is_no_learner_of_values(made: Run) -> None:
    assert task_of(made).kind is not TaskKind.VALUE_RL
