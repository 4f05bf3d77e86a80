"""Networks of the examples of Flax, in linen and in nnx."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen, nnx

from benchmarks.interop.data import CLASSES, WORDS, images, text
from benchmarks.interop.entries import Entry

__all__ = ["ENTRIES"]


class MLP(linen.Module):
    """Dense layers with ReLU between, for images as rows."""

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Return scores of classes."""
        x = x.reshape(len(x), -1)
        for _ in range(3):
            x = linen.relu(linen.Dense(128)(x))
        return linen.Dense(CLASSES)(x)


class CNN(linen.Module):
    """The network of Flax' example on MNIST."""

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Return scores of classes."""
        x = linen.relu(linen.Conv(features=32, kernel_size=(3, 3))(x))
        x = linen.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
        x = linen.relu(linen.Conv(features=64, kernel_size=(3, 3))(x))
        x = linen.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
        x = x.reshape((x.shape[0], -1))
        x = linen.relu(linen.Dense(features=256)(x))
        return linen.Dense(features=CLASSES)(x)


class ResNetBlock(linen.Module):
    """A block of the example on ImageNet: its last gain starts at zero."""

    features: int

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Return the sum of what the block does and what comes in."""
        conv = partial(linen.Conv, self.features, (3, 3), use_bias=False)
        norm = partial(linen.BatchNorm, use_running_average=False, momentum=0.9)
        y = linen.relu(norm()(conv()(x)))
        y = norm(scale_init=linen.initializers.zeros_init())(conv()(y))
        if x.shape != y.shape:
            x = norm(name="norm_proj")(linen.Conv(self.features, (1, 1), name="conv_proj")(x))
        return linen.relu(x + y)


