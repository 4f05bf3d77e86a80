"""Count the fans of a weight from its shape: the inputs that a unit sums, the units it feeds."""

from collections.abc import Sequence
from typing import NamedTuple

from weightinit._axes import Axes, Layout

__all__ = ["Fans", "compute_fans"]


class Fans(NamedTuple):
    """The two fans of a weight.

    Parameters
    ----------
    fan_in : int
        How many weighted inputs one output unit sums.
    fan_out : int
        How many output units one input unit feeds.

    Examples
    --------
    >>> import weightinit as wi
    >>> fans = wi.Fans(fan_in=784, fan_out=256)
    >>> fans.fan_in + fans.fan_out
    1040
    """

    fan_in: int
    fan_out: int


def compute_fans(
    shape: Sequence[int],
    *,
    in_axis: Axes = -2,
    out_axis: Axes = -1,
    batch_axis: Axes = (),
    groups: int = 1,
    transposed: bool = False,
) -> Fans:
    r"""
    Count the inputs that a unit sums and the outputs that it feeds.

    With :math:`c_\text{in}` and :math:`c_\text{out}` the inputs and outputs of one group, and
    :math:`r` the product of the sizes that no parameter names (the receptive field: 1 for a dense
    layer, ``kernel_h * kernel_w`` for a 2-D kernel),

    .. math:: n_\text{in} = c_\text{in}\, r, \qquad n_\text{out} = c_\text{out}\, r .

    Parameters
    ----------
    shape : sequence of int
        Shape of the weight, at least two axes, each size at least 1.
    in_axis, out_axis : int or sequence of int, default -2 and -1
        The axes that hold the inputs and the outputs, with the meaning that they have in
        ``jax.nn.initializers``. The defaults fit ``(in, out)`` and
        ``(kernel_h, kernel_w, in, out)``; PyTorch's ``(out, in, ...)`` is
        ``in_axis=1, out_axis=0``.
    batch_axis : int or sequence of int, default ()
        The axes of a stack of weights that are used apart (experts, ensembles, heads), as in
        ``jax.nn.initializers``. They do not count.
    groups : int, default 1
        Groups of a grouped convolution, where an input meets the outputs of its own group alone.
        The kernel holds the inputs of one group and the outputs of all, so that `groups` divides
        what `out_axis` holds.
    transposed : bool, default False
        The kernel holds the inputs of all groups and the outputs of one instead, so that `groups`
        divides what `in_axis` holds. So do grouped transposed convolutions in PyTorch, and
        depthwise convolutions in Keras. The shape cannot tell. With one group it is the same.

    Returns
    -------
    Fans
        The named pair ``(fan_in, fan_out)`` of Python ints.

    Raises
    ------
    TypeError
        A size, an axis or `groups` is not an integer (a bool is none), or `transposed` no bool.
    ValueError
        The shape has fewer than two axes or more than 64, a size below 1 or 2**63 elements; an
        axis is out of range or used twice; `groups` does not divide what it should.

    Notes
    -----
    A fan counts what the shape shows. It does not know these, which the caller must say:

    - *Stride.* In a strided convolution an input meets ``fan_out / stride**2`` outputs on
      average. Fan in is not touched.
    - *Transposed convolution.* Input and output change places: an output sums
      ``c_in * kernel_h * kernel_w / stride**2`` terms on average.
    - *Transposed convolution of one pixel*, or with a stride as long as the kernel. An output sums
      ``c_in`` terms: no two windows overlap. Count the kernel among the outputs:
      ``out_axis=(-1, 0, 1)``, or ``(1, 2, 3)`` in PyTorch's layout.
    - *Embedding.* A lookup reads one row and sums nothing: its fan in is 1, whatever the size
      of the vocabulary. Use :class:`Normal` with the std that you want.
    - *Padding.* Units at the border sum fewer terms than the others.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", section 2.2: arXiv:1502.01852.

    Examples
    --------
    A dense layer, weights ``(in, out)``:

    >>> import weightinit as wi
    >>> wi.compute_fans((784, 256))
    Fans(fan_in=784, fan_out=256)

    A kernel ``(kernel_h, kernel_w, in, out)``, and the same one as PyTorch stores it:

    >>> wi.compute_fans((3, 3, 64, 128))
    Fans(fan_in=576, fan_out=1152)
    >>> wi.compute_fans((128, 64, 3, 3), in_axis=1, out_axis=0)
    Fans(fan_in=576, fan_out=1152)

    A projection to 8 heads of 64 units, ``(model, heads, units)``: two axes hold the outputs.

    >>> wi.compute_fans((512, 8, 64), in_axis=0, out_axis=(1, 2))
    Fans(fan_in=512, fan_out=512)

    A stack of 8 experts, each a dense layer from 512 to 2048:

    >>> wi.compute_fans((8, 512, 2048), batch_axis=0)
    Fans(fan_in=512, fan_out=2048)

    A depthwise kernel on 64 channels is 64 groups of one input each. Keras stores it with a
    number of outputs for each channel, ``(kernel_h, kernel_w, channels, multiplier)``:

    >>> wi.compute_fans((3, 3, 1, 64), groups=64)
    Fans(fan_in=9, fan_out=9)
    >>> wi.compute_fans((3, 3, 64, 2), groups=64, transposed=True)
    Fans(fan_in=9, fan_out=18)

    A transposed convolution, kernel 4 x 4, stride 2, from 128 channels to 64, stored as
    ``(kernel_h, kernel_w, in, out)``. An output sums ``fan_in / stride**2`` terms:

    >>> wi.compute_fans((4, 4, 128, 64)).fan_in // 2**2
    512

    The same in 4 groups, as PyTorch stores it, ``(in, out / groups, kernel_h, kernel_w)``, before
    its fan in is divided by ``stride**2``; and from one pixel to an image of 4 x 4:

    >>> wi.compute_fans((128, 16, 4, 4), in_axis=0, out_axis=1, groups=4, transposed=True)
    Fans(fan_in=512, fan_out=256)
    >>> wi.compute_fans((4, 4, 128, 64), out_axis=(-1, 0, 1))
    Fans(fan_in=128, fan_out=1024)
    """
    layout = Layout.of(
        shape,
        in_axis=in_axis,
        out_axis=out_axis,
        batch_axis=batch_axis,
        groups=groups,
        transposed=transposed,
    )
    return Fans(fan_in=layout.fan_in, fan_out=layout.fan_out)
