"""What the other curves of a run and its numbers say: totals and parts, twins, counters, units."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.run.model import Attempt, Curve, Run
from curveread.run.roles import Role
from curveread.run.tags.context import meanings, understood
from curveread.run.tags.kinds import TaskKind

FALLING = 2.0 * np.exp(-np.arange(60) / 20.0) + 0.5
RISING = 1.0 - np.exp(-np.arange(60) / 20.0)


def run(*tags: str, **values: np.ndarray) -> Run:
    curves = {t: Curve(t, np.arange(60), FALLING) for t in tags}
    return Run("r", "r", curves | {t: Curve(t, np.arange(v.size), v) for t, v in values.items()})


def roles(*tags: str, **values: np.ndarray) -> dict[str, str]:
    return {c.tag: str(c.role) for c in understood(run(*tags, **values)).curves.values()}


def test_a_bare_loss_is_the_headline_and_qualified_ones_are_its_parts() -> None:
    assert roles("train/loss", "train/loss_cls", "val/total_loss", "val/loss_cls") == {
        "train/loss": "train-loss", "train/loss_cls": "component-loss",
        "val/total_loss": "eval-loss", "val/loss_cls": "component-loss",
    }  # fmt: skip
    assert roles("loss", "nll_loss")["nll_loss"] == "component-loss"
    assert roles("nll_loss")["nll_loss"] == "train-loss"


def test_parts_without_a_total_are_each_judged_and_auxiliary_terms_are_not() -> None:
    found = roles("train/box_loss", "train/cls_loss", "val/box_loss", "val/cls_loss", "train/aux_loss")
    assert list(found.values()) == ["train-loss", "train-loss", "eval-loss", "eval-loss", "auxiliary-loss"]


def test_parts_beside_adversaries_are_not_judged() -> None:
    assert roles("loss_G", "loss_D", "loss_mel")["loss_mel"] == "component-loss"


def test_errors_are_judged_only_where_no_loss_is_logged() -> None:
    assert roles("train-rmse", "test-rmse") == {"train-rmse": "train-loss", "test-rmse": "eval-loss"}
    assert roles("loss", "val_loss", "mae", "val_mae")["val_mae"] == "error-metric"
    assert roles("metrics/rmse", "metrics/mIoU")["metrics/rmse"] == "quality-metric", "it is said to be a metric"


def test_a_loss_among_metrics_is_one_of_the_evaluation() -> None:
    found = roles("loss", "metrics-translate_ende/loss", "metrics-translate_ende/accuracy")
    assert (found["loss"], found["metrics-translate_ende/loss"]) == ("train-loss", "eval-loss")
    assert roles("metrics/loss")["metrics/loss"] == "train-loss"


def test_two_curves_of_unknown_name_that_fall_are_losses_at_lower_confidence() -> None:
    made = understood(run("train/zork", "val/zork", "val/qwertz"))
    assert (made["train/zork"].role, made["val/zork"].role) == (Role.TRAIN_LOSS, Role.EVAL_LOSS)
    assert made["val/zork"].known.confidence == 0.5
    assert "both fall" in made["val/zork"].known.why
    assert made["val/qwertz"].role is Role.OTHER, "it has no twin"
    rising = Run("r", "r", {t: Curve(t, np.arange(60), RISING) for t in ("train/zork", "val/zork")})
    assert {c.role for c in understood(rising).curves.values()} == {Role.OTHER}
    assert roles("train/zork", "val/zork", "loss")["val/zork"] == "other", "a loss is known"


def test_an_accuracy_without_a_split() -> None:
    assert roles("train_loss", "valid_loss", "accuracy")["accuracy"] == "eval-accuracy"
    assert roles("loss", "val_loss", "accuracy")["accuracy"] == "train-accuracy"
    assert roles("loss", "acc", "val_acc")["acc"] == "train-accuracy"
    assert roles("train_loss", "accuracy")["accuracy"] == "quality-metric"


def test_counters_count() -> None:
    lengths = np.array([10.0, 50.0, 20.0, 80.0, 30.0] * 4)
    assert roles(num_steps=np.arange(20.0), loss=FALLING)["num_steps"] == "step-axis"
    assert roles(num_steps=lengths, loss=FALLING)["num_steps"] == "diagnostic"


def test_the_first_set_of_two_is_the_training_data() -> None:
    assert roles("validation_0-logloss", "validation_1-logloss")["validation_0-logloss"] == "train-loss"
    assert roles("validation_0-logloss")["validation_0-logloss"] == "eval-loss"
    assert roles("validation_0-rmse", "validation_1-rmse")["validation_0-rmse"] == "train-loss"


def test_shares_beyond_one_are_percent() -> None:
    made = understood(run(val_acc=100.0 * RISING, train_acc=RISING, val_psnr=30.0 * RISING))
    assert [made[t].unit for t in ("val_acc", "train_acc", "val_psnr")] == ["%", "", ""]


@pytest.mark.parametrize(
    ("tags", "unit"),
    [
        (("loss", "perplexity"), "nats"),
        (("loss", "nll_loss", "ppl", "wps", "ups", "wpb"), "bits"),
        (("loss", "accuracy"), ""),
        (("loss", "rewards/chosen", "logps/chosen"), ""),
        (("train/loss", "train/num_tokens"), "nats"),
    ],
)
def test_a_plain_loss_has_a_unit_only_where_the_run_says_what_it_is(tags: tuple[str, ...], unit: str) -> None:
    assert understood(run(*tags))[tags[0]].unit == unit


def test_a_loss_beside_episodes_is_not_judged() -> None:
    tags = ("train/loss", "rollout/ep_rew_mean", "train/approx_kl", "train/value_loss")
    made = understood(run(*tags))
    assert made["train/loss"].role is Role.POLICY_LOSS
    value = np.concatenate([FALLING, 5.0 + np.arange(200.0)])
    dx = diagnose(Run("r", "r", {t: Curve(t, np.arange(260), value) for t in tags}))
    assert not [f for f in dx.findings if f.tag in ("train/loss", "train/value_loss")]


def test_what_was_given_stays() -> None:
    curves = {
        "foo": Curve("foo", np.arange(60), FALLING, role=Role.EVAL_LOSS),
        "loss": Curve("loss", np.arange(60), FALLING),
    }
    made = understood(Run("r", "r", curves, attempts=(Attempt(0, 59, curves, {"loss": curves["loss"]}),)))
    assert made["foo"].role is Role.EVAL_LOSS
    assert made.attempts[0].curves["foo"].role is Role.EVAL_LOSS
    assert understood(made) is made
    assert made.attempts[0].superseded["loss"].meaning == made["loss"].meaning


def test_each_part_is_judged_with_its_own_evaluation() -> None:
    rng = np.random.default_rng(3)
    t = np.linspace(0.0, 1.0, 200)
    noise = {n: 0.005 * rng.standard_normal(200) for n in "abcd"}
    turned = np.where(t < 0.4, 1.5 * np.exp(-6.0 * t) + 0.5, 0.64 + 2.0 * (t - 0.4))
    made = {
        "train/box_loss": np.exp(-4.0 * t) + 0.3 + noise["a"],
        "train/cls_loss": np.exp(-4.0 * t) + 0.2 + noise["b"],
        "val/box_loss": np.exp(-4.0 * t) + 0.4 + noise["c"],
        "val/cls_loss": turned + noise["d"],
    }
    dx = diagnose(Run("r", "r", {tag: Curve(tag, np.arange(200), v) for tag, v in made.items()}))
    assert [(f.rule, f.tag) for f in dx.findings if f.severity.value != "info"] == [("overfitting", "val/cls_loss")]


def test_nothing_to_judge_is_undetermined_never_ok() -> None:
    assert diagnose(run("foo", "learning_rate")).verdict.health == "undetermined"
    assert diagnose(run("loss")).verdict.health in ("ok", "info", "warning")
    assert diagnose(run(val_acc=RISING)).verdict.health != "undetermined"
    assert meanings({}, TaskKind.UNKNOWN) == {}


def test_what_is_named_as_a_term_of_a_loss_is_one_only_where_the_run_says_so() -> None:
    sides = roles("D_A", "G_A", "cycle_A", "idt_A", "D(x)")
    assert (sides["D_A"], sides["G_A"], sides["cycle_A"]) == ("adversarial-loss", "adversarial-loss", "component-loss")
    assert sides["D(x)"] == "other", "what a discriminator says is no loss"
    assert roles("train_loss", "train_cls")["train_cls"] == "component-loss"
    assert roles("train_acc", "train_cls")["train_cls"] == "other", "there is no loss that it could be a term of"
    agent = roles("episode_reward", "train/critic", "train/actor", "epsilon")
    assert (agent["train/critic"], agent["train/actor"]) == ("value-loss", "policy-loss")


def test_components_of_a_pipeline_are_not_judged_each() -> None:
    assert set(roles("LOSS TOK2VEC", "LOSS NER").values()) == {"component-loss"}
    assert roles("loss_ner", "loss_intent")["loss_ner"] == "train-loss", "one of them alone is a loss of a task"


def test_a_numbered_loss_beside_one_without_a_number_is_a_term_of_it() -> None:
    assert roles("loss", "loss_0", "loss_1")["loss_1"] == "component-loss"
    assert roles("loss_0", "loss_1") == {"loss_0": "train-loss", "loss_1": "train-loss"}
    assert roles("combined/loss", "label/loss") == {"combined/loss": "train-loss", "label/loss": "component-loss"}


def test_a_likelihood_is_the_total_of_what_is_named_after_it() -> None:
    found = roles("train_bpd", "train_bpd_recon", "train_bpd_latent")
    assert list(found.values()) == ["train-loss", "component-loss", "component-loss"]
    assert roles("train_bpd_recon", "train_bpd_latent")["train_bpd_recon"] == "train-loss", "each is judged"


def test_a_cross_entropy_beside_a_sum_is_a_part_of_it_and_beside_a_bare_loss_the_loss_again() -> None:
    assert roles("total_loss", "vqa/logit_bce")["vqa/logit_bce"] == "component-loss"
    assert roles("loss", "cross_entropy")["cross_entropy"] == "quality-metric"


def test_a_joint_loss_is_a_total_but_beside_a_sum() -> None:
    assert roles("loss_joint", "loss_cls")["loss_joint"] == "train-loss"
    assert roles("loss_total", "loss_joint", "loss_cls")["loss_joint"] == "component-loss"


def test_t_and_v_side_by_side_are_splits_and_v_alone_is_a_value() -> None:
    assert roles("loss_t", "loss_v") == {"loss_t": "train-loss", "loss_v": "eval-loss"}
    assert roles("episode_reward", "loss_pi", "loss_v")["loss_v"] == "value-loss"


def test_a_total_needs_no_word_for_loss_beside_losses() -> None:
    found = roles("training/total", "training/nll_pos", "val/loss/total", "val/loss/nll_pos")
    assert list(found.values()) == ["train-loss", "component-loss", "eval-loss", "component-loss"]
    assert roles("training/total")["training/total"] == "other"


def test_the_sum_of_a_kind_of_loss_is_the_headline() -> None:
    found = roles("train_total_mse_loss", "train_y_mse_loss", "train_tr_loss")
    assert list(found.values()) == ["train-loss", "component-loss", "component-loss"]


def test_a_term_that_is_not_called_a_loss_is_no_total_beside_one_that_is() -> None:
    found = roles("train/elbo_loss", "train/recon", "train/kl", "val/elbo_loss")
    assert list(found.values()) == ["train-loss", "component-loss", "kl", "eval-loss"]


def test_an_epoch_that_goes_up_and_down_is_a_time() -> None:
    rng = np.random.default_rng(1)
    assert roles(**{"time/epoch": 30.0 + rng.normal(size=60)}) == {"time/epoch": "time"}
    assert roles(**{"time/epoch": np.arange(60.0)}) == {"time/epoch": "epoch"}


def test_bare_splits_beside_a_loss_are_accuracies_where_they_rise_as_it_falls() -> None:
    loss, rising = np.linspace(1.6, 0.1, 40), np.linspace(0.2, 0.9, 40)
    for values, role in ((rising, Role.EVAL_ACCURACY), (1.0 - rising, Role.OTHER), (3.0 * rising, Role.OTHER)):
        curves = {t: Curve(t, np.arange(40), v) for t, v in (("Loss", loss), ("Train", values), ("Val", values))}
        assert understood(Run("made", "made", curves)).curves["Val"].role is role


def test_catboost_says_by_its_best_whether_lower_or_higher_is_better() -> None:
    at = np.arange(40)
    for sign, best, role in ((1.0, np.minimum, Role.EVAL_LOSS), (-1.0, np.maximum, Role.QUALITY_METRIC)):
        test = 0.5 + sign * (0.4 * np.exp(-at / 5.0) + 0.003 * at)
        values = {"learn": 0.5 + sign * 0.4 * np.exp(-at / 5.0), "test": test, "best": best.accumulate(test)}
        curves = {t: Curve(t, at, v) for t, v in values.items()}
        assert understood(Run("made", "made", curves)).curves["test"].role is role


def test_a_reconstruction_beside_a_divergence_is_the_loss_of_an_autoencoder() -> None:
    assert roles("Recon", "KL") == {"Recon": "train-loss", "KL": "kl"}
    assert roles("loss", "Recon", "KL")["Recon"] == "component-loss"
    assert roles("val/rec", "KLD")["val/rec"] == "eval-loss"
    assert roles("Recon", "latency")["Recon"] == "other"
    judged = diagnose(run("Recon", "KL"))
    assert judged.run.task is not None
    assert judged.run.task.kind is TaskKind.VAE
    assert judged.verdict.health != "undetermined"


def test_data_beside_time_is_the_time_of_loading() -> None:
    assert roles("time", "data", "G_GAN", "D_real")["data"] == "time"
    assert roles("data", "G_GAN", "D_real")["data"] != "time"


@pytest.mark.parametrize("tag", ["hit_ratio@10", "hit_rate@5", "HR@10", "NDCG@10", "MRR", "Hits@3"])
def test_shares_and_ranks_of_hits_are_qualities(tag: str) -> None:
    assert roles("loss", tag)[tag] == "quality-metric"


def test_losses_in_folders_named_after_terms_are_parts_of_the_one_in_none() -> None:
    found = roles("loss/train", "mel/loss/train", "stft/loss/train", "loss/val", "mel/loss/val")
    assert found == {
        "loss/train": "train-loss", "mel/loss/train": "component-loss", "stft/loss/train": "component-loss",
        "loss/val": "eval-loss", "mel/loss/val": "component-loss",
    }  # fmt: skip
    assert roles("eval/loss", "eval/c4_en/loss")["eval/c4_en/loss"] == "eval-loss", "a data set is no term"
    assert roles("test/loss", "fulltest/loss")["test/loss"] == "eval-loss", "nor is a split"


def test_what_begins_with_the_sides_of_a_game_is_adversarial_though_the_rest_is_not_known() -> None:
    found = roles("train/adv_mpd", "train/d_mpd", "train/loss_mel")
    assert list(found.values()) == ["adversarial-loss", "adversarial-loss", "component-loss"]
    assert roles("train/adv_mpd", "train/loss_mel")["train/adv_mpd"] == "other"


def test_a_term_of_a_generator_that_is_not_known_is_no_loss_of_the_game() -> None:
    found = roles("D/latent_real", "D/latent_fake", "G/latent_adv", "G/latent_cyc")
    assert (found["D/latent_fake"], found["G/latent_cyc"]) == ("adversarial-loss", "component-loss")


def test_a_smooth_loss_beside_a_sum_is_a_term_and_else_a_running_mean() -> None:
    assert roles("train/total_loss", "train/smooth_loss")["train/smooth_loss"] == "component-loss"
    assert roles("train/smooth_loss")["train/smooth_loss"] == "train-loss"


def test_a_letter_beside_losses_is_no_term() -> None:
    assert roles("loss", "log_z")["log_z"] == "other"


def test_a_critic_beside_its_loss_is_what_it_says() -> None:
    agent = ("train_return", "train/actor_loss")
    assert roles(*agent, "train/critic_loss", "train/critic_slow")["train/critic_slow"] == "other"
    assert roles(*agent, "train/critic")["train/critic"] == "value-loss"


def test_cross_entropies_of_parts_are_terms() -> None:
    found = roles("train_loss/batch_CE", "train_loss/X_CE", "train_loss/E_CE")
    assert list(found.values()) == ["train-loss", "component-loss", "component-loss"]
    assert roles("train_loss", "train_cls", "train_reg", "train_seg_ce") == {
        "train_loss": "train-loss", "train_cls": "component-loss",
        "train_reg": "component-loss", "train_seg_ce": "component-loss",
    }  # fmt: skip