class ResNet(linen.Module):
    """Three blocks of the example on ImageNet."""

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Return scores of classes."""
        x = linen.Conv(32, (3, 3), strides=(2, 2), use_bias=False, name="conv_init")(x)
        x = linen.relu(linen.BatchNorm(use_running_average=False, name="bn_init")(x))
        for width in (32, 32, 64):
            x = ResNetBlock(width)(x)
        return linen.Dense(CLASSES)(x.mean(axis=(1, 2)))


class EncoderDecoder1DBlock(linen.Module):
    """A block of the example on one billion words: its dense layers have biases near zero."""

    @linen.compact
    def __call__(self, x: jax.Array, mask: jax.Array) -> jax.Array:
        """Return the words with what they attend to."""
        uniform = linen.initializers.xavier_uniform()
        attention = linen.MultiHeadDotProductAttention(
            4, kernel_init=uniform, use_bias=False, deterministic=True
        )
        x = x + attention(linen.LayerNorm()(x), mask=mask)
        near_zero = linen.initializers.normal(stddev=1e-6)
        dense = partial(linen.Dense, kernel_init=uniform, bias_init=near_zero)
        y = linen.relu(dense(256)(linen.LayerNorm()(x)))
        return x + dense(64)(y)


class TransformerLM(linen.Module):
    """The language model of the example on one billion words, small."""

    @linen.compact
    def __call__(self, words: jax.Array) -> jax.Array:
        """Return scores of the next word at each place."""
        x = linen.Embed(WORDS, 64, embedding_init=linen.initializers.normal(stddev=1.0))(words)
        places = self.param("places", linen.initializers.normal(0.02), (words.shape[1], 64))
        mask = linen.make_causal_mask(words)
        x = x + places
        for _ in range(3):
            x = EncoderDecoder1DBlock()(x, mask)
        return linen.Dense(WORDS)(linen.LayerNorm()(x))


class NNXMLP(nnx.Module):
    """The network of the introduction to nnx, for images as rows."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.linear1 = nnx.Linear(3072, 128, rngs=rngs)
        self.bn = nnx.BatchNorm(128, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)
        self.linear2 = nnx.Linear(128, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return scores of classes."""
        x = nnx.relu(self.dropout(self.bn(self.linear1(x.reshape(len(x), -1)))))
        return self.linear2(x)


class NNXCNN(nnx.Module):
    """The network of the tutorial of nnx on MNIST."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.conv1 = nnx.Conv(3, 32, kernel_size=(3, 3), rngs=rngs)
        self.batch_norm1 = nnx.BatchNorm(32, rngs=rngs)
        self.dropout1 = nnx.Dropout(rate=0.025, rngs=rngs)
        self.conv2 = nnx.Conv(32, 64, kernel_size=(3, 3), rngs=rngs)
        self.batch_norm2 = nnx.BatchNorm(64, rngs=rngs)
        self.avg_pool = partial(nnx.avg_pool, window_shape=(2, 2), strides=(2, 2))
        self.linear1 = nnx.Linear(4096, 256, rngs=rngs)
        self.dropout2 = nnx.Dropout(rate=0.025, rngs=rngs)
        self.linear2 = nnx.Linear(256, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return scores of classes."""
        x = self.avg_pool(nnx.relu(self.batch_norm1(self.dropout1(self.conv1(x)))))
        x = self.avg_pool(nnx.relu(self.batch_norm2(self.conv2(x))))
        x = nnx.relu(self.dropout2(self.linear1(x.reshape(x.shape[0], -1))))
        return self.linear2(x)


class NNXBlock(nnx.Module):
    """A transformer's block with the attention of nnx."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.norm1, self.norm2 = (nnx.LayerNorm(64, rngs=rngs) for _ in range(2))
        self.attention = nnx.MultiHeadAttention(4, 64, decode=False, rngs=rngs)
        self.linear1 = nnx.Linear(64, 256, rngs=rngs)
        self.linear2 = nnx.Linear(256, 64, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return the words with what they attend to."""
        x = x + self.attention(self.norm1(x), mask=nnx.make_causal_mask(x[..., 0]))
        return x + self.linear2(nnx.gelu(self.linear1(self.norm2(x))))


class NNXTransformer(nnx.Module):
    """A small language model of such blocks."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.embed = nnx.Embed(WORDS, 64, rngs=rngs)
        self.blocks = nnx.List([NNXBlock(rngs) for _ in range(3)])
        self.norm = nnx.LayerNorm(64, rngs=rngs)
        self.head = nnx.Linear(64, WORDS, rngs=rngs)

    def __call__(self, words: jax.Array) -> jax.Array:
        """Return scores of the next word at each place."""
        x = self.embed(words)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def _linen(name: str, module: linen.Module, batch: Any, *flat: str) -> Entry:
    def build(seed: int) -> Any:
        return module, jax.jit(module.init)(jax.random.key(seed), batch(0)[0])

    return Entry(name, "flax", "linen", build, batch, flat=flat)


def _nnx(name: str, make: Callable[[nnx.Rngs], nnx.Module], batch: Any, *flat: str) -> Entry:
    return Entry(name, "flax", "nnx", lambda seed: make(nnx.Rngs(seed)), batch, flat=flat)


def _on_device(batch: Callable[..., Any], **options: Any) -> Callable[[int], Any]:
    return lambda seed: tuple(map(jnp.asarray, batch(seed, **options)))


_images, _text = _on_device(images, last=True), _on_device(text)

ENTRIES = [
    _linen("MLP (linen)", MLP(), _images, "Dense_[012].bias"),
    _linen("CNN (linen)", CNN(), _images, "Conv_*.bias", "Dense_0.bias"),
    _linen("ResNet (linen)", ResNet(), _images, "*BatchNorm_0.bias"),
    _linen("Transformer (linen)", TransformerLM(), _text, "*Block_*.Dense_0.bias"),
    _nnx("MLP (nnx)", NNXMLP, _images, "bn.bias"),
    _nnx("CNN (nnx)", NNXCNN, _images, "batch_norm*.bias", "linear1.bias"),
    _nnx("Transformer (nnx)", NNXTransformer, _text, "blocks.*.linear1.bias"),
]
