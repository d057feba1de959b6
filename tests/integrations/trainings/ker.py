"""A tiny model trained by Keras."""

from __future__ import annotations

import keras
import numpy as np

from curveread.integrations.keras import ReportCallback
from tests.integrations.trainings.middle import reached


class Middle(keras.callbacks.Callback):
    """Calls :func:`reached` within the epoch after the middle one."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        reached(self.epoch if batch >= 3 else 0)


def main() -> None:
    """Train."""
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).standard_normal((320, 4))
    y = x.sum(axis=1) + 0.1 * np.random.default_rng(1).standard_normal(320)
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)], name="line")
    model.compile(keras.optimizers.SGD(0.005), "mse")
    model.fit(
        x, y, batch_size=32, epochs=60, validation_split=0.2, verbose=0,
        callbacks=[ReportCallback("report.html"), Middle()],
    )  # fmt: skip


if __name__ == "__main__":
    main()
