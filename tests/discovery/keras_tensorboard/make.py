"""Trains a small classifier and logs it with Keras's own TensorBoard callback, to the folder of this file.

Needs ``keras tensorflow-cpu tensorboard``: the callback writes through TensorFlow, also where Keras runs on JAX.
Of 200 examples it learns for 60 epochs of 10 steps, and overfits.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np


def main() -> None:
    """Train, and write train/ and validation/."""
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    x = rng.standard_normal((400, 12)).astype("float32")
    y = (x[:, 0] * x[:, 1] + 0.3 * rng.standard_normal(400) > 0).astype("int32")
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss, metrics=["accuracy"])
    logging = keras.callbacks.TensorBoard(str(Path(__file__).parent))
    held_out = (x[200:], y[200:])
    model.fit(x[:200], y[:200], batch_size=20, epochs=60, validation_data=held_out, callbacks=[logging], verbose=0)


if __name__ == "__main__":
    main()
