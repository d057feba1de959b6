"""The detector of the notebook, trained for real: ``python sample_logs/make/detector_run.py notebooks/detector``.

A one-stage detector (five convolutions, a grid of 6x6 cells) learns to find and to name the 8x8 digits that come with
scikit-learn, one to three of them enlarged on a noisy canvas of 48x48. Few images are seen again and again without
augmentation. Each epoch is a row of ``results.csv``, in the layout of YOLOv5: losses are means over cells or boxes, the
precision and the recall those of the best F1 and averaged over classes, the mAP that of PASCAL VOC 2010. About a minute
on one CPU thread.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

CANVAS, CELLS, CLASSES = 48, 6, 10
EPOCHS, IMAGES, HELD_OUT, BATCH, RATE = 60, 1000, 150, 20, 1e-3
COLUMNS = (
    "epoch,train/box_loss,train/obj_loss,train/cls_loss,metrics/precision,metrics/recall,metrics/mAP_0.5,"
    "metrics/mAP_0.5:0.95,val/box_loss,val/obj_loss,val/cls_loss,x/lr0"
).split(",")


def images(digits: np.ndarray, names: np.ndarray, count: int, seed: int) -> tuple[Tensor, list[Tensor]]:
    """Return ``count`` canvases, and of each its boxes: left, top, right, bottom in pixels, and the digit."""
    rng = np.random.default_rng(seed)
    canvases, boxes = [], []
    for _ in range(count):
        canvas, found = rng.normal(0.0, 0.1, (CANVAS, CANVAS)), list[list[float]]()
        for _ in range(rng.integers(1, 4)):
            which, side = rng.integers(len(digits)), int(rng.integers(14, 21))
            left, top = rng.integers(0, CANVAS - side, 2)
            box = [left, top, left + side, top + side, names[which]]
            if any(overlap(torch.tensor([box[:4]]), torch.tensor([other[:4]]))[0, 0] > 0.05 for other in found):
                continue
            small = torch.tensor(digits[which])[None, None].float() / 16.0
            drawn = functional.interpolate(small, (side, side), mode="bilinear", align_corners=False)
            canvas[top : top + side, left : left + side] += drawn[0, 0].numpy()
            found.append([float(v) for v in box])
        canvases.append(canvas)
        boxes.append(torch.tensor(found))
    return torch.tensor(np.array(canvases), dtype=torch.float32)[:, None], boxes


def overlap(one: Tensor, other: Tensor) -> Tensor:
    """Return the intersection over union of each box of one with each of the other."""
    low, high = torch.max(one[:, None, :2], other[None, :, :2]), torch.min(one[:, None, 2:4], other[None, :, 2:4])
    inside = (high - low).clamp(min=0).prod(2)
    area = [(b[:, 2:4] - b[:, :2]).prod(1) for b in (one, other)]
    return inside / (area[0][:, None] + area[1][None] - inside + 1e-9)


def network() -> nn.Sequential:
    """Return the detector: 5 numbers of a box and 10 of its class for each cell."""
    layers: list[nn.Module] = []
    for before, after, stride in ((1, 16, 2), (16, 32, 2), (32, 64, 2), (64, 64, 1)):
        layers += [nn.Conv2d(before, after, 3, stride, 1), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(64, 5 + CLASSES, 1))


def placed(raw: Tensor) -> Tensor:
    """Return the boxes that a grid of outputs means, (n, cells, cells, 4) in pixels."""
    at = torch.arange(CELLS, dtype=torch.float32)
    size = CANVAS / CELLS
    x = (torch.sigmoid(raw[:, 1]) + at[None, None, :]) * size
    y = (torch.sigmoid(raw[:, 2]) + at[None, :, None]) * size
    half = 8.0 * torch.exp(raw[:, 3:5].clamp(-2, 2))
    return torch.stack((x - half[:, 0], y - half[:, 1], x + half[:, 0], y + half[:, 1]), -1)


def losses(raw: Tensor, boxes: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the loss of the boxes (1 - IoU), of the objectness and of the classes."""
    size = CANVAS / CELLS
    wanted, at, names = torch.zeros(len(raw), CELLS, CELLS), [], []
    for image, found in enumerate(boxes):
        middle = ((found[:, :2] + found[:, 2:4]) / 2 / size).long()
        at += [(image, int(y), int(x)) for x, y in middle]
        names.append(found)
    i, y, x = torch.tensor(at).T
    wanted[i, y, x] = 1.0
    truth = torch.cat(names)
    box = 1.0 - torch.diagonal(overlap(placed(raw)[i, y, x], truth)).mean()
    obj = functional.binary_cross_entropy_with_logits(raw[:, 0], wanted)
    return box, obj, functional.cross_entropy(raw[:, 5:][i, :, y, x], truth[:, 4].long())


