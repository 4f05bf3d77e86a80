"""Models of Keras: its applications, small, and networks of its examples."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers
from keras.src.applications.resnet import ResNet, stack_residual_blocks_v1

from benchmarks.interop.data import CLASSES, LENGTH, WORDS, images, phrases, series
from benchmarks.interop.entries import Entry

__all__ = ["ENTRIES"]

_SMALL = {"input_shape": (32, 32, 3), "weights": None, "classes": CLASSES}
_LOGITS = {"classifier_activation": None, **_SMALL}


def _mobilenet() -> keras.Model:
    return keras.applications.MobileNetV2(alpha=0.35, **_LOGITS)


def _resnet() -> keras.Model:
    def stack(x: Any) -> Any:
        x = stack_residual_blocks_v1(x, 16, 2, stride1=1, name="conv2")
        return stack_residual_blocks_v1(x, 32, 2, name="conv3")

    return ResNet(stack, preact=False, use_bias=True, weights_name=None, name="resnet", **_LOGITS)


def _convnet() -> keras.Model:
    """Return the network of Keras' example on MNIST."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(CLASSES),
        ]
    )


def _lstm() -> keras.Model:
    """Return the network of Keras' example on reviews of films."""
    inputs = keras.Input((LENGTH,), dtype="int32")
    x = layers.Embedding(WORDS, 64)(inputs)
    x = layers.Bidirectional(layers.LSTM(32, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(32))(x)
    return keras.Model(inputs, layers.Dense(CLASSES)(x))


def _transformer() -> keras.Model:
    """Return the encoder of Keras' example on time series."""
    inputs = x = keras.Input((64, 1))
    for _ in range(2):
        attended = layers.MultiHeadAttention(key_dim=16, num_heads=4, dropout=0.1)(x, x)
        res = layers.LayerNormalization(epsilon=1e-6)(layers.Dropout(0.1)(attended)) + x
        x = layers.Conv1D(filters=4, kernel_size=1, activation="relu")(res)
        x = layers.Conv1D(filters=1, kernel_size=1)(layers.Dropout(0.1)(x))
        x = layers.LayerNormalization(epsilon=1e-6)(x) + res
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dropout(0.4)(layers.Dense(128, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(CLASSES)(x))


def _waves(seed: int) -> tuple[Any, Any]:
    """Return oscillations, and which tenth their frequency is in, by crossings of zero."""
    x, _ = series(seed)
    crossings = (np.diff(np.sign(x[:, 0])) != 0).sum(axis=1)
    return np.moveaxis(x, 1, 2).copy(), np.minimum(crossings * CLASSES // 20, CLASSES - 1)


def _seeded(make: Callable[[], keras.Model]) -> Callable[[int], keras.Model]:
    def build(seed: int) -> keras.Model:
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        return make()

    return build


def _entry(name: str, make: Callable[[], keras.Model], batch: Any, *flat: str) -> Entry:
    return Entry(name, "keras", "keras", _seeded(make), batch, flat=flat)


_images = partial(images, last=True)

ENTRIES = [
    _entry("MobileNetV2 (Keras)", _mobilenet, _images, "*_expand_BN.beta", "*_depthwise_BN.beta"),
    _entry("ResNet (Keras)", _resnet, _images, "*_1_bn.beta", "*_2_bn.beta"),
    _entry("ConvNet (Keras)", _convnet, _images, "*conv2d*.bias"),
    _entry("LSTM both ways (Keras)", _lstm, phrases),
    _entry("Transformer encoder (Keras)", _transformer, _waves, "*conv1d*.bias"),
]
