"""Check the inputs of networks and layers before the work starts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from weightinit._arrays import MOST_AXES, check_array
from weightinit._checks import check_integer, check_items, check_mapping
from weightinit._messages import listed, shown
from weightinit.networks.layers._types import Array, Shape

__all__ = [
    "check_gradient",
    "check_mask",
    "check_parameters",
    "check_sample_shape",
    "check_tokens",
    "check_values",
    "no_overflow",
]


def check_sample_shape(name: str, shape: object) -> Shape:
    """Return the shape of one sample: positive integers, None for an axis of any length."""
    allowed, hint = "a sequence of sizes, None for any", "write (784,), or (None,) for tokens"
    sizes = check_items(name, shape, allowed, hint=hint, most=MOST_AXES - 1)
    return tuple(
        size if size is None else check_integer(f"{name}[{axis}]", size, at_least=1, hint=hint)
        for axis, size in enumerate(sizes)
    )


def check_values(x: object, dtype: np.dtype[Any], input_shape: Shape | None = None) -> Array:
    """Return a batch of finite real numbers in a dtype, copied if it has another."""
    batch = check_array("x", x, "an array of real numbers", hint="encode anything else first")
    _check_batch(batch, input_shape)
    with np.errstate(over="ignore"):  # told below
        batch = batch.astype(dtype, copy=False)
    if not np.isfinite(batch).all():
        raise ValueError(
            f"x must be finite in {dtype}, got NaN or infinity; drop those samples, or fill them in"
        )
    return batch


def check_tokens(x: object, vocabulary: int, input_shape: Shape | None = None) -> Array:
    """Return a batch of tokens below the size of the vocabulary."""
    allowed = f"an array of tokens, which are integers from 0 to {vocabulary - 1}"
    batch = check_array("x", x, allowed, kinds="iu", hint="number the words: token 0 is padding")
    _check_batch(batch, input_shape)
    if batch.min() < 0 or batch.max() >= vocabulary:
        wrong = batch[(batch < 0) | (batch >= vocabulary)][0]
        raise ValueError(
            f"tokens must be from 0 to {vocabulary - 1}, got {wrong} in x; make the vocabulary of "
            "the network as large as that of the data"
        )
    return batch


def _check_batch(batch: Array, input_shape: Shape | None) -> None:
    """Raise if this is no batch, is empty, or has samples of another shape."""
    if batch.ndim < 1 or (input_shape is not None and not _fits(batch.shape[1:], input_shape)):
        sizes = ("...",) if input_shape is None else input_shape
        wanted = ", ".join("any" if size is None else str(size) for size in sizes)
        raise ValueError(
            f"x must be a batch of shape (n, {wanted}), got {shown(batch.shape)}; {_way_out(batch)}"
        )
    if batch.size == 0:
        raise ValueError(
            f"x must hold at least one sample, got shape {shown(batch.shape)}; is it sliced?"
        )


def _fits(sample_shape: tuple[int, ...], input_shape: Shape) -> bool:
    return len(sample_shape) == len(input_shape) and all(
        wanted in (None, size) for size, wanted in zip(sample_shape, input_shape, strict=True)
    )


def _way_out(batch: Array) -> str:
    if batch.ndim == 1:
        return "one sample is a batch of one: x[np.newaxis]"
    if batch.ndim == 3:
        return "grey images have one channel: x[..., np.newaxis]"
    return "build the network for samples of that shape"


def check_mask(mask: object, x: Array) -> Array | None:
    """Return a mask of the time steps of a batch, or None."""
    if mask is None:
        return None
    hint = "leave it out where all time steps count"
    array = check_array("mask", mask, "an array of bool, or None", kinds="b", hint=hint)
    if x.ndim < 2 or array.shape != x.shape[:2]:
        wanted = f"of the shape {shown(x.shape[:2])} of samples and time steps"
        raise ValueError(f"mask must be {wanted}, got {shown(array.shape)}; {hint}")
    return array


def check_parameters(
    parameters: object, shapes: Mapping[str, tuple[int, ...]], *, finite: bool
) -> dict[str, Array]:
    """Return the arrays of a layer by name, exactly those that it declares."""
    hint = "parameter_shapes says which"
    given = check_mapping("parameters", parameters, "a mapping of names to arrays", hint=hint)
    if given.keys() != shapes.keys():
        wanted = listed(shapes) or "nothing"
        raise ValueError(f"parameters must hold {wanted}, got {shown(list(given))}; {hint}")
    return {
        name: _check_like(f"parameters[{name!r}]", given[name], shape, finite=finite)
        for name, shape in shapes.items()
    }


def check_gradient(
    dy: object, shape: tuple[int, ...], dtype: np.dtype[Any], *, finite: bool
) -> Array:
    """Return the gradient with respect to an output, in the output's dtype."""
    with np.errstate(over="ignore"):  # told below
        cast = check_array("dy", dy, "an array of numbers", kinds="iuf").astype(dtype, copy=False)
    return _check_like("dy", cast, shape, finite=finite)


def _check_like(name: str, value: object, shape: tuple[int, ...], *, finite: bool) -> Array:
    array = check_array(name, value, "an array of floats", kinds="f", hint="cast it first")
    if array.shape != shape:
        raise ValueError(
            f"{name} must be of shape {shown(shape)}, got {shown(array.shape)}; "
            "it goes with the layer and the batch"
        )
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity; start it anew")
    return array


@contextmanager
def no_overflow(what: str, way_out: str) -> Iterator[list[Array]]:
    """Raise if the block overflows, in place of a warning and a non-finite value.

    What the block has made, and puts into the list, is looked at as well: the threads of a BLAS
    do not tell of an overflow.
    """
    made: list[Array] = []
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            yield made
    except FloatingPointError as error:
        raise FloatingPointError(f"{what} must stay finite, got {error}; {way_out}") from None
    if not all(np.isfinite(array).all() for array in made):
        raise FloatingPointError(f"{what} must stay finite, got NaN or infinity; {way_out}")