def detections(raw: Tensor) -> Iterator[np.ndarray]:
    """Yield of each image what is found, the surest first: box, class, score; doubles are left out."""
    scores = torch.sigmoid(raw[:, 0])[..., None] * torch.softmax(raw[:, 5:].movedim(1, -1), -1)
    best, names = scores.max(-1)
    for boxes, score, name in zip(placed(raw).flatten(1, 2), best.flatten(1), names.flatten(1), strict=True):
        order = score.argsort(descending=True)[:20]
        order = order[score[order] > 0.05]
        shared = overlap(boxes[order], boxes[order]).numpy()
        kept = list[int]()
        for i in range(len(order)):
            if not (shared[i, kept] > 0.5).any():
                kept.append(i)
        chosen = order[kept]
        yield torch.cat((boxes[chosen], name[chosen, None], score[chosen, None]), 1).numpy()


def scored(found: list[np.ndarray], boxes: list[Tensor], least: float) -> tuple[float, float, float]:
    """Return the mean over the classes of the average precision, and of precision and recall where F1 is best."""
    hits: list[list[tuple[float, bool]]] = [[] for _ in range(CLASSES)]
    total = np.bincount(np.concatenate([truth[:, 4].numpy() for truth in boxes]).astype(int), minlength=CLASSES)
    for seen, truth in zip(found, boxes, strict=True):
        shares = overlap(torch.tensor(seen), truth).numpy() * (seen[:, 4:5] == truth[:, 4].numpy())
        for one, share in zip(seen, shares, strict=True):  # the surest first
            best = int(share.argmax())
            hit = bool(share[best] >= least)
            hits[int(one[4])].append((float(one[5]), hit))
            if hit:
                shares[:, best] = 0.0  # each box is found once
    every = list[tuple[float, float, float]]()
    for mine, count in zip(hits, total.tolist(), strict=True):
        right = np.cumsum([hit for _, hit in sorted(mine, reverse=True)] or [0])
        recall, precision = right / max(count, 1), right / np.arange(1, len(right) + 1)
        f1 = int(np.argmax(2 * precision * recall / (precision + recall + 1e-9)))
        falling = np.maximum.accumulate(precision[::-1])[::-1]
        every.append((float(np.sum(np.diff(recall, prepend=0.0) * falling)), float(precision[f1]), float(recall[f1])))
    ap, precision, recall = np.mean(every, axis=0).tolist()
    return ap, precision, recall


def train(folder: Path) -> None:
    """Train the detector and write a row for each epoch."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    digits = load_digits()
    seen, boxes = images(digits.images[:400], digits.target[:400], IMAGES, seed=1)
    held, truth = images(digits.images[900:], digits.target[900:], HELD_OUT, seed=2)
    model = network()
    optimiser = torch.optim.AdamW(model.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, EPOCHS * (IMAGES // BATCH))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for epoch in range(EPOCHS):
            model.train()
            parts = list[list[float]]()
            for batch in torch.randperm(IMAGES).split(BATCH):
                loss = losses(model(seen[batch]), [boxes[i] for i in batch])
                optimiser.zero_grad()
                (2.0 * loss[0] + 5.0 * loss[1] + loss[2]).backward()
                optimiser.step()
                schedule.step()
                parts.append([part.item() for part in loss])
            model.eval()
            with torch.no_grad():
                raw = model(held)
                evaluated = [part.item() for part in losses(raw, truth)]
                found = list(detections(raw))
            half = scored(found, truth, 0.5)
            whole = np.mean([scored(found, truth, least)[0] for least in np.arange(0.5, 1.0, 0.1)])
            figures = [*np.mean(parts, axis=0), half[1], half[2], half[0], whole, *evaluated, schedule.get_last_lr()[0]]
            writer.writerow([epoch, *(f"{figure:.5g}" for figure in figures)])
            file.flush()


if __name__ == "__main__":
    train(Path(sys.argv[1]))
