"""What a line of each trainer looks like: where its step stands and how its pairs of name and number are written.

A dialect is an entry of :data:`DIALECTS`: one pattern for the step, one for a pair. To read another trainer, add one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from curveread.readers.text_log.line.printed import COUNT, NUMBER, UNIT
from curveread.run.roles import Role

ROLES = {
    "norm": Role.GRAD_NORM,
    "gnorm": Role.GRAD_NORM,
    **dict.fromkeys(("Average objective function", "train_objective", "valid_objective"), Role.QUALITY_METRIC),
}
"""Names that mean something in the logs of a trainer (llm.c, fairseq; Kaldi's objectives are log-likelihoods)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one trainer writes its lines.

    Parameters
    ----------
    name
        Shown to nobody; lines of one dialect are judged together.
    needs
        Bytes of which the line must hold one: a cheap first test.
    head
        Searched in the line; groups ``step``, and where it has them ``epoch``, ``total`` and ``split`` (a word such as
        ``validate`` that the names of the line's metrics get in front).
    pair
        Found behind the head; groups ``key`` and ``number``; None where the pairs are written as everywhere.
    counts
        What ``step`` counts: ``step``, ``epoch``, ``bar`` for how far a progress bar is; empty for a line that belongs
        to the step printed before it.
    split
        That of all its lines.
    """

    name: str
    needs: tuple[bytes, ...]
    head: re.Pattern[bytes]
    pair: re.Pattern[bytes] | None
    counts: str = "step"
    split: str = ""


_PIECES = {
    "NUMBER": NUMBER,
    "COUNT": COUNT,
    "UNIT": UNIT,
}


def pattern(*texts: bytes) -> re.Pattern[bytes]:
    """Compile a pattern in which ``<NUMBER>`` and its like stand for the pieces above."""
    return re.compile(re.sub(rb"<([A-Z]+)>", lambda m: _PIECES[m[1].decode()], b"".join(texts)))


_PIPED = pattern(rb"[\s|]{0,12}(?P<key>[A-Za-z][^|:\n]{0,70}?)\s{0,4}:\s{0,12}(?P<number><NUMBER>)\s{0,4}(?:\||$)")

DIALECTS = (
    Dialect(
        "nanogpt",  # step 0: train loss 4.2, val loss 4.2 / iter 10: loss 2.3145, time 12.34ms, mfu 3.45%
        (b"step ", b"iter "),
        pattern(rb"^\s*+(?:step|iter) (?P<step><COUNT>): (?=(?:train |val )?loss )"),
        pattern(rb"(?P<key>[a-z][a-z ]{0,30}?) (?P<number><NUMBER>)<UNIT>(?:, |\s*$)"),
    ),
    Dialect(
        "llm.c",  # s:10 trl:4.3 lr:0.0006 norm:1.2 / s:0 tel:10.9 / s:0 eval:0.25
        (b"s:",),
        pattern(rb"^s:(?P<step>\d++)(?= (?:trl|tel|eval):)"),
        pattern(rb" (?P<key>trl|tel|eval|lr|norm):(?P<number><NUMBER>)(?=\s|$)"),
    ),
    Dialect(
        "megatron",  # iteration 201/ 250000 | consumed samples: 205824 | lm loss: 2.37E+00 | grad norm: 0.811 |
        (b"iteration",),
        pattern(rb"(?:^|[\s\]])iteration\s{1,12}(?P<step>\d++)/\s{0,12}\d++ \|"),
        _PIPED,
    ),
    Dialect(
        "megatron",  # validation loss at iteration 1000 | lm loss value: 4.33E+00 | lm loss PPL: 7.58E+01 |
        (b"loss at iteration",),
        pattern(rb"(?P<split>validation|test) loss at iteration (?P<step>\d++) \|"),
        _PIPED,
    ),
    Dialect(
        "torchtitan",  # step: 10  loss:  7.1234  grad_norm:  1.2  memory: 12.34GiB(15.6%)  tps: 1,234  mfu: 12.34%
        (b"step: ",),
        pattern(rb"(?:^|[\s\]])(?:(?P<split>validate) )?step:\s{1,8}(?P<step><COUNT>)  (?=[a-z_]{1,40}: )"),
        pattern(
            rb"\s*+(?P<key>[A-Za-z_][\w ()/%]{0,40}?):\s{1,12}(?P<number><NUMBER>)(?:GiB|%)?",
            rb"(?:\([\d.]{1,8}%\))?(?=\s|$)",
        ),
    ),
    Dialect(
        "espnet",  # 2epoch:train:101-200batch: iter_time=0.01, loss_ctc=51.2, loss=50.1, acc=0.31
        (b"epoch:",),
        pattern(rb"(?<![\w.])(?P<epoch>\d++)epoch:(?P<split>train|valid):\d++-(?P<step>\d++)batch: "),
        None,
    ),
    Dialect(
        "espnet",  # 2epoch results: [train] loss=50.1, acc=0.31, [valid] loss=40.2, acc=0.42
        (b"epoch results:",),
        pattern(rb"(?<![\w.])(?P<step>\d++)epoch results: "),
        None,
        counts="epoch",
    ),
    Dialect(
        "estimator",  # Saving dict for global step 1000: accuracy = 0.91, global_step = 1000, loss = 0.31
        (b"Saving dict for",),
        pattern(rb"(?:^|[\s:\]])Saving dict for global step (?P<step>\d++): "),
        None,
        split="eval",
    ),
    Dialect(
        "trax",  # Step    500: train CrossEntropyLoss |  2.30000000
        (b" |  ",),
        pattern(rb"^\s*+Step\s{1,12}(?P<step>\d++): (?=(?:train|eval) )"),
        pattern(rb"(?P<key>(?:train|eval)\s{1,40}[A-Za-z][\w ./]{0,60}?)\s{0,4}\|\s{1,8}(?P<number><NUMBER>)(?=\s|$)"),
    ),
    Dialect(
        "kaldi",  # Average objective function for 'output' for minibatches 100-199 is -0.23 over 6400 frames.
        (b"for minibatches",),
        pattern(rb"(?=(?:Average|average) [^:]{1,60} for minibatches \d++-(?P<step>\d++) is )"),
        pattern(
            rb"(?P<key>[Aa]verage \w[\w ]{0,40}?) for '[^']{1,40}' for minibatches \d++-\d++ is (?P<number><NUMBER>)"
        ),
    ),
    Dialect(
        "darknet",  # 100: 5.2, 5.4 avg loss, 0.001 rate, 3.2 seconds, 6400 images
        (b" avg",),
        pattern(rb"^\s*+(?P<step>\d++): (?=<NUMBER>, <NUMBER> avg)"),
        pattern(
            rb"(?<![\w.])(?P<number><NUMBER>)"
            rb"(?P<key>(?=, <NUMBER> avg)| avg loss| avg| rate| seconds| images)(?=,|\s|$)"
        ),
    ),
    Dialect(
        "bar",  # 469/469 [======] - 3s 5ms/step - loss: 0.3 - val_loss: 0.4 / 469/469 ━━━━ 3s 5ms/step - loss: 0.3
        (b"/",),
        pattern(
            rb"^\s*+(?P<step>\d++)/(?P<total>\d++)"
            rb"(?: \[[=>. ]{3,}+\]| (?:\xe2\x94[\x80\x81]|\xe2\x95[\xb8\xba]){3,}+| (?=- ))"
            rb"(?: (?:- )?(?:ETA: )?\d++(?::\d\d){0,2}(?:ms|us|s)?)?(?: \d++(?:ms|us|s)/(?:step|epoch|sample))?"
        ),
        None,
        counts="bar",
    ),
    Dialect(
        "bar",  # Epoch 3/9 ━━━━━━━ 50/50 0:00:05 • 0:00:00 10.0it/s v_num: 0 train_loss: 0.52
        (b"\xe2\x94\x81 ",),
        pattern(
            rb"^\s*+[Ee]poch (?P<epoch>\d++)/\d++\s++(?:\xe2\x94\x81|\xe2\x95[\xb8\xba]){3,}+ "
            rb"(?P<step>\d++)/(?P<total>\d++) \d++:\d\d:\d\d"
        ),
        None,
        counts="bar",
    ),
    Dialect(
        "behind",  # 10 123.4 ms run, 2.30 loss, 0.001000 LR, 1.2 GB used
        (b" loss,", b" loss ", b" acc,"),
        pattern(rb"^\s*+(?:[Ss]tep |[Ee]poch )?(?P<step>\d++):? (?=[^:=|]{0,120} loss\b)(?=[^:=|]{8,240}$)"),
        pattern(rb"(?:^|, ?|\s)(?P<number><NUMBER>) ?(?:ms |s |GB |% ?)?(?P<key>[A-Za-z]\w*(?: \w+)?)(?=\s*,|\s*$)"),
    ),
    Dialect(
        "coco",  # Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.376
        (b"Average ",),
        pattern(rb"(?=\s*+Average (?:Precision|Recall) )"),
        pattern(rb"(?P<key>Average (?:Precision|Recall) [^\n]{8,70}\]) = (?P<number><NUMBER>)(?=\s|$)"),
        counts="",
    ),
)
"""The dialects, the telling ones first; the first that fits a line reads it."""
