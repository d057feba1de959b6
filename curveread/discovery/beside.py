"""Settings in files beside a log: the model's config, the arguments of the training, Hydra's and Lightning's files.

Only settings that explain curves are taken: a model's ``config.json`` holds defaults of generation as well
(``max_length`` is how long answers may become), and those say nothing about the training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curveread.plural import some
from curveread.readers.settings_file import settings_in
from curveread.run.notes import DataNote, NoteKind

SETTINGS = (
    "training_args.json", "training_args.yaml", "train_args.json", "train_args.yaml",
    "args.json", "args.yaml", "params.json", "hparams.yaml", "hparams.json",
    "hyperparameters.json", "config.yaml", "config.yml", "config.json", ".hydra/config.yaml",
)  # fmt: skip
"""The arguments of a training before the config of a model: an earlier file wins."""
_WHOLE = frozenset({"hparams.yaml", "hparams.json"})
"""Files that a logger wrote for this run: all of them is taken."""
_SHOWN = 120
"""Characters of what a parser says."""
_KEYS = frozenset(
    (
        "vocab_size n_vocab num_vocab vocabulary_size padded_vocab_size model_type architectures num_labels "
        "num_classes problem_type task task_type task_name stage objective booster boosting_type rlhf_type "
        "train_type transformers_version gradient_accumulation_steps accumulate_grad_batches accumulation_steps "
        "per_device_train_batch_size batch_size global_batch_size learning_rate lr base_lr lr0 lrf lr_scheduler_type "
        "lr_scheduler scheduler warmup_steps warmup_ratio warmup_epochs warmup_iters lr_decay_iters max_grad_norm "
        "grad_clip gradient_clip_val clip_grad clip_grad_norm weight_decay optimizer optim num_train_epochs epochs "
        "max_steps max_iters max_epochs label_smoothing label_smoothing_factor dataset dataset_name "
        "dataset_config_name attention_dropout hidden_dropout hidden_dropout_prob resid_pdrop embd_pdrop attn_pdrop "
        "dropout lora_dropout attention_probs_dropout_prob embedding_dropout block_size n_head n_embd "
        "tokens_per_byte bytes_per_token seed fp16 bf16 precision mixed_precision torch_dtype world_size n_gpu "
        "num_gpus num_processes"
    ).split()
)


def settings_beside(
    folders: Sequence[Path], known: Mapping[str, Any], named: Mapping[Path, str]
) -> tuple[dict[str, Any], list[DataNote]]:
    """Return settings from files in the folders of a run's logs that its logs do not hold, and which file had which.

    A folder called ``.hydra`` in them is looked into. What the logs hold, ``known``, wins; ``named`` is how a folder is
    called in notes.
    """
    out: dict[str, Any] = {}
    notes = []
    for folder in folders:
        for name in SETTINGS:
            loaded, problem = _load(folder / name)
            whole = name in _WHOLE
            place = "/".join(p for p in (named.get(folder, ""), name) if p and p != ".")
            if problem:
                notes.append(DataNote(NoteKind.SKIPPED, place, f"settings beside the log cannot be read: {problem}"))
            new = {
                str(k): v for k, v in loaded.items() if (whole or k in _KEYS) and k not in known and str(k) not in out
            }
            out |= new
            if new and not whole:
                shown = some(sorted(new), 6)
                notes.append(DataNote(NoteKind.SETTINGS, place, f"settings read beside the log: {shown}"))
    return out, notes


def _load(path: Path) -> tuple[dict[str, Any], str]:
    """Return the mapping that a file holds, empty for what is not one, and why a file that is there cannot be read."""
    try:
        loaded = settings_in(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())[:_SHOWN]
        return {}, (reason or "") if path.is_file() else ""
    return (loaded if path.name in _WHOLE else _flat(loaded)), ""


def _flat(loaded: Mapping[Any, Any], depth: int = 3) -> dict[str, Any]:
    """Return the plain settings of a config by their own names, those further out first."""
    out: dict[str, Any] = {}
    inner = []
    for key, value in loaded.items():
        if isinstance(value, Mapping):
            inner.append(value)
        elif isinstance(value, str | int | float | bool | list):
            out.setdefault(str(key), value)
    if depth:
        for value in inner:
            for key, setting in _flat(value, depth - 1).items():
                out.setdefault(key, setting)
    return out
