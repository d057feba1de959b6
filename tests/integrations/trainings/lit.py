"""A tiny model trained by Lightning."""

from __future__ import annotations

import sys

import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from torch.utils.data import DataLoader, TensorDataset

from curveread.integrations.lightning import ReportCallback
from tests.integrations.trainings.middle import reached


class Line(LightningModule):
    """A straight line through points."""

    def __init__(self, lr: float) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch: list[torch.Tensor], index: int) -> torch.Tensor:
        reached(self.global_step)
        loss = self._loss(batch)
        self.log("train_loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch: list[torch.Tensor], index: int) -> None:
        self.log("val_loss", self._loss(batch))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.hparams["lr"])

    def _loss(self, batch: list[torch.Tensor]) -> torch.Tensor:
        x, y = batch
        return ((self.layer(x)[:, 0] - y) ** 2).mean()


def main() -> None:
    """Train."""
    torch.manual_seed(0)
    x = torch.randn(640, 4)
    data = TensorDataset(x, x.sum(dim=1) + 0.1 * torch.randn(640))
    trainer = Trainer(
        max_epochs=4, log_every_n_steps=1, accelerator="cpu", enable_progress_bar=False, enable_model_summary=False,
        logger=TensorBoardLogger("out"), callbacks=[] if "bare" in sys.argv else [ReportCallback("report.html")],
    )  # fmt: skip
    trainer.fit(Line(0.02), DataLoader(data, batch_size=32), DataLoader(data, batch_size=64))


if __name__ == "__main__":
    main()
