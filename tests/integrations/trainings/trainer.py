"""A tiny model trained by the Trainer of transformers."""

from __future__ import annotations

import torch
from torch.utils.data import Dataset
from transformers import PretrainedConfig, PreTrainedModel, Trainer, TrainerCallback, TrainingArguments

from curveread.integrations.transformers import ReportCallback
from tests.integrations.trainings.middle import reached


class Line(PreTrainedModel):
    """A straight line through points."""

    config_class = PretrainedConfig

    def __init__(self, config: PretrainedConfig) -> None:
        super().__init__(config)
        self.layer = torch.nn.Linear(4, 1)
        self.post_init()

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": ((self.layer(x)[:, 0] - labels) ** 2).mean()}


class Points(Dataset[dict[str, torch.Tensor]]):
    """Points on a noisy line."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.x = torch.randn(640, 4)
        self.y = self.x.sum(dim=1) + 0.1 * torch.randn(640)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> dict[str, torch.Tensor]:
        return {"x": self.x[i], "labels": self.y[i]}


class Middle(TrainerCallback):
    """Calls :func:`reached`."""

    def on_step_end(self, args: object, state: object, control: object, **kwargs: object) -> None:
        reached(state.global_step)


def main() -> None:
    """Train."""
    settings = TrainingArguments(
        "out", num_train_epochs=2, per_device_train_batch_size=8, logging_steps=1, save_strategy="steps", save_steps=30,
        report_to=["tensorboard", "mlflow"], learning_rate=1e-2, disable_tqdm=True, use_cpu=True,
    )  # fmt: skip
    Trainer(Line(PretrainedConfig()), settings, train_dataset=Points(), callbacks=[ReportCallback(), Middle()]).train()


if __name__ == "__main__":
    main()
