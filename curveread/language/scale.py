"""What a perplexity means on which data: figures from papers, to hold a run against.

A rough scale for English text and tokens of about a word (words, or GPT-2's tokenizer):

=========  ==========================================================================================
about 15   a model of a billion parameters and more on edited prose (GPT-2 1.5B on WikiText-103: 17.5)
20 to 25   a good model of a hundred million to a billion (Transformer-XL on WikiText-103: 24.0, large 18.3;
           GPT-2's size on web text: 17 to 27)
about 50   a recurrent or small model, or one early in training (LSTM on WikiText-103: 48.7)
100–200    counting n-grams (141 on the Penn Treebank), or the first steps of a training
=========  ==========================================================================================

Characters are other numbers: 2 to 5 is usual there. A perplexity is per token of its tokenizer: with another
vocabulary, test set, context length or handling of unknown words it is another quantity; only bits per byte compare. It
says how well text is predicted, not whether what the model writes is true.

Sources: Mikolov and Zweig 2012 (Penn Treebank, Kneser-Ney); Zaremba et al. 2014 and Merity et al. 2018 (LSTM); Grave et
al. 2017 (LSTM on WikiText-103); Dai et al. 2019 (Transformer-XL); Radford et al. 2019 (GPT-2, without training on the
set); Gao et al. 2020 (The Pile, bits per byte); the nanoGPT and modded-nanogpt repositories (OpenWebText, Shakespeare,
FineWeb).
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Reference(NamedTuple):
    """Published figures on a data set.

    Parameters
    ----------
    names
        How configs call it, letters and digits only, lower case.
    title
        Its name.
    per
        What the figures are per: word, token of GPT-2, character, byte.
    figures
        In words, best first.
    vocabularies
        Sizes of the vocabularies with which the figures compare, empty where any other tokenizer does not.
    """

    names: tuple[str, ...]
    title: str
    per: str
    figures: str
    vocabularies: tuple[int, ...] = ()


_GPT2 = (50257, 50304)
REFERENCES = (
    Reference(
        ("wikitext103",),
        "WikiText-103",
        "word",
        "18 (Transformer-XL, large), 24 (Transformer-XL), 49 (LSTM); GPT-2 without training on it 17.5 to 37.5",
        (267735, 267734),
    ),
    Reference(("wikitext2",), "WikiText-2", "word", "66 (LSTM); GPT-2 without training on it 18 to 29", (33278,)),
    Reference(
        ("penntreebank", "ptb"), "the Penn Treebank", "word", "57 and 78 (LSTMs), 141 (counting five-grams)", (10000,)
    ),
    Reference(
        ("openwebtext", "owt"),
        "OpenWebText",
        "token of GPT-2",
        "17 to 23 (GPT-2's architecture, 124M parameters)",
        _GPT2,
    ),
    Reference(
        ("fineweb10b", "fineweb100b"), "FineWeb", "token of GPT-2", "27 (124M parameters, a loss of 3.28)", _GPT2
    ),
    Reference(("shakespearechar",), "Shakespeare's plays", "character", "4.3 (a small GPT, a loss of 1.47)", (65,)),
)


def reference_for(data: str) -> Reference | None:
    """Return the published figures on a data set, by its name in a config; None where none are known."""
    plain = re.sub(r"[^a-z0-9]+", "", data.lower())
    words = set(re.split(r"[^a-z0-9]+", data.lower()))
    for reference in REFERENCES:
        if any(name in words if len(name) < 5 else name in plain for name in reference.names):
            return reference
    return None
