"""A network: an architecture, and separately its weights."""

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from weightinit._arrays import check_dtype, computing_dtype
from weightinit._checks import RandomSource, check_rng
from weightinit._messages import shown
from weightinit._tables import text_table
from weightinit.initializers import Initializer
from weightinit.networks._backpropagation import backpropagate
from weightinit.networks._losses import Loss, choose_loss, labels_of
from weightinit.networks._starts import Start, choose_initializers, drawn
from weightinit.networks.layers._inputs import check_sample_shape, no_overflow
from weightinit.networks.layers.base import Array, Gradients, Layer, Shape
from weightinit.networks.layers.chain import Chain
from weightinit.networks.record import Step, watch

__all__ = ["Network"]

_WHERE = "wi.diagnose(net, x) says in which layer they do not"


class Network:
    """
    A chain of layers whose weights are set apart from the architecture.

    Parameters
    ----------
    layers : sequence of Layer
        The layers, in the order of the forward pass.
    input_shape : sequence of int or None
        The shape of one sample, without the batch axis; None for an axis of any length, such as
        time.

    Attributes
    ----------
    layers : dict of str to Layer
        The layers by name: kind and number, ``dense0``, ``relu0``, ``dense1``.
    parameter_shapes : dict of str to tuple of int
        The shapes of all parameters, by name: ``dense0.weight``.

    Raises
    ------
    TypeError, ValueError
        `layers` is no sequence of layers, `input_shape` no shape, or a layer does not take what the
        one before it gives.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> from weightinit.networks import ActivationLayer, Dense
    >>> net = wi.Network([Dense(4), ActivationLayer("tanh"), Dense(1)], input_shape=(2,))
    >>> net.parameter_shapes
    {'dense0.weight': (2, 4), 'dense0.bias': (4,), 'dense1.weight': (4, 1), 'dense1.bias': (1,)}
    >>> net.initialize(wi.xavier_normal, rng=0).forward(np.zeros((3, 2))).shape
    (3, 1)
    """

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

    def forward(self, x: ArrayLike) -> Array:
        """
        Compute the outputs: the logits of a classifier, the values of a regression.

        A trained network normalizes by its running ``statistics`` here, if it has a
        :class:`~weightinit.networks.BatchNorm`.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            A batch of samples; they are cast to the dtype of the weights.

        Returns
        -------
        ndarray, shape (n, units)
            The outputs, in the dtype of the weights.

        Raises
        ------
        RuntimeError
            The network has no weights yet.
        TypeError, ValueError
            The batch is empty, of another shape, or not finite; a token is out of range.
        FloatingPointError
            An output is not finite: a weight is not, or the signal overflows.

        Examples
        --------
        >>> import numpy as np
        >>> import weightinit as wi
        >>> net = wi.mlp([784, 64, 10]).initialize(wi.he_normal, rng=0, dtype=np.float32)
        >>> z = net.forward(np.ones((5, 784)))
        >>> z.shape, z.dtype
        ((5, 10), dtype('float32'))
        """
        parameters, batch = self.parameters, self.check_inputs(x)
        with no_overflow("x and the weights", _WHERE) as made:
            made.append(self.chain._outputs(parameters | self.statistics, batch))
        return made[0]

    def predict(self, x: ArrayLike) -> Array:
        """
        Choose the most probable label of each sample, or of each position of a sequence.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            A batch of samples.

        Returns
        -------
        ndarray of int, shape (n,) or (n, T)
            With one output, 1 where the logit is above 0; with several, the number of the largest.

        Raises
        ------
        RuntimeError, TypeError, ValueError, FloatingPointError
            As for :meth:`forward`; the outputs are not of shape (n, units) or (n, T, units).

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
        >>> net.predict([[0.5, -1.0]]).shape
        (1,)
        """
        z = self.forward(x)
        if z.ndim not in (2, 3):
            raise ValueError(
                f"x must lead to outputs of shape (n, units) for labels, got {shown(z.shape)}; "
                "end the network with Flatten() and Dense(...)"
            )
        return labels_of(z)

    def loss_and_gradients(self, x: ArrayLike, y: ArrayLike) -> tuple[float, Gradients]:
        r"""
        Compute the loss of a batch and its gradient for each parameter, by backpropagation.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            A batch of samples.
        y : array_like, shape (n,), (n, d) or (n, T)
            Integer labels ``(n,)``: the loss is the cross-entropy, of a sigmoid if the network has
            one output, of a softmax if it has several. Float targets ``(n, d)``: the mean squared
            error. Integer labels ``(n, T)`` of positions, where outputs are ``(n, T, k)``: the
            cross-entropy. Padding does not count, token 0, nor do labels of -1.

        Returns
        -------
        loss : float
            The mean over the batch, or over those of its positions that count.
        gradients : dict of str to ndarray
            :math:`\partial L / \partial \theta` for each of ``parameters``, by the same name.

        Raises
        ------
        RuntimeError, TypeError, ValueError, FloatingPointError
            As for :meth:`forward`; or the labels or targets do not fit the outputs, or the loss or
            a gradient is not finite.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 1]).initialize(wi.zeros)
        >>> loss, gradients = net.loss_and_gradients([[1.0, 2.0]], [1])
        >>> loss, gradients["dense0.weight"].T  # log 2
        (0.693147, array([[-0.5, -1. ]]))
        """
        parameters = self.parameters
        batch = self.check_inputs(x)
        loss, targets = self._choose_loss(batch, y)
        with no_overflow("x, y and the weights", _WHERE) as made:
            value, _, gradients = backpropagate(self.chain, parameters, loss, batch, targets)
            made.extend([np.asarray(value), *gradients.values()])
        return value, gradients

    def record(self, x: ArrayLike, y: ArrayLike | None = None) -> dict[str, Step]:
        """
        Compute what :meth:`forward` or :meth:`loss_and_gradients` does, and keep each layer's part.

        For a look at any layer, in the shapes that layers have. What measures and judges work
        with, whatever the framework, is a :func:`trace`.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            A batch of samples.
        y : array_like, shape (n,), (n, d) or (n, T), optional
            Labels or targets. Left out: nothing goes back, and there are no gradients.

        Returns
        -------
        dict of str to Step
            What each layer was given and made, by its name, in order; the layers of a residual
            branch stand before their block, with its name in front: ``residual0.dense1``. Values
            need not be finite.

        Raises
        ------
        RuntimeError, TypeError, ValueError
            As for :meth:`loss_and_gradients`, but that nothing is said of an overflow.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 3, 1], "tanh").initialize(wi.zeros)
        >>> steps = net.record([[1.0, 2.0]], [1])
        >>> list(steps), steps["tanh0"].y, steps["dense1"].dy
        (['dense0', 'tanh0', 'dense1'], array([[0., 0., 0.]]), array([[-0.5]]))
        """
        parameters, batch = self.parameters, self.check_inputs(x)
        chain, steps = watch(self.chain)
        with np.errstate(all="ignore"):  # what is not finite shows in the record
            if y is None:
                chain._outputs(parameters, batch)
            else:
                loss, targets = self._choose_loss(batch, y)
                backpropagate(chain, parameters, loss, batch, targets)
        return steps

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

    def _positions(self, batch: Array) -> Array | None:
        """Return which positions of a batch are no padding; None if there is none."""
        first = self.chain.layers[0]  # tokens are padding, and no layer that keeps them undoes it
        return first._mask(batch, None) if len(self.output_shape) == 2 else None

    def _choose_loss(self, batch: Array, y: ArrayLike) -> tuple[Loss, Array]:
        """Return the loss of labels or targets for a batch, and these as it takes them."""
        mask, shape = self._positions(batch), self.output_shape
        if len(shape) == 2:
            shape = batch.shape[1], shape[1]
        return choose_loss(y, len(batch), shape, mask)

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
