"""Detection and segmentation: MMDetection, MMEngine, Ultralytics, YOLOv5, Darknet, nnU-Net, Detectron2."""

from __future__ import annotations

from pathlib import Path

from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, said


def test_mmdetection_2_evaluates_at_the_end_of_the_epoch(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        for i in (50, 100, 150):
            text += f"2022-05-07 13:0{e}:{i // 10},708 - mmdet - INFO - Epoch [{e}][{i}/180]\tlr: 1.000e-02, eta: 1 day, 12:32:12,"
            text += f" time: 0.777, memory: 3028, loss_cls: 0.{i}, loss: {4 - e}.1250\n"
        text += (
            f"2022-05-07 13:0{e}:59,708 - mmdet - INFO - Epoch(val) [{e}][500]\tbbox_mAP: 0.{e}800, bbox_mAP_50: 0.52\n"
        )
    part = read(tmp_path, text)
    assert points(part, "loss")[2:4] == [(150, 3.125), (230, 2.125)]
    assert points(part, "val bbox_mAP") == [(180, 0.18), (360, 0.28), (540, 0.38)]
    assert "eta" not in part.curves
    assert part.curves["loss"].wall_time is not None


def test_mmengine_by_epochs(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        for i in (50, 100):
            text += f"2023/10/30 22:0{e}:{i // 10} - mmengine - INFO - Epoch(train)  [{e}][{i:3d}/100]  lr: 1.0000e-02  eta: 2:46:39"
            text += f"  time: 0.8906  grad_norm: nan  loss: {4 - e}.5000\n"
        text += f"2023/10/30 22:0{e}:58 - mmengine - INFO - Epoch(val)  [{e}][ 50/150]    eta: 0:00:05  time: 0.05  memory: 500  \n"
        text += f"2023/10/30 22:0{e}:59 - mmengine - INFO - Epoch(val) [{e}][150/150]    coco/bbox_mAP: 0.{e}2  time: 0.04\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(50, 3.5), (100, 3.5), (150, 2.5), (200, 2.5), (250, 1.5), (300, 1.5)]
    assert points(part, "val coco/bbox_mAP") == [(100, 0.12), (200, 0.22), (300, 0.32)]


def test_mmengine_by_iterations(tmp_path: Path) -> None:
    text = ""
    for i in (500, 1000, 1500, 2000):
        text += (
            f"10/30 21:18:31 - mmengine - INFO - Iter(train) [{i:5d}/2000]  lr: 1.0e-02  eta: 2:46:39  loss: 0.{i}\n"
        )
        text += f"10/30 21:18:59 - mmengine - INFO - Iter(val) [63/63]    mIoU: {i / 100:.4f}  mAcc: 50.0\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(500, 0.5), (1000, 0.1), (1500, 0.15), (2000, 0.2)]
    assert points(part, "val mIoU") == [(500, 5.0), (1000, 10.0), (1500, 15.0), (2000, 20.0)]


def test_ultralytics_console(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        text += "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
        for p, loss in ((10, "9.999"), (100, f"1.{e}23")):
            text += f"\r        {e}/3      2.34G      {loss}       2.31      1.345         16        640: {p:3d}%|███| 8/8 [00:03<00:00,  2.5it/s]"
        text += "\n                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|██████████| 4/4 [00:01<00:00]\n"
        text += f"                   all        128        929      0.6{e}        0.5      0.{e}12      0.451\n\n"
    part = read(tmp_path, text)
    assert part.x_axis == "epoch"
    assert points(part, "box_loss") == [(1, 1.123), (2, 1.223), (3, 1.323)]
    assert points(part, "mAP50") == [(1, 0.112), (2, 0.212), (3, 0.312)]
    assert points(part, "P") == [(1, 0.61), (2, 0.62), (3, 0.63)]


def test_yolov5_results_without_names(tmp_path: Path) -> None:
    row = "{e:6d}/299      7.1G   {v:.5f}    0.1500         0    0.2500       277       640   0.5{e}000   0.4   0.3{e}0000  0.2   0.11000    0.1500         0\n"
    part = read(tmp_path, "".join(row.format(e=e, v=0.1 - e / 100) for e in range(4)), "results.txt")
    assert points(part, "train/box_loss") == [(0, 0.1), (1, 0.09), (2, 0.08), (3, 0.07)]
    assert points(part, "metrics/precision") == [(0, 0.5), (1, 0.51), (2, 0.52), (3, 0.53)]
    assert points(part, "metrics/mAP_0.5") == [(0, 0.3), (1, 0.31), (2, 0.32), (3, 0.33)]
    assert points(part, "val/box_loss") == [(e, 0.11) for e in range(4)]


def _results(rows: list[tuple[float, float, float, float]]) -> str:
    row = "  {e}/9  0.3G  4.6  6.7  3.1  4.3  31  416  {p:.3g}  {r:.3g}  {m:.3g}  {o:.3g}  4.2  1.3  5.2\n"
    return "".join(row.format(e=e, p=p, r=r, m=m, o=o) for e, (p, r, m, o) in enumerate(rows))


def test_yolov3_writes_f1_where_later_versions_write_a_second_map(tmp_path: Path) -> None:
    shares = [(0.0, 0.0, 0.0), (0.0202, 0.336, 0.0831), (0.178, 0.237, 0.148), (0.55, 0.61, 0.58)]
    f1 = [2 * p * r / (p + r) if p else 0.0 for p, r, _ in shares]
    part = read(tmp_path, _results([(*s, f) for s, f in zip(shares, f1, strict=True)]), "results.txt")
    assert [v for _, v in points(part, "metrics/F1")] == [float(f"{f:.3g}") for f in f1]
    assert "metrics/mAP_0.5:0.95" not in part.curves


def test_what_exceeds_the_map_at_half_is_no_stricter_map(tmp_path: Path) -> None:
    rows = [(0.5, 0.4, 0.3 + e / 50, 0.2 + e / 8) for e in range(5)]
    assert "metrics/column 12" in read(tmp_path, _results(rows), "results.txt").curves
    assert "metrics/mAP_0.5:0.95" in read(tmp_path, _results(rows[:1] * 4), "results.txt").curves


def test_darknet_names_its_numbers_behind(tmp_path: Path) -> None:
    text = ""
    for i in range(1, 5):
        text += "Region 82 Avg IOU: 0.31, Class: 0.5, Obj: 0.5, No Obj: 0.4, .5R: 0.1, .75R: 0.0,  count: 3\n" * 2
        text += " (next mAP calculation at 1000 iterations) \n"
        text += f" {i}: {1500 / i:.6f}, {1400 / i:.6f} avg loss, 0.001000 rate, 3.31 seconds, {64 * i} images, 2.3 hours left\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(1, 1500.0), (2, 750.0), (3, 500.0), (4, 375.0)]
    assert points(part, "avg loss")[-1] == (4, 350.0)
    assert not any("next" in tag for tag in part.curves)  # what is to come was not measured
    assert "Avg IOU" not in part.curves
    assert "several of a kind" in said(part, NoteKind.SKIPPED)


def test_nnunet_2(tmp_path: Path) -> None:
    text = "\n#######################################################################\nPlease cite nnU-Net (2021) 18(2), 203-211.\n"
    for e in range(3):
        t = f"2023-05-01 10:0{e}:00.123456: "
        text += (
            f"{t} \n{t}Epoch {e} \n{t}Current learning rate: 0.0099{e} \n{t}train_loss -0.1{e} \n{t}val_loss -0.3{e} \n"
        )
        text += f"{t}Pseudo dice [np.float32(0.5{e}), np.float32(0.61)] \n{t}Epoch time: 90.1 s \n"
    part = read(tmp_path, text)
    assert points(part, "train_loss") == [(0, -0.1), (1, -0.11), (2, -0.12)]
    assert points(part, "val_loss") == [(0, -0.3), (1, -0.31), (2, -0.32)]
    assert points(part, "Pseudo dice/0") == [(0, 0.5), (1, 0.51), (2, 0.52)]
    assert points(part, "Pseudo dice/1") == [(0, 0.61), (1, 0.61), (2, 0.61)]


def test_nnunet_1(tmp_path: Path) -> None:
    text = ""
    for e in range(3):
        t = "2020-07-06 12:14:00.123456: "
        text += f"{t}\nepoch:  {e} \n{t}train loss : -0.2{e}56 \n{t}validation loss: -0.4{e} \n"
        text += f"{t}Average global foreground Dice: [0.5{e}, 0.6] \n{t}lr: 0.00999 \n{t}This epoch took 105.3 s\n\n"
    part = read(tmp_path, text)
    assert points(part, "train loss") == [(0, -0.2056), (1, -0.2156), (2, -0.2256)]
    assert points(part, "Average global foreground Dice/0") == [(0, 0.5), (1, 0.51), (2, 0.52)]


def test_detectron2(tmp_path: Path) -> None:
    text = "".join(
        f"[01/01 12:00:00 d2.utils.events]:  eta: 0:10:00  iter: {i}  total_loss: 2.{i}  loss_cls: 0.9  time: 0.25  lr: 0.001  max_mem: 2500M\n"
        for i in (19, 39, 59, 79)
    )
    assert points(read(tmp_path, text), "total_loss") == [(19, 2.19), (39, 2.39), (59, 2.59), (79, 2.79)]
