"""What a run trains, as far as its tags and its config tell: only a language model's loss has a perplexity.

Nothing is guessed: without evidence the answer is empty, and no sentence speaks of tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curveread.run.model import Run, Stated
from curveread.run.roles import Role, words
from curveread.run.settings import last_part, number_of, settings
from curveread.run.tags.grammar import parse
from curveread.run.tags.kinds import RL, Kind, TaskKind, kind_of

_VOCABULARY = ("vocab_size", "n_vocab", "num_vocab", "vocabulary_size", "padded_vocab_size", "meta_vocab_size")
_PER_BYTE, _BYTES_PER = ("tokens_per_byte",), ("bytes_per_token",)
_DATA = ("dataset", "dataset_name", "dataset_id", "train_dataset", "dataset_config_name", "data_path", "data")
_SMOOTHING = ("label_smoothing_factor", "label_smoothing", "label_smoothing_eps")
_DROPOUT = (
    "dropout resid_pdrop embd_pdrop attn_pdrop attention_dropout hidden_dropout hidden_dropout_prob dropout_rate "
    "attention_probs_dropout_prob lora_dropout embedding_dropout"
).split()
_LABELS = ("num_classes", "n_classes", "num_labels", "problem_type")
_CLASSES = ("num_classes", "n_classes", "num_labels", "num_class", "nb_classes")
_STAGES = {"pt", "sft", "pretrain", "clm"}
_OTHER_STAGES = {"dpo", "kto", "ppo", "rm", "orpo", "simpo", "grpo"}
_HEADS = ("CausalLM", "LMHeadModel", "ForConditionalGeneration", "ForMaskedLM")
_OTHER_HEADS = (
    "SequenceClassification TokenClassification ImageClassification QuestionAnswering MultipleChoice ForCTC "
    "AudioClassification RewardModel ObjectDetection Segmentation DepthEstimation"
).split()
_DECODERS = (
    "gpt llama mistral mixtral qwen gemma phi opt bloom falcon mpt mamba rwkv olmo deepseek granite stablelm starcoder "
    "cohere smollm codegen xglm persimmon t5 mt5 longt5 bart mbart pegasus marian nemotron internlm baichuan chatglm "
    "glm yi minicpm"
).split()
_FLAGS = ("assistant_only_loss", "completion_only_loss", "dataset_text_field")
"""Settings that only fine-tuning of language models has."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a run trains.

    Parameters
    ----------
    kind, why
        What kind of training it is, and the evidence.
    language
        Why its loss is a cross-entropy per token, in words; empty where nothing says so.
    vocabulary, vocabulary_from
        Tokens in the vocabulary and what says so; None and empty where nothing does.
    classes
        Classes of a classification, None where nothing says how many.
    tokens_per_byte
        Tokens that a byte of text takes, None where it is not known.
    data
        The data set's names as the config has them, empty where it has none.
    smoothing
        Label smoothing, 0 where there is none.
    """

    kind: TaskKind = TaskKind.UNKNOWN
    why: str = ""
    language: str = ""
    vocabulary: int | None = None
    vocabulary_from: str = ""
    classes: int | None = None
    tokens_per_byte: float | None = None
    data: str = ""
    smoothing: float = 0.0

    @property
    def answers(self) -> int | None:
        """Answers among which the loss, a cross-entropy, chooses: tokens or classes; None where that is not known."""
        return self.vocabulary if self.language else self.classes


def task_of(run: Run) -> Task:
    """Return what a run trains. O(tags + settings)."""
    config = run.config
    vocabulary, source = vocabulary_of({**_logged_vocabulary(run), **config}, run.stated)
    named = ((n, v.strip()) for n, v in settings(config) if isinstance(v, str) and v.strip())
    data = sorted({(_DATA.index(n), v) for n, v in named if n in _DATA})
    smoothing = number_of(config, *_SMOOTHING)
    kind, language = _kind(run, vocabulary)
    return Task(
        kind=kind.kind,
        why=kind.why,
        language=language,
        vocabulary=vocabulary,
        vocabulary_from=source,
        classes=_classes(config) if kind.kind is TaskKind.CLASSIFICATION else None,
        tokens_per_byte=_tokens_per_byte(config, run.stated),
        data=" ".join(v for _, v in data[:3]),
        smoothing=smoothing if smoothing is not None and 0.0 < smoothing < 1.0 else 0.0,
    )


def vocabulary_of(config: Mapping[str, Any], stated: Stated) -> tuple[int | None, str]:
    """Return the number of tokens in the vocabulary, and who says so: the user, or the key of the config."""
    if stated.vocab_size is not None:
        return stated.vocab_size, "the user"
    for name, value in settings(config):
        if name in _VOCABULARY and isinstance(value, int | float) and not isinstance(value, bool) and 2 <= value < 1e9:
            return int(value), name
    return None, ""


def _logged_vocabulary(run: Run) -> dict[str, float]:
    """Return the size of the vocabulary where a run logs it at every step: a curve that never changes."""
    named = [c for c in run.curves.values() if last_part(c.tag) in _VOCABULARY and len(c)]
    return {c.tag: float(c.value[0]) for c in named if bool((c.value == c.value[0]).all())}


def _classes(config: Mapping[str, Any]) -> int | None:
    """Return how many classes a config names, by their number or by their list."""
    number = number_of(config, *_CLASSES)
    if number is None:
        number = next((len(v) for n, v in settings(config) if n == "id2label" and isinstance(v, Mapping)), None)
    return int(number) if number is not None and 2 <= number < 1e7 and number == int(number) else None


def dropout_of(config: Mapping[str, Any]) -> float:
    """Return the largest dropout rate in a config, 0 where there is none."""
    rates = [v for n, v in settings(config) if n in _DROPOUT and isinstance(v, int | float) and 0.0 < v < 1.0]
    return float(max(rates, default=0.0))


def _tokens_per_byte(config: Mapping[str, Any], stated: Stated) -> float | None:
    given = stated.tokens_per_byte if stated.tokens_per_byte is not None else number_of(config, *_PER_BYTE)
    if given is None:
        inverse = number_of(config, *_BYTES_PER)
        given = 1.0 / inverse if inverse else None
    return given if given is not None and given > 0.0 else None


_NO_LANGUAGE = RL | {
    TaskKind.PREFERENCE,
    TaskKind.REWARD_MODEL,
    TaskKind.VAE,
    TaskKind.GAN,
    TaskKind.DIFFUSION,
    TaskKind.DETECTION,
    TaskKind.SEGMENTATION,
    TaskKind.TIME_SERIES,
    TaskKind.BOOSTING,
}
"""Kinds whose loss is not a cross-entropy of tokens, whatever else is logged: a codebook has a perplexity as well."""


def _kind(run: Run, vocabulary: int | None) -> tuple[Kind, str]:
    """Return the kind of a run, the user's where the user named one, and why its loss is a language model's."""
    given = run.task
    tags = [*run.curves, *([run.x_axis] if "episode" in words(run.x_axis) else ())]
    kind = given or kind_of(tags, run.config)
    if kind.kind in _NO_LANGUAGE:
        return kind, ""
    language = _language(run, vocabulary)
    if given is not None:
        named = given.kind is TaskKind.LANGUAGE_MODEL
        return given, language or (given.why if named else "")
    return (kind_of(tags, run.config, language) if language else kind), language


def _language(run: Run, vocabulary: int | None) -> str:
    """Return the evidence that the loss is a language model's cross-entropy."""
    config, tags = run.config, [*run.curves]
    if stated := _from_user(run.stated):
        return stated
    for tag in tags:
        have = set(words(tag))
        if have & {"ppl", "perplexity", "bpb", "bpc"} or {"lm", "loss"} <= have:
            return f"the log holds {tag}"
    listed = list(settings(config))
    if _classifies(tags, listed):
        return ""
    for tag in tags:
        have = set(words(tag))
        tokens = bool(have & {"token", "tokens"}) and run.curves[tag].role in (Role.TOKENS, Role.THROUGHPUT)
        if tokens or {"token", "accuracy"} <= have or have & {"mfu", "trl", "tel"}:
            return f"the log holds {tag}"  # mfu: nanoGPT, Megatron, torchtitan; trl and tel: llm.c
    return _from_settings(listed, vocabulary)


