"""What a run trains: said with evidence, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from curveread.run.model import Curve, Run, Stated
from curveread.run.roles import Role, is_preference, unit_of
from curveread.run.selection import with_facts
from curveread.run.settings import number_of
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


def test_losses_of_preference_tuning_have_no_unit() -> None:
    kto = ["loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "kl", "logps/chosen"]
    grpo = ["loss", "rewards/format/mean", "reward", "completions/mean_length"]
    assert is_preference(kto)
    assert is_preference(grpo)
    assert not is_preference(["train/loss", "eval/loss", "learning_rate", "reward"])
    assert unit_of("loss", Role.TRAIN_LOSS, preference=True) == ""
    assert unit_of("loss", Role.TRAIN_LOSS) == "nats"
    assert unit_of("kl", Role.KL, preference=True) == "nats"
    assert unit_of("train/dpo_loss", Role.TRAIN_LOSS) == ""
