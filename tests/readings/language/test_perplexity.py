"""A language model's loss in words and key figures; silence about every other loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Curve, Run
from curveread.run.selection import with_facts
from tests.support.curves import decay, run_of


def told(dx: Diagnosis, topic: str = "perplexity") -> str:
    return " ".join(s.text for s in dx.statements if s.topic == topic)


def lm(**config: object) -> Run:
    run = run_of(train_loss=decay(1000), eval_loss=np.array([3.0, 2.0, 1.72, 1.9]))
    return replace(run, config={"architectures": ["GPT2LMHeadModel"], **config})


def test_best_and_last_perplexity_stand_beside_the_losses() -> None:
    summary = diagnose(lm()).summary
    assert summary["best_eval_perplexity"].to_json() == {
        "value": pytest.approx(5.5845, abs=1e-3),
        "unit": "",
        "step": 749,
    }
    assert summary["last_eval_perplexity"].value == pytest.approx(np.exp(1.9))
    assert summary["last_eval_perplexity"].step == summary["last_eval_loss"].step
    assert "best_eval_bits_per_byte" not in summary
    assert "last_train_perplexity" not in summary


def test_in_words() -> None:
    text = told(diagnose(lm()))
    assert (
        "1.72 nats at step 749, is a perplexity of 5.58: as unsure as a choice among 5.58 equally likely tokens" in text
    )
    assert "(2.48 bits a token)" in text
    assert "At the end it was 6.69." in text


def test_bits_per_byte_where_the_tokens_per_byte_are_known() -> None:
    bits = 1.72 / np.log(2) * 0.25
    for run in (lm(tokens_per_byte=0.25), lm(bytes_per_token=4), with_facts(lm(), None, 0.25)):
        dx = diagnose(run)
        assert dx.summary["best_eval_bits_per_byte"].to_json() == {
            "value": pytest.approx(bits),
            "unit": "bits",
            "step": 749,
        }
        assert "0.62 bits per byte" in told(dx)


def test_the_training_loss_speaks_where_no_other_does() -> None:
    run = replace(run_of(train_loss=decay(1000)), config={"vocab_size": 512})
    dx = diagnose(run)
    assert dx.summary["last_train_perplexity"].value == pytest.approx(np.exp(run["train_loss"].value[-1]))
    assert told(dx).startswith("The last train_loss")


def test_no_evidence_no_perplexity() -> None:
    dx = diagnose(run_of(train_loss=decay(1000), eval_loss=decay(20)))
    assert told(dx) == ""
    assert not any("perplexity" in name or "byte" in name for name in dx.summary)


def test_losses_in_other_units() -> None:
    def summary(tag: str, value: float) -> dict[str, float]:
        curve = Curve(tag, np.arange(20), np.full(20, value))
        run = Run("r", "r", {tag: curve}, config={"architectures": ["GPT2LMHeadModel"]})
        return {k: v.value for k, v in diagnose(run).summary.items()}

    assert summary("val/loss_bits", 3.0)["best_eval_perplexity"] == pytest.approx(8.0)
    assert summary("val/bpb", 1.1)["best_eval_bits_per_byte"] == 1.1
    assert "best_eval_perplexity" not in summary("val/bpb", 1.1)
    assert "best_eval_perplexity" not in summary("val/mse", 1.1)
    assert "best_eval_perplexity" not in summary("val/loss", -1.0)


def test_a_perplexity_beside_the_loss_tells_its_base() -> None:
    at, loss = np.arange(20), np.linspace(8.0, 4.0, 20)
    curves = {"valid/nll_loss": loss, "valid/ppl": 2.0**loss}
    dx = diagnose(Run("r", "r", {t: Curve(t, at, v) for t, v in curves.items()}))
    assert dx.summary["best_eval_perplexity"].value == pytest.approx(16.0)
    assert "is a perplexity of 16:" in told(dx)
    curves = {"val/loss": loss, "val/ppl": np.exp(loss)}
    dx = diagnose(Run("r", "r", {t: Curve(t, at, v) for t, v in curves.items()}))
    assert dx.summary["best_eval_perplexity"].value == pytest.approx(np.exp(4.0))


def test_a_perplexity_without_a_loss() -> None:
    curve = Curve("val/ppl", np.arange(5), np.array([90.0, 30.0, 20.0, 16.0, 17.0]))
    dx = diagnose(Run("r", "r", {"val/ppl": curve}))
    assert (dx.summary["best_eval_perplexity"].value, dx.summary["last_eval_perplexity"].value) == (16.0, 17.0)
    assert "val/ppl of 16 at step 3 is a choice among 16 equally likely tokens: a loss of 2.773 nats" in told(dx)


def test_overflow_is_said_and_is_valid_json() -> None:
    curve = Curve("val/loss", np.arange(20), np.full(20, 800.0))
    dx = diagnose(Run("r", "r", {"val/loss": curve}, config={"vocab_size": 100}))
    assert "beyond 1,000,000: far worse than guessing" in told(dx)
    assert "best_eval_perplexity" not in dx.summary  # e^800 is no figure
    assert '"Infinity"' in dx.to_json()


def test_next_to_no_doubt_is_no_choice_among_tokens() -> None:
    curve = Curve("val/loss", np.arange(20), np.linspace(3.0, 0.13, 20))
    said = told(diagnose(Run("r", "r", {"val/loss": curve}, config={"vocab_size": 100})))
    assert "is a perplexity of 1.14 (0.188 bits a token)" in said
    assert "choice" not in said


def test_preference_losses_have_no_unit_and_no_perplexity() -> None:
    curves = {t: Curve(t, np.arange(50), decay(50)) for t in ("loss", "rewards/chosen", "rewards/rejected")}
    dx = diagnose(Run("r", "r", curves, config={"vocab_size": 32000, "model_type": "llama"}))
    assert dx.summary["last_train_loss"].unit == ""
    assert told(dx) == ""


def test_published_figures_only_where_the_data_set_is_known() -> None:
    text = told(diagnose(lm(dataset="openwebtext", vocab_size=50304)), "scale")
    assert "OpenWebText" in text
    assert "same test set" in text
    assert "tokenizer seems to be another one" in told(diagnose(lm(dataset="openwebtext", vocab_size=32000)), "scale")
    assert told(diagnose(lm(dataset="my-crawl")), "scale") == ""
    assert told(diagnose(lm()), "scale") == ""


def test_a_loss_that_comes_to_rest_at_guessing_is_named() -> None:
    rng = np.random.default_rng(0)
    x = np.arange(1200) / 1200
    value = np.where(x < 0.5, 2.3 - 3.0 * np.minimum(x, 0.25) * np.where(x < 0.25, 1, 2 - 4 * (x - 0.25)), np.log(10.0))
    dx = diagnose(run_of(train_loss=value * np.exp(0.01 * rng.standard_normal(1200))))
    assert "rests at 2.30" in told(dx)
    assert "guessing evenly among 10 answers" in told(dx)


def test_a_language_model_that_ends_at_ln_10_is_no_guesser() -> None:
    x = np.arange(2000) / 2000
    value = np.log(10.0) + 2.3 * np.exp(-12 * x)
    dx = diagnose(run_of(train_loss=value * np.exp(0.01 * np.random.default_rng(0).standard_normal(2000))))
    assert "guessing" not in told(dx)


def test_no_learning_names_the_vocabulary() -> None:
    value = np.log(50257.0) * np.exp(0.002 * np.random.default_rng(0).standard_normal(400))
    dx = diagnose(with_facts(run_of(train_loss=value), 50257, None))
    (finding,) = (f for f in dx.findings if f.rule == "no-learning")
    assert "guessing evenly among 50,257 tokens" in finding.message
    assert "guessing" not in told(dx)  # said once


def test_a_loss_that_passes_by_guessing_does_not_rest_there() -> None:
    falling = np.linspace(2.5, 2.3, 1500) + 0.01 * np.random.default_rng(0).standard_normal(1500)
    assert "rests" not in told(diagnose(run_of(train_loss=falling)))
