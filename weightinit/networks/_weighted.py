"""Layers in a chain, and separately their weights: how they start, are copied and shown."""

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from weightinit._arrays import check_dtype, computing_dtype
from weightinit._checks import RandomSource, check_rng
from weightinit._tables import text_table
from weightinit.initializers import Initializer
from weightinit.networks._starts import Start, choose_initializers, drawn
from weightinit.networks.layers._inputs import check_sample_shape
from weightinit.networks.layers.base import Array, Layer, Shape
from weightinit.networks.layers.containers.chain import Chain

__all__ = ["WeightedChain"]


class WeightedChain:
    """What a :class:`~weightinit.Network` holds: its layers, their parameters and statistics."""

    def __init__(self, layers: Sequence[Layer], input_shape: Sequence[int | None]) -> None:
        self.chain = Chain(layers)
        self.input_shape: Shape = check_sample_shape("input_shape", input_shape)
        self.parameter_shapes = self.chain.parameter_shapes(self.input_shape)
        self.output_shape = self.chain.output_shape(self.input_shape)
        self._parameters: dict[str, Array] = {}
        self._statistics: dict[str, Array] = {}

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers by name, in order."""
        return self.chain.named

    @property
    def parameters(self) -> dict[str, Array]:
        """The arrays of the network by name; changing them changes the network."""
        if self.parameter_shapes and not self._parameters:
            raise RuntimeError(
                "this model has no weights yet; give it some with "
                "net.initialize(wi.he_normal, rng=0)"
            )
        return self._parameters

    @property
    def statistics(self) -> dict[str, Array]:
        """Running means and variances by name, ``batchnorm0.mean``; empty before training."""
        return self._statistics

    def initialize(
        self,
        initializer: Initializer | Mapping[str, Initializer],
        *,
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
    ) -> Self:
        """
        Set the first value of each parameter.

        Parameters
        ----------
        initializer : Initializer or mapping of str to Initializer
            One for all weights; or several by pattern, such as
            ``{"rnn*.weight": wi.orthogonal, "*.weight": wi.xavier_uniform}``. The first pattern
            that fits the name of a parameter counts (``*`` stands for any letters).
        rng : int or Generator, optional
            Whatever :func:`numpy.random.default_rng` takes. One generator serves all weights, in
            the order of ``parameters``.
        dtype : dtype, default numpy.float64
            float64 or float32. The network computes in it throughout.

        Returns
        -------
        Network
            The network itself, with new arrays as its parameters.

        Raises
        ------
        TypeError
            Something is not an initializer, or the dtype is another.
        ValueError
            A weight is met by no pattern, a pattern by no parameter, or a shape does not suit its
            initializer.

        Notes
        -----
        Biases start at 0, gains and residual scales at 1, unless a pattern names them. One
        initializer for all weights sees an embedding by its shape, ``(vocabulary, units)``, and
        counts the vocabulary as its fan in, though a lookup sums nothing (:func:`compute_fans`).
        A pattern ``"embedding*.weight"`` gives it one of its own.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.rnn(vocabulary=34, hidden=16, classes=2)
        >>> patterns = {"rnn*.weight": wi.orthogonal, "*.weight": wi.Normal(std=0.1)}
        >>> list(net.initialize(patterns, rng=0).parameters)
        ['embedding0.weight', 'rnn0.weight', 'rnn0.bias', 'dense0.weight', 'dense0.bias']
        """
        kind = check_dtype(dtype)
        if kind != computing_dtype(kind):
            raise TypeError(
                f"dtype must be float64 or float32, got {kind}, in which NumPy multiplies matrices "
                "without BLAS; use float32"
            )
        generator = check_rng(rng)
        chosen = choose_initializers(initializer, self.parameter_shapes)
        starts = [
            Start(name, shape, chosen[name], kind) for name, shape in self.parameter_shapes.items()
        ]
        self._parameters = dict(zip(self.parameter_shapes, drawn(starts, generator), strict=True))
        self._statistics = {}
        return self

    def copy(self) -> Self:
        """
        Return a network of the same layers with copies of its parameters and statistics.

        Returns
        -------
        Network
            What is done to it does not touch this one.

        Raises
        ------
        RuntimeError
            The network has no weights yet.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 1]).initialize(wi.zeros)
        >>> net.copy().parameters["dense0.weight"] is net.parameters["dense0.weight"]
        False
        """
        made = copy.copy(self)
        made._parameters = {name: array.copy() for name, array in self.parameters.items()}
        made._statistics = {name: array.copy() for name, array in self.statistics.items()}
        return made

    def check_inputs(self, x: ArrayLike) -> Array:
        """
        Return a batch in the form that the network computes with.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            A batch of samples.

        Returns
        -------
        ndarray, shape (n, ...)
            Tokens as they are, anything else in the dtype of the weights.

        Raises
        ------
        RuntimeError, TypeError, ValueError
            As for :meth:`forward`.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 1]).initialize(wi.zeros)
        >>> net.check_inputs([[1, 2]])
        array([[1., 2.]])
        """
        dtypes = {array.dtype for array in self.parameters.values()} or {np.dtype(np.float64)}
        return self.chain._check_batch(x, np.result_type(*dtypes), self.input_shape)

    def __repr__(self) -> str:
        """Return the expression that makes the network, without its weights."""
        return f"Network({list(self.chain.layers)!r}, input_shape={self.input_shape!r})"

    def __str__(self) -> str:
        """Return a table of the layers: name, shape of the output, number of parameters."""
        shape = self.input_shape
        rows = [("layer", "output", "parameters"), ("input", str(shape), "")]
        for name, layer in self.layers.items():
            sizes = layer.parameter_shapes(shape).values()
            shape = layer.output_shape(shape)
            rows.append((name, str(shape), f"{sum(map(math.prod, sizes)):,}"))
        total = sum(map(math.prod, self.parameter_shapes.values()))
        return "\n".join(text_table([*rows, ("all", "", f"{total:,}")], left=2))
