"""What must be the same for losses per token to compare, and the settings in which runs differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from curveread.findings.comparison import Condition
from curveread.run.hyperparameters import is_hyperparameter

TOKENIZER, DATA, LENGTH = "tokenizer", "data set", "sequence length"
_SETTINGS = {
    TOKENIZER: (
        "tokenizer tokenizer_name tokenizer_name_or_path tokenizer_path tokenizer_type tokenizer_class vocab_file "
        "vocab_size n_vocab num_vocab padded_vocab_size"
    ).split(),
    DATA: (
        "dataset dataset_name dataset_id dataset_config_name dataset_path train_dataset eval_dataset train_file "
        "validation_file train_data val_data data_path data_dir data corpus"
    ).split(),
    LENGTH: (
        "block_size max_seq_length max_seq_len seq_length sequence_length seq_len n_ctx ctx_len context_length "
        "max_length model_max_length cutoff_len"
    ).split(),
}
"""What must be the same -> settings that say what it was."""

_MOST_SETTINGS = 40


def conditions(known: Mapping[str, Mapping[str, str]], *, language: bool) -> tuple[Condition, ...]:
    """Return each condition and whether the runs agree in it; ``known`` is run -> setting -> what it says.

    Only for language models, or where a log speaks of a tokenizer, tokenizer and sequence length matter.
    """
    language |= any(name in have for have in known.values() for name in _SETTINGS[TOKENIZER])
    asked = _SETTINGS if language else {DATA: _SETTINGS[DATA]}
    return tuple(_condition(name, wanted, known) for name, wanted in asked.items())


def differing(known: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the settings that at least two runs hold and in which they differ, at most 40."""
    names = sorted(filter(is_hyperparameter, {name for have in known.values() for name in have}))
    out: dict[str, dict[str, str]] = {}
    for name in names:
        values = {run: have[name] for run, have in known.items() if name in have}
        if len(values) > 1 and len(set(values.values())) > 1 and len(out) < _MOST_SETTINGS:
            out[name] = values
    return out


def _condition(name: str, wanted: Sequence[str], known: Mapping[str, Mapping[str, str]]) -> Condition:
    """Return whether the runs agree in a condition: one setting in which two differ decides, else one that all hold."""
    shared: Condition | None = None
    for key in wanted:
        values = {run: have[key] for run, have in known.items() if have.get(key)}
        if len(values) < 2:
            continue
        if len({_essence(v) for v in values.values()}) > 1:
            return Condition(name, "different", key, values)
        if len(values) == len(known) and shared is None:
            shared = Condition(name, "same", key, values)
    return shared or Condition(name, "unknown")


def _essence(value: str) -> str:
    """Return what of a value must agree: of a path only its last part, since machines differ."""
    return PurePath(value.replace("\\", "/").rstrip("/")).name.lower() or value.lower()
