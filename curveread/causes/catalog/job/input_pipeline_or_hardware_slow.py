"""The machine, not the learning: a starved loader, throttling, a hang, pre-emption, a heavy evaluation.

Looks like: the time per step or the throughput changes, or one long gap in the clock, with no step missing and the
losses on their trend. Speaks against it: missing steps; a change of batch size or sequence length.

References: PyTorch profiler and DataLoader documentation; Jeon et al. 2019 (arXiv:1901.05758).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _check(scene: Scene) -> Text:
    return text(
        ("Profile some steps after {at}: waiting for the loader, clocks of the accelerator, other tenants."),
        at=Place(scene.onset),
    )


CAUSE = Candidate(
    id="input-pipeline-or-hardware-slow",
    title="the machine or the input pipeline is slow",
    usual={
        Kind.SLOW: 0.75,
    },
    signs={
        "size-changed": (0.1, 1),
        "steps-missing": (0.3, 1.3),
        "at-restart": (0.3, 1.1),
    },
    check=_check,
    fix=text("More loader workers and prefetching, data on a local disk; a watchdog for hangs."),
)
