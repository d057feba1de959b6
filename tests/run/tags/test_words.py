"""Tags are taken apart by case, digits, punctuation and the lexicon; how they are written makes no difference."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.run.tags.lexicon import HEADS, VOCABULARY
from curveread.run.tags.words import lemma, segments, slug, words

LETTERS = sorted(w for w in VOCABULARY if w.isalpha() and len(w) > 3)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("logloss", "logloss"),
        ("EpRet", "ep ret"),
        ("eprewmean", "ep rew mean"),
        ("gnorm", "gnorm"),
        ("acc5", "acc 5"),
        ("metrics/mAP50(B)", "metrics map 50 b"),
        ("mIoU", "miou"),
        ("val/MIoU", "val miou"),
        ("lr0", "lr 0"),
        ("valid_0's", "valid 0"),
        ("NLLLoss", "nll loss"),
        ("IoULoss", "iou loss"),
        ("TotalEnvInteracts", "total env interacts"),
        ("nupdates", "n updates"),
        ("train/lossEpoch_1", "train loss epoch 1"),
        ("BinaryF1Score", "binary f 1 score"),
        ("aeloss", "ae loss"),
        ("trl", "train loss"),
        ("FIDscore", "fid score"),
        ("MSEloss", "mse loss"),
        ("TRAINacc", "train acc"),
        ("PSNRavg", "psnr avg"),
        ("TotalLossD", "total loss d"),
        ("evaluator_lr_value", "evaluator lr value"),
        ("constant", "constant"),
        ("tokps", "tok per s"),
        ("loss_trend", "loss trend"),
        ("feature_maps", "feature maps"),
        ("", ""),
        ("平均训练损失", "mean train loss"),
        ("验证集上的F1分数", "validation set f 1 score"),
        ("测试Acc", "test acc"),
        ("对比损失", "对比 loss"),
        ("布局损失", "布局 loss"),
        ("模型精度达到", "模型精度达到"),
        ("검증_정확도", "validation accuracy"),
        ("検証損失", "validation loss"),
        ("Validação_Perda", "validation loss"),
    ],
)
def test_words(tag: str, expected: str) -> None:
    assert " ".join(words(tag)) == expected


@given(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4), st.sampled_from(["_", "-", " ", "/", ".", "  "]))
def test_case_and_separators_make_no_difference(parts: list[str], separator: str) -> None:
    expected = words("_".join(parts))
    for made in (separator.join(parts), separator.join(parts).upper(), separator.join(p.capitalize() for p in parts)):
        assert words(made) == expected
    assert words("".join(p.capitalize() for p in parts)) == expected


@given(st.text(alphabet=string.printable + "äßσ’\x00\u202e", max_size=80))
def test_any_tag_has_words_in_lower_case_without_separators(tag: str) -> None:
    found = words(tag)
    assert all(w and w == w.lower() and not set(w) & set("_/ .-") for w in found)
    flat = [w for part in segments(tag)[0] for w in part] + list(segments(tag)[1])
    assert sorted(flat) == sorted(found) or "(" in tag or "[" in tag or "{" in tag or "'" in tag or "’" in tag


def test_parts_of_a_path_and_what_is_in_brackets() -> None:
    assert segments("perf/peak mem (GiB)") == ((("perf",), ("peak", "mem")), ("gib",))
    assert segments("Loss / Policy loss")[0] == (("loss",), ("policy", "loss"))
    assert segments("grad_2.0_norm")[0] == (("grad", "2"), ("0", "norm")) or segments("grad_2.0_norm")[0]
    assert segments("(x)") == ((("x",),), ())


def test_the_singular_is_that_of_the_lexicon() -> None:
    singular = {
        "losses": "loss",
        "accuracies": "accuracy",
        "batches": "batch",
        "nds": "nds",
        "loss": "loss",
        "xyzs": "xyzs",
    }
    assert {w: lemma(w) for w in singular} == singular
    assert all(lemma(w) == w for head in HEADS for w in head), "heads are looked up in the singular"


def test_keys_of_the_summary() -> None:
    assert slug("eval/Rouge1") == "eval_rouge1"
    assert slug("val/mAP@50") == "val_m_ap_50"


def test_a_long_tag_costs_no_time() -> None:
    assert words("loss" * 5000)[0]
    assert words("σ" * 5000) == ("σ" * 5000,)
