"""Cells that hold one number as a program prints an object."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from curveread.readers.tables.csv import CsvReader
from curveread.readers.tables.wrapped import unwrapped


@pytest.mark.parametrize(
    "cell",
    [
        "tensor(0.25)",
        "tensor(0.25, grad_fn=<NllLossBackward0>)",
        "tensor([0.25], device='cuda:0', dtype=torch.float64, requires_grad=True)",
        "np.float64(0.25)",
        "array([[0.25]], dtype=float32)",
        "tf.Tensor(0.25, shape=(), dtype=float32)",
        "<tf.Tensor: shape=(1,), dtype=float32, numpy=2.5e-1>",
        "[0.25]",
        "[[ 0.25 ]]",
        "0.25%",
        "0.25 %",
    ],
)
def test_one_number_in_an_object(cell: str) -> None:
    assert float(unwrapped(cell)) == 0.25


@pytest.mark.parametrize("cell", ["tensor([0.1, 0.2])", "[0.1, 0.2]", "f(0.5)", "acc (0.5)", "(0.5)", "[best]", "0.5"])
def test_what_is_no_single_number_stays(cell: str) -> None:
    assert unwrapped(cell) == cell


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_column_of_tensors_is_read_and_told_once(tmp_path: Path, end: str) -> None:
    path = tmp_path / "losses.csv"
    losses = [2.5, 1.25, math.nan, 0.75]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["loss_g", "loss_d"])
        writer.writerows([f"tensor({v:.4f}, device='cuda:0', grad_fn=<MeanBackward0>)", f"[{v:.4f}]"] for v in losses)
    path.write_text(path.read_text().rstrip("\n") + end)
    (part,) = CsvReader().read(path)
    for curve in part.curves.values():
        assert str(curve.value.tolist()) == str(losses)
    assert len(part.curves) == 2
    assert [n.message for n in part.notes if "read out of" in n.message] == [
        "loss_g, loss_d: the number was read out of cells such as tensor(0.5), [0.5] or 5%"
    ]
