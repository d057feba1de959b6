"""Arrays and JSON as they stand inside a page."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def packed(content: Mapping[str, Any]) -> str:
    """Return JSON that can stand inside a ``<script>`` element, whatever the log's text is."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def array(values: NDArray[Any], *, exact: bool = False) -> str:
    """Return an array as its kind and base64: ``i`` int32, ``d`` float64, ``f`` float32 (seven digits: enough to see).

    Values beyond float32 become ±Inf: they are drawn as an arrow at the edge either way.
    """
    whole = bool(values.size) and bool((np.isfinite(values) & (values == np.floor(values))).all())
    if whole and float(np.abs(values).max()) < 2**31:
        kind, data = "i", values.astype("<i4")
    elif exact or values.dtype == np.int64 or whole:
        kind, data = "d", values.astype("<f8")
    else:
        with np.errstate(over="ignore"):
            kind, data = "f", values.astype("<f4")
    return kind + base64.b64encode(data.tobytes()).decode("ascii")