def _classifies(tags: list[str], settings: list[tuple[str, Any]]) -> bool:
    """Return whether the run seems to learn labels, or preferences, instead of tokens."""
    for tag in tags:
        head, have = parse(tag).head, set(words(tag))
        named = have | ({"".join(head.words)} if head is not None else set())
        if named & {"acc", "accuracy", "f1", "top1", "auc", "map", "iou", "wer"} and not have & {"token", "tokens"}:
            return True
    for name, value in settings:
        if name in _LABELS and value not in (None, "", 0):
            return True
        if name in ("stage", "rlhf_type", "train_type") and str(value).lower() in _OTHER_STAGES:
            return True
        if name == "architectures" and any(head in str(value) for head in _OTHER_HEADS):
            return True
    return False


def _from_user(stated: Stated) -> str:
    if stated.vocab_size is not None:
        return "the user stated the size of the vocabulary"
    return "the user stated the tokens per byte" if stated.tokens_per_byte is not None else ""


def _from_settings(settings: list[tuple[str, Any]], vocabulary: int | None) -> str:
    names = {name for name, _ in settings}
    model = next((str(v).lower() for n, v in settings if n == "model_type" and isinstance(v, str)), "")
    for name, value in settings:
        text = str(value)
        if name == "architectures" and any(head in text for head in _HEADS):
            listed = value[0] if isinstance(value, list | tuple) and value else value
            return f"the config names a {str(listed)[:60]}"
        if name == "task_type" and "CAUSAL_LM" in text.upper():
            return "the config says CAUSAL_LM"
        if name == "stage" and text.lower() in _STAGES:
            return f"the config's stage is {text.lower()}"
        if name in _FLAGS and value not in (None, ""):
            return f"the config has {name}"
    if vocabulary is not None and (not model or model.startswith(tuple(_DECODERS))):
        return f"the config has a vocabulary of {vocabulary:,}" + (f" and the model type {model[:30]}" if model else "")
    if {"block_size", "n_head", "n_embd"} <= names:
        return "the config describes a GPT (block_size, n_head, n_embd)"
    return ""
