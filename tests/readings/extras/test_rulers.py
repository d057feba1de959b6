from __future__ import annotations

import numpy as np

from curveread.readings.extras.rulers import rulers
from curveread.run.model import Curve, Run


def run_of(x_axis: str = "step", **curves: Curve) -> Run:
    return Run("r", "r", curves, x_axis=x_axis)


def test_epochs_tokens_and_time_become_rulers() -> None:
    step = np.arange(0, 1000, 10)
    run = run_of(
        loss=Curve("loss", step, np.ones(100), 1.7e9 + step * 2.0),
        epoch=Curve("epoch", step, step / 250),
        tokens=Curve("num_tokens", step, step * 4096.0),
    )
    found = {r.name: r for r in rulers(run)}
    assert list(found) == ["epoch", "tokens", "time"]
    assert (found["time"].value == step * 2.0).all()
    assert found["tokens"].value[-1] == 990 * 4096


def test_what_does_not_count_up_is_no_ruler() -> None:
    step = np.arange(100)
    back = np.where(step < 50, step, step - 50.0)
    assert rulers(run_of(loss=Curve("loss", step, np.ones(100)), epoch=Curve("epoch", step, back))) == ()
    assert rulers(run_of(epoch=Curve("epoch", step, np.ones(100)))) == ()
    assert rulers(run_of("epoch", epoch=Curve("epoch", step, step * 1.0))) == ()


def test_a_pause_stays_a_pause() -> None:
    step = np.arange(50_000)
    wall = 1.7e9 + step + np.where(step >= 31_234, 86_400.0, 0.0)
    (ruler,) = rulers(run_of(loss=Curve("loss", step, np.ones(50_000), wall)))
    assert ruler.step.size < 2100
    assert np.interp([31_233, 31_234], ruler.step, ruler.value).tolist() == [31_233, 31_234 + 86_400]


def test_whole_epochs_grow_within() -> None:
    step = np.arange(0, 1000, 10)
    (ruler,) = rulers(run_of(epoch=Curve("epoch", step, np.floor(step / 250))))
    assert ruler.value.tolist() == [0, 1, 2, 3, 3.96]
    assert ruler.step.tolist() == [0, 250, 500, 750, 990]
    (plain,) = rulers(run_of(epoch=Curve("epoch", step, np.arange(100.0))))
    assert plain.value.size == 100


def test_the_last_of_whole_epochs_ends_at_its_end_at_most() -> None:
    step = np.arange(0, 1200, 10)
    (ruler,) = rulers(run_of(epoch=Curve("epoch", step, np.minimum(step // 100, 2.0))))
    assert ruler.step.tolist() == [0, 100, 200, 1190]
    assert ruler.value.tolist() == [0.0, 1.0, 2.0, 3.0]
