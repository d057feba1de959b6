"""The result JSON with the curves as the pictures draw them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.extras.drawing import Drawing
from curveread.findings.finding import json_number


def result_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the result of the contract, and under ``charts`` tag -> points, knots and smoothed values."""
    return diagnosis.to_dict() | {"charts": {d.tag: _chart(d) for d in diagnosis.drawings}}


def result_text(diagnosis: Diagnosis) -> str:
    """Return :func:`result_json` as text that every JSON parser reads."""
    return json.dumps(result_json(diagnosis), allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def _chart(d: Drawing) -> dict[str, Any]:
    return {
        "role": d.role,
        "unit": d.unit,
        "points": d.points,
        "log_scale": d.log_scale,
        "step": d.step.tolist(),
        "value": _numbers(d.value),
        "nonfinite_step": d.nonfinite_step.tolist(),
        "knots": {
            "step": d.knot_step.tolist(),
            "trend": _numbers(d.trend),
            "band_low": _numbers(d.band_low),
            "band_high": _numbers(d.band_high),
        },
        "smooth": {f"{weight:g}": _numbers(values) for weight, values in d.smooth.items()},
    }


def _numbers(values: FloatArray) -> list[float | str]:
    if np.isfinite(values).all():
        out: list[float | str] = values.tolist()
        return out
    return [json_number(v) for v in values.tolist()]
