# ruff: noqa: E501 - a table reads better unwrapped
"""Roles by words alone: tag names as real logs hold them, and the rules that make them."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from curveread.errors import ReadError
from curveread.run.roles import LOSSES, Role, direction_of, is_eval, meaning_of, role_of, unit_of, words
from curveread.run.tags.grammar import parse
from curveread.run.tags.kinds import RL, TaskKind
from curveread.run.tags.lexicon import EVAL_WORDS, HEADS, TRAIN_WORDS, WEAK, Noun

TAGS = {
    Role.TRAIN_LOSS: "loss | train/loss | Loss/train | train_loss | train_loss_step | train_loss_epoch | train/nll | loss/nll_train | lm loss | "
    "lm loss vs samples | batch_loss | epoch_loss | Train/Loss | trainLoss | train/step_loss | training_loss | train.loss | cross_entropy | "
    "train/cross_entropy_1 | trl | train-logloss | training's binary_logloss | huber_loss | train/hinge",
    Role.EVAL_LOSS: "eval_loss | eval/loss | val_loss | val/loss | Loss/val | Loss/test | valid_loss | validation/nll | test/loss | "
    "lm loss validation | epoch_val_loss | Loss/Validation | dev_loss | eval_wiki_loss | test/cross_entropy_1 | tel | validate/loss | evals/loss | "
    "loss/validate | valid_0's multi_logloss | eval/c4_en-validation/CrossEntropyLoss | cv_loss",
    Role.COMPONENT_LOSS: "train/box_loss | mtp_1 loss | loss_bbox | loss_ctc | val/dfl_loss | generator_mel_loss | loss/g/mel",
    Role.POLICY_LOSS: "train/policy_gradient_loss | losses/policy_loss | actor_loss | LossPi | Loss / Policy loss | loss/policy_avg",
    Role.VALUE_LOSS: "train/value_loss | train/loss_critic | LossV | td_loss | qf1_loss | td_error | Loss / Q-network loss",
    Role.ADVERSARIAL_LOSS: "D/loss | G/loss | Loss_D | d_loss | discriminator_loss | errG | loss/g/total | GAN_loss",
    Role.AUXILIARY_LOSS: "moe/load_balancing_loss | train/entropy_loss | loss_kld | z_loss | train/ZLoss | ent_coef_loss | commitment_loss | kl_loss",
    Role.GRAD_NORM: "grad_norm | train/grad_norm | grad-norm | gradnorm | gradient_norm | grad_norm/total | gradients/norm | gnorm | grad_2.0_norm_total",
    Role.LAYER_GRAD_NORM: "grad_norm/layer0 | grad_2.0_norm/blocks.3.attn.weight",
    Role.LEARNING_RATE: "lr | learning_rate | train/learning_rate | Learning Rate | LR | learning-rate | lr-AdamW | train/lr | lr0 | x/lr0 | lr/pg0 | "
    "optim0_lr0 | learning.rate | lr-DecoupledSGDW/group0",
    Role.TRAIN_ACCURACY: "accuracy | train_acc | Accuracy/train | acc | train/accuracy | rewards/accuracies | mean_token_accuracy",
    Role.EVAL_ACCURACY: "val_acc | eval_accuracy | Accuracy/test | val/accuracy | eval_top1 | test_acc5 | validacc",
    Role.QUALITY_METRIC: "eval/bleu | eval_f1 | dice | metrics/mAP50(B) | metrics/mAP_0.5:0.95(B) | mIoU | val/fid | eval/wer | cer_ctc | test-ndcg@10 | rewards/margins | "
    "error_rate | train-merror | valid_1's auc | rollout/success_rate | mean_io_u | val/f1_macro | pr50k3_full_precision | dice_coefficient | "
    "val_jaccard_coefficient_t | iou_coef | matthews_correlation_coefficient | pearson_coef | mean_dice_coefficient | silhouette_coefficient",
    Role.ERROR_METRIC: "mse | mae | val_rmse | mean_absolute_error",
    Role.EVAL_PERPLEXITY: "validation/ppl | eval_perplexity | val/ppl | lm loss validation ppl",
    Role.TRAIN_PERPLEXITY: "ppl | train/perplexity",
    Role.REWARD: "reward | rollout/ep_rew_mean | charts/episodic_return | episode_reward | eval/mean_reward | eprewmean | EpRet | AverageEpRet | "
    "Reward / Total reward (mean) | rewards/iter | rewards/format_reward/mean",
    Role.IMPLICIT_REWARD: "rewards/chosen | eval_rewards/rejected",
    Role.KL: "kl | train/kl | losses/approx_kl | approxkl | objective/kl",
    Role.ENTROPY: "entropy | losses/entropy | loss/policy_entropy",
    Role.THROUGHPUT: "throughput | tps | train_samples_per_second | eval_steps_per_second | time/fps | mfu | global_step/sec | train_speed(iter/s)",
    Role.EPOCH: "epoch | train/epoch | num_epoch | time/epoch",
    Role.STEP_AXIS: "training_iteration | timesteps_total | env_step | frame | TotalEnvInteracts | num_samples | time/total_timesteps | n_updates | EpisodesSoFar | Progress/kimg",
    Role.TOKENS: "num_tokens | total_tokens | num_input_tokens_seen",
    Role.TIME: "eval_runtime | step_time | Timing/sec_per_tick | time/ppo/forward_pass | TimeSinceStart | data_time | timers/total_time",
    Role.MEMORY: "memory(GiB) | memory/max_active (GiB) | peak_gpu_mem_gb | mem-reserved-bytes",
    Role.SYSTEM: "system/gpu.0.temp | system/cpu | system/memory",
    Role.HYPER_PARAMETER: "loss_scale | loss-scale | batch-size | seed | train/clip_range | lr_schedule_steps | ent_coef | "
    "entropy_coefficient | dice_loss_coefficient | similarity_coef",
    Role.DIAGNOSTIC: "reward_std | clip_ratio/low_mean | completions/mean_length | rollout/ep_len_mean | train/explained_variance | logps/chosen | "
    "num_eos_tokens | episode_reward_max | params-norm | loss/clipfrac | conv2/sparsity",
    Role.OTHER: "foo | Train | D(x) | xyzzy_17 | custom/thing | environment",
}


@pytest.mark.parametrize("role", TAGS)
def test_role(role: Role) -> None:
    wrong = {tag: str(found) for tag in TAGS[role].split(" | ") if (found := role_of(tag.strip())) is not role}
    assert wrong == {}


def test_splits() -> None:
    assert words("train/lossEpoch_1") == ("train", "loss", "epoch", "1")
    assert all(
        is_eval(t) for t in ("val/loss", "eval_loss", "validate/loss", "evals/loss", "Loss/Test", "train/val_loss")
    )
    assert not any(is_eval(t) for t in ("train/loss", "evaluator_lr_value", "loss", "value_loss"))


WITHOUT_A_WAY = (
    Noun.LEARNING_RATE, Noun.GRAD_NORM, Noun.KL, Noun.ENTROPY, Noun.EPOCH, Noun.SETTING, Noun.MEMORY,
)  # fmt: skip
ALONE = [h for h in HEADS.values() if not set(h.words) & (EVAL_WORDS | TRAIN_WORDS)]


def test_every_head_has_its_way_and_does_not_depend_on_the_split() -> None:
    for head in ALONE:
        tag = "_".join(head.words)
        meaning = meaning_of(f"val/{tag}")
        assert meaning.role is not Role.OTHER, tag
        if head.kind in (Noun.ACCURACY, Noun.QUALITY, Noun.ERROR):
            ways = {meaning.direction, head.better, meaning_of(f"train_{tag}").direction}
            assert len(ways) == 1, f"{tag}: a metric without a way cannot be ranked"
        if head.kind in WITHOUT_A_WAY:
            assert meaning.direction == "", tag


def test_some_hundred_and_fifty_metrics_have_a_way() -> None:
    metrics = [h for h in HEADS.values() if h.kind in (Noun.ACCURACY, Noun.QUALITY, Noun.ERROR)]
    assert len(metrics) > 150
    assert {h.better for h in metrics} == {"higher", "lower"}


@pytest.mark.parametrize("tag", ["neg_mse", "neg_mean_squared_error"])
def test_a_negative_error_is_better_when_higher(tag: str) -> None:
    assert direction_of(tag, role_of(tag)) == "higher"


@pytest.mark.parametrize(
    ("tag", "way"),
    [
        ("val/accuracy", "higher"),
        ("val/error", "lower"),
        ("mean_rank", "lower"),
        ("chamfer_distance", "lower"),
        ("spearman", "higher"),
    ],
)
def test_error_rank_and_distance_turn_the_way(tag: str, way: str) -> None:
    assert direction_of(tag, role_of(tag)) == way


def test_the_last_noun_names_the_thing() -> None:
    assert role_of("loss/policy_entropy") is Role.ENTROPY
    assert role_of("policy_entropy_loss") is Role.AUXILIARY_LOSS
    assert role_of("lm loss validation ppl") is Role.EVAL_PERPLEXITY
    assert role_of("loss_time") is Role.TIME
    assert role_of("kl_coef") is Role.HYPER_PARAMETER
    assert parse("a/b/val_box_loss").head == HEADS["loss",]


@pytest.mark.parametrize("statistic", ["std", "min", "max", "frac"])
def test_statistics_of_spread_are_diagnostics(statistic: str) -> None:
    for tag in (f"loss_{statistic}", f"reward/{statistic}", f"reward_{statistic}"):
        assert role_of(tag) is Role.DIAGNOSTIC


@pytest.mark.parametrize(
    "tag", ["loss", "train/loss", "eval_loss", "total_loss", "loss_foo", "Losses/HuberLoss", "value_loss"]
)
def test_losses_of_reinforcement_learning_are_never_supervised_ones(tag: str) -> None:
    assert [kind for kind in RL if meaning_of(tag, kind).role in LOSSES] == []


@pytest.mark.parametrize(
    ("tag", "unit"),
    [
        ("loss", ""), ("val_loss", ""), ("mse_loss", ""), ("td_loss", ""), ("giou_loss", ""), ("hinge_loss", ""), ("policy_loss", ""), ("dpo_loss", ""),
        ("dice_loss", ""), ("train/nll", "nats"), ("test-mlogloss", "nats"), ("CrossEntropyLoss", "nats"), ("eval_bpc", "bits"), ("bits_per_byte", "bits"),
        ("val/bpb", "bits"), ("tokens_per_second", "tokens/s"), ("it/s", "steps/s"), ("fps", "frames/s"), ("step_time (ms)", "ms"), ("eval_runtime", "s"),
        ("memory/max_active (GiB)", "GiB"), ("num_tokens", "tokens"), ("logps/chosen", "nats"), ("kl", "nats"),
    ],
)  # fmt: skip
def test_units_only_on_evidence(tag: str, unit: str) -> None:
    assert unit_of(tag, role_of(tag)) == unit


def test_what_is_not_known_stays_unknown() -> None:
    for tag in ("", "<script>alert(1)</script>", "\x00\x1b[31m", "σ" * 5000, "qwertz/uiop", "train/zork"):
        meaning = meaning_of(tag)
        assert (meaning.role, meaning.direction, meaning.unit, meaning.confidence) == (Role.OTHER, "", "", 0.0)


def test_the_reason_names_the_words() -> None:
    assert meaning_of("val/loss").why == "‘loss’ names an eval loss, of the evaluation split"
    assert meaning_of("grad_norm").why == "‘grad norm’ names a grad norm"


def test_dimensions_are_no_discriminators() -> None:
    assert role_of("loss_3d") is Role.TRAIN_LOSS
    assert role_of("val/kpt_2d_loss") is Role.COMPONENT_LOSS
    assert meaning_of("loss_v", TaskKind.DETECTION).role is Role.TRAIN_LOSS


def test_weak_nouns_are_heads_only_alone() -> None:
    assert WEAK & {"ctc", "value", "rank"}
    assert role_of("wer_ctc") is Role.QUALITY_METRIC
    assert role_of("ctc") is Role.TRAIN_LOSS


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
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_no_tag_of_the_corpus_is_missing_from_the_table(corpus_public: Path, corpus_trained: Path, every: int) -> None:
    from curveread.discovery.tree import claimed_by

    known = {t for t, *_ in _table()}
    found = set()
    for path in sorted((*corpus_public.rglob("*"), *corpus_trained.rglob("*")))[::every]:
        reader = claimed_by(path) if path.is_file() else None
        if reader is not None:
            with contextlib.suppress(ReadError):
                found |= {t for part in reader.read(path) for c in (part.curves, *part.segments) for t in c}
    unknown = {n for n in (re.sub(r"\d+", "0", t) for t in found) if n not in known}
    assert not unknown, "give each a role, a direction and a unit in tags.tsv, and look at what the table says"


@pytest.mark.parametrize(
    ("tag", "role"),
    [
        ("update_s", "time"), ("bbox/AP_s", "quality-metric"),
        ("acc_step", "step-axis"), ("train_acc_step", "train-accuracy"),
        ("sem_seg/mIoU", "quality-metric"), ("eval/mIoU_sem", "diagnostic"),
        ("loss_threshold_maps", "train-loss"), ("loss_scale", "hyper-parameter"),
        ("IoU.wall", "quality-metric"), ("wall", "time"),
        ("Acc.clock", "train-accuracy"), ("accuracy/time", "train-accuracy"),
        ("valid_per_image_iou", "quality-metric"), ("loss_per_token", "train-loss"),
        ("BAD_EPOCHS", "diagnostic"), ("total_epochs", "epoch"),
        ("train_diff_loss", "train-loss"), ("loss_diff", "diagnostic"),
        ("timing_s/update_actor", "time"), ("time/total_timesteps", "step-axis"),
        ("cpu_util_percent", "system"), ("codebook_util", "diagnostic"),
        ("n_correct", "diagnostic"), ("correct", "train-accuracy"),
        ("t_mel_loss", "component-loss"), ("zork_threshold_qwertz", "other"),
        ("train_loss_CV1", "train-loss"), ("cv_loss", "eval-loss"),
        ("evaluated with loss", "eval-loss"), ("trained with loss", "train-loss"), ("tested_accuracy", "eval-accuracy"),
        ("loss/avg_final_rewards", "reward"), ("loss/final_rewards", "train-loss"),
        ("loss_length", "train-loss"), ("loss_scale_length", "train-loss"),
        ("Time/train_epoch/Mean", "time"), ("time/epoch", "epoch"),
        ("gen_update/perceptual", "other"), ("train_update/mean", "diagnostic"),
        ("train_tr_loss", "train-loss"), ("tr_cer", "quality-metric"),
        ("loss_sparsity", "auxiliary-loss"), ("sparsity", "diagnostic"),
        ("val/rmsd_lt2", "quality-metric"), ("val/rmsd", "error-metric"),
        ("log_pplx", "train-loss"), ("pplx", "train-perplexity"),
        ("codebook_0_loss", "component-loss"), ("codebook_loss", "auxiliary-loss"),
        ("val_wape_norm", "quality-metric"), ("val/weight_norm", "diagnostic"),
        ("objective/kl_token_mean", "kl"), ("objective/token_count", "tokens"),
        ("train/exact_match_ratio", "train-accuracy"), ("train/clip_ratio", "diagnostic"),
        ("train/episode_count", "step-axis"), ("reward/score_share", "diagnostic"),
        ("train/loss_weight_contrastive", "hyper-parameter"), ("loss_contrastive", "component-loss"),
        ("train/gradnorm_loss", "train-loss"), ("train/loss_gradnorm", "grad-norm"),
        ("train/loss_betas", "train-loss"), ("train/beta", "hyper-parameter"),
        ("loss_size", "train-loss"), ("size", "hyper-parameter"),
        ("cql_min_qf1_loss", "value-loss"), ("train/min_loss", "diagnostic"),
        ("grads/grad_norm2_weights", "layer-grad-norm"), ("weights/norm", "diagnostic"),
        ("Current_norm_ED", "quality-metric"), ("train/embed_norm", "diagnostic"),
        ("losses/alpha", "other"), ("losses/alpha_loss", "auxiliary-loss"),
        ("train/collected_frames", "step-axis"), ("train/alpha", "hyper-parameter"),
        ("loss/age_classification", "component-loss"), ("loss/age", "diagnostic"),
        ("Loss/PSNR (train)", "quality-metric"), ("loss/dice", "component-loss"),
        ("loss_rgb_psnr", "quality-metric"), ("loss_rgb_lpips", "component-loss"),
        ("Loss/train_batch", "train-loss"), ("Loss/batch", "train-loss"),
        ("train/recon_loss_low", "component-loss"), ("clip_ratio/low", "diagnostic"),
        ("train/num_det_loss", "train-loss"), ("train/loss_num", "diagnostic"),
        ("val_r2_speed", "quality-metric"), ("train/speed", "throughput"),
        ("train/data_s", "time"), ("train/inv_s", "other"),
        ("Metrics/Val_Physics", "other"), ("Metrics/Val_F1", "quality-metric"),
        ("val_fss_step", "other"), ("val_f1_step", "quality-metric"),
        ("loss_vfl_aux_0", "component-loss"), ("loss_aux", "auxiliary-loss"),
        ("F1/age/old", "quality-metric"), ("hp_metric", "quality-metric"),
        ("eval_PER_f1", "quality-metric"), ("val/loss_per_f1", "eval-loss"),
        ("train/tokps", "throughput"), ("system/val_time_sec", "time"),
        ("loss/g/lf0", "component-loss"), ("loss/g/total", "adversarial-loss"),
    ],
)  # fmt: skip
def test_the_noun_that_names_the_thing_and_its_opposite(tag: str, role: str) -> None:
    assert str(role_of(tag)) == role


def test_a_sum_of_the_losses_of_an_agent_has_no_better_way() -> None:
    found = meaning_of("losses/total_loss", TaskKind.POLICY_RL)
    assert (found.role, found.direction) == (Role.COMPONENT_LOSS, "")
    assert meaning_of("losses/action_loss", TaskKind.POLICY_RL).role is Role.POLICY_LOSS
    assert meaning_of("losses/box_loss").direction == "lower"


def test_the_share_of_errors_within_a_bound_is_better_when_higher() -> None:
    assert direction_of("val/rmsd_lt2", Role.QUALITY_METRIC) == "higher"
    assert direction_of("val/rmsd_2", Role.ERROR_METRIC) == "lower"
    assert direction_of("eval/mean-mae_score", role_of("eval/mean-mae_score")) == "lower"


def test_a_short_split_beside_one_in_full_says_something_else() -> None:
    assert parse("val_tr_loss").core == ("tr", "loss")
    assert parse("tr_loss").core == ("loss",)
    assert not is_eval("train_te_loss")
    assert is_eval("te_loss")


def test_what_a_word_means_depends_on_the_training() -> None:
    assert meaning_of("R1", TaskKind.GAN).role is Role.AUXILIARY_LOSS, "a penalty on gradients"
    assert meaning_of("G/latent_adv", TaskKind.GAN).role is Role.ADVERSARIAL_LOSS
    assert meaning_of("adv", TaskKind.POLICY_RL).role is Role.DIAGNOSTIC, "the advantage"
    assert meaning_of("eval/speed_mean", TaskKind.POLICY_RL).role is Role.DIAGNOSTIC, "of what moves"
    assert meaning_of("train/cost_q", TaskKind.VALUE_RL).role is Role.DIAGNOSTIC, (
        "what a constraint is expected to cost"
    )
    assert meaning_of("R1", TaskKind.RETRIEVAL).role is Role.QUALITY_METRIC, "the recall at 1"
    assert meaning_of("Path Length", TaskKind.GAN).role is Role.DIAGNOSTIC
    assert meaning_of("val/bert_score", TaskKind.POLICY_RL).role is Role.QUALITY_METRIC
    assert meaning_of("val/score", TaskKind.POLICY_RL).role is Role.REWARD
    assert meaning_of("val/perplexity", TaskKind.POLICY_RL).role is Role.EVAL_PERPLEXITY
    assert meaning_of("policy/perplexity", TaskKind.POLICY_RL).role is Role.DIAGNOSTIC, "of the actions"
