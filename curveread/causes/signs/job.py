"""Signs of the job and its logger: steps, clocks, writers, values that are not finite."""

from __future__ import annotations

import numpy as np

from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Count, Tag
from curveread.findings.text import text
from curveread.run.settings import text_in


@sign("nonfinite-alone")
def alone(scene: Scene) -> Seen | None:
    """Whether the values that are not finite are single points, with finite ones after them."""
    view = scene.curve
    if view is None or scene.finding.rule not in ("nonfinite-loss", "masked-nan"):
        return None
    bad = ~view.usable
    at = int(np.searchsorted(view.curve.step, scene.onset))
    after = bad[at:]
    if not after.size:
        return None
    there = bool(after.any()) and float(after.mean()) < 0.5 and not bool(after[-1])
    words = "{points} in {curve}, finite again after" if there else "{curve} stays so to its end"
    points = Count(int(after.sum()), "such point")
    return Seen(there, text(words, curve=Tag(view.tag), points=points) if there else text(words, curve=Tag(view.tag)))


@sign("half-precision", needs="the settings beside the log")
def half(scene: Scene) -> Seen | None:
    """Whether the run computes in fp16, by its config."""
    config = scene.run.config
    flag = next((config[k] for k in ("fp16", "training_args.fp16", "args.fp16") if k in config), None)
    said = text_in(config, "precision", "mixed_precision", "dtype", "torch_dtype")
    if flag is True or said in ("16", "16-mixed", "fp16", "float16", "half"):
        return Seen(True, text("it computes in fp16 (config)"))
    if flag is False or said:
        return Seen(False, text("it does not compute in fp16 (config)"))
    return None


@sign("steps-missing")
def missing(scene: Scene) -> Seen | None:
    """Whether logged steps are missing."""
    if scene.finding.rule == "step-gap" or scene.others("step-gap"):
        return Seen(True, text("steps are missing in the log"))
    return Seen(False, text("no step is missing")) if scene.finding.rule in ("time-gap", "throughput-drop") else None


@sign("logged-meanwhile")
def meanwhile(scene: Scene) -> Seen | None:
    """Whether another curve was logged on where the steps are missing."""
    f = scene.finding
    if f.rule != "step-gap" or f.first_step is None or f.last_step is None:
        return None
    there = None
    for curve in scene.run.curves.values():
        if curve.tag != f.tag and not curve.tag.startswith("system/"):
            a, b = np.searchsorted(curve.step, [f.first_step + 1, f.last_step])
            there = there or (curve.tag if b - a >= 2 else None)
    if there is not None:
        return Seen(True, text("{other} was logged meanwhile", other=Tag(there)))
    return Seen(False, text("no other curve was logged meanwhile"))


@sign("clock-gap")
def clock_gap(scene: Scene) -> Seen | None:
    """Whether the clock stands still at the same place."""
    there = any(abs((f.first_step or 0) - scene.onset) <= 5.0 * scene.near for f in scene.others("time-gap"))
    return Seen(True, text("the log pauses there")) if there else None


@sign("same-step-in-siblings")
def in_siblings(scene: Scene) -> None:
    """Whether other runs have the like at the same step: the log of one cannot say, a comparison does."""


@sign("two-writers")
def two_writers(scene: Scene) -> Seen | None:
    """Whether two processes wrote the log side by side."""
    if scene.finding.rule == "concurrent-writers" or scene.others("concurrent-writers"):
        return Seen(True, text("two processes wrote the same steps"))
    return None
