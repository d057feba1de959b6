"""What is written is not what happened: stale, muted, masked, in a wrong unit.

Looks like: values that are bit-identical while others move; a hole after which rate, clock and loss stand where a
run that went on would be; exact zeros; a perplexity that is not exp(loss). Speaks against it: the other curves
stop, too.

References: Hugging Face TrainingArguments.logging_nan_inf_filter.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    fixes = {
        "unnormalized-loss": "Log the mean per token: divide what is logged by what it sums over.",
        "perplexity-mismatch": "Compute the perplexity as exp of the mean loss per token.",
    }
    return text(fixes.get(scene.finding.rule, "Mend the logging; until then judge by the other curves."))


CAUSE = Candidate(
    id="logger-fault",
    title="what was logged is not what happened",
    usual={
        Kind.MISSING_STEPS: 0.65,
        Kind.STALL: 0.03,
        Kind.LOGGING: 0.8,
        Kind.EVAL_BELOW: 0.05,
        Kind.SLOW: 0.02,
    },
    signs={
        "exactly-zero": (2, 1),
        "same-value": (12, 0.4),
        "logged-meanwhile": (8, 0.7),
        "others-go-on": (10, 0.1),
        "clock-gap": (0.4, 1.2),
        "gradient-gone": (0.3, 1),
    },
    check=text("Hold the console output of these steps against the log, and look at how the value is computed."),
    fix=_fix,
)
