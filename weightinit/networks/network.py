"""A network: an architecture, and separately its weights."""

import numpy as np
from numpy.typing import ArrayLike

from weightinit._messages import shown
from weightinit.networks._backpropagation import backpropagate
from weightinit.networks._losses import Loss, choose_loss, labels_of
from weightinit.networks._weighted import WeightedChain
from weightinit.networks.layers._inputs import no_overflow
from weightinit.networks.layers.base import Array, Gradients
from weightinit.networks.record import Step, watch

__all__ = ["Network"]

_WHERE = "wi.diagnose(net, x) says in which layer they do not"


class Network(WeightedChain):
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
