"""How often each cause lay behind events of a kind in labelled trainings (`tests.benchmarks.causes --write`)."""

from __future__ import annotations

from collections.abc import Mapping

COUNTED: Mapping[str, Mapping[str, float]] = {
    "collapse": {
        "data-changed": 4,
        "learning-rate-raised": 1,
    },
    "divergence": {
        "bad-batch": 1,
        "data-changed": 2,
        "learning-rate-raised": 12,
        "learning-rate-too-high": 4,
        "loss-scaling": 2,
        "weights-corrupted": 1,
    },
    "eval-below": {
        "leakage": 3,
    },
    "large-gradient": {
        "no-clipping": 1,
    },
    "memorising": {
        "too-little-data": 20,
    },
    "missing-steps": {
        "logger-fault": 3,
    },
    "nonfinite": {
        "learning-rate-raised": 1,
        "no-clipping": 1,
        "numerical-overflow": 7,
    },
    "restart": {
        "job-restarted": 8,
    },
    "shift": {
        "learning-rate-raised": 1,
    },
    "slow": {
        "input-pipeline-or-hardware-slow": 1,
    },
    "spike": {
        "bad-batch": 24,
        "data-changed": 1,
        "learning-rate-raised": 5,
    },
    "stall": {
        "label-noise-or-misaligned-labels": 3,
        "learning-rate-cut": 5,
        "learning-rate-too-high": 2,
        "learning-rate-too-low": 2,
        "logger-fault": 1,
        "no-gradient": 5,
    },
    "swing": {
        "data-order": 4,
        "eval-only-fault": 1,
        "momentum-or-beta": 1,
    },
}
"""Kind of event -> cause -> labelled runs, each run counted once."""
