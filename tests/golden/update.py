"""Write what is compared with a recorded state again: ``python -m tests.golden.update``.

That is the result JSON of some sample logs, what is said of all of them and of variants of theirs, and the thresholds
of the checks, beside this file, and the tables of formats and checks in the README. Look at the diff before it goes
in: a changed verdict is a change that users see.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.golden import variants

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
README = ROOT / "README.md"
THRESHOLDS = HERE / "thresholds.txt"
COMMAND = "python -m tests.golden.update"
CASES = (
    "divergence-learning-rate",
    "gradient-explosion",
    "healthy-layers",
    "healthy-noisy",
    "leakage-memorised",
    "nan-logged-as-zero",
    "overfitting",
    "reward-collapse",
    "resumed-lost-head",
    "resumed-overlap",
    "slow-evaluation",
    "spike-recovers",
    "unfinished-run",
)


def golden(case: str) -> str:
    """Return the result JSON of a sample log without what differs between machines and versions.

    Figures keep six significant digits: processors add in different orders.
    """
    from tests.support.samples import told

    result = told(case).to_dict()
    del result["curveread_version"]
    text = json.dumps(_rounded(result), indent=1, ensure_ascii=False)
    return text.replace(f"{ROOT}/", "") + "\n"


def thresholds() -> str:
    """Return, for every check, how many points it asks for and its options with their defaults."""
    from curveread.detectors.registry import all_detectors

    lines = []
    for check in all_detectors():
        lines.append(f"{check.rule}: from {check.least} points on")
        lines += [f"    {option.name} = {option.default!r}" for option in check.options()]
    return "\n".join(lines) + "\n"


def with_tables(readme: str) -> str:
    """Return the README's text with the tables of formats and checks as the registries have them."""
    for name, table in (("formats", _formats()), ("checks", _checks())):
        begin, end = f"<!-- {name}: begin ({COMMAND}) -->\n", f"<!-- {name}: end -->"
        before, rest = readme.split(begin)
        readme = before + begin + table + end + rest.split(end)[1]
    return readme


def _formats() -> str:
    from curveread.readers.registry import formats

    rows = [f"| {f.title} | `{f.looks_like}` | {f.name} |" for f in sorted(formats(), key=lambda f: f.rank)]
    return "\n".join(["| log | files | called |", "|---|---|---|", *rows]) + "\n"


def _checks() -> str:
    from curveread.detectors.registry import all_detectors

    rows = [f"| `{check.rule}` | {check.summary().rstrip('.')} |" for check in all_detectors()]
    return "\n".join(["| check | finds |", "|---|---|", *rows]) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    if isinstance(value, float):
        return value if abs(value) > 1e9 else float(f"{value:.6g}")  # wall times are taken as they are
    return value


def main() -> None:
    """Write all of it."""
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    THRESHOLDS.write_text(thresholds(), encoding="utf-8")
    for case in CASES:
        (HERE / f"{case}.json").write_text(golden(case), encoding="utf-8")
    samples = sorted(p.parent for p in (ROOT / "sample_logs").glob("*/labels.json"))
    variants.FILE.write_text(variants.rendered({p.name: variants.record(p) for p in samples}), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
