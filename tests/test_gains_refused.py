"""What has no gain is refused, with a message that says why."""

import numpy as np
import pytest

import weightinit as wi

directions = pytest.mark.parametrize("direction", ["forward", "backward"])

NO_GAIN = {
    "drops values": (
        lambda z: z[:5],
        ValueError,
        r"array of its shape, got shape \(5,\).*vectorize",
    ),
    "a constant": (lambda _: 1.0, ValueError, r"an array of its shape, got shape \(\)"),
    "another shape": (lambda z: z[:, None], ValueError, r"of its shape, got shape \(\d+, 1\) for"),
    "complex": (lambda z: z + 0j, TypeError, r"must return real numbers, got dtype complex128"),
    "strings": (lambda z: z.astype(str), TypeError, r"must return real numbers, got dtype <U"),
    "objects": (lambda z: z.astype(object), TypeError, r"return real numbers, got dtype object"),
    "nan": (np.arcsin, ValueError, r"must be finite on \[-38, 38\], got nan at z = -?1\.0.*clip"),
    "overflow": (lambda z: np.exp(z**2), ValueError, r"must be finite .*got inf at z = -?26\.\d+"),
    "inf": (lambda z: np.where(z > 3, np.inf, 0), ValueError, r"got inf at z = 3\.0"),
    "fast growth": (
        lambda z: np.exp(z**2 / 3),
        ValueError,
        r"finite second moment.*too fast.*clip",
    ),
    "huge": (lambda z: 1e200 * z, ValueError, r"finite second moment"),
    "pole at zero": (lambda z: 1 / z, ValueError, r"must be finite on .*, got inf at z = 0; clip"),
    "pole": (
        lambda z: 1 / (z - 0.3),
        ValueError,
        r"second moment.*not converge near z = 0.3; clip",
    ),
    "zero": (lambda z: 0 * z, ValueError, r"second moment of 0.*it is the function you mean"),
    "tiny": (lambda z: 1e-160 * z, ValueError, r"second moment of .*no gain exists"),
}
NO_BACKWARD_GAIN = {
    "a step": (
        lambda z: np.heaviside(z - 0.3, 0),
        r"does not converge near z = 0\.3; clip or smooth",
    ),
    "a root": (lambda z: np.sqrt(np.abs(z)), r"does not converge near z = -?\S+; clip or smooth"),
    "a constant": (lambda z: 1 + 0 * z, r"backward second moment of 0: .*no gain exists"),
    "a staircase": (np.round, r"second moment"),
}


@directions
@pytest.mark.parametrize("kind", NO_GAIN)
def test_functions_without_a_gain(kind: str, direction: str) -> None:
    """What is no function of numbers, or has no finite second moment above 0, is told so."""
    function, error, message = NO_GAIN[kind]
    with pytest.raises(error, match=message):
        wi.gain(function, direction=direction)


@pytest.mark.parametrize("kind", NO_BACKWARD_GAIN)
def test_functions_without_a_backward_gain(kind: str) -> None:
    """A function with a gain has none backward if its slope is infinite, or zero all over."""
    function, message = NO_BACKWARD_GAIN[kind]
    assert wi.gain(function) > 0
    with pytest.raises(ValueError, match=message):
        wi.gain(function, direction="backward")


def test_the_derivative_of_an_activation_is_checked_as_well() -> None:
    """An activation whose derivative is nan somewhere has a forward gain, and no backward one."""
    phi = wi.Activation("root", lambda x: np.abs(x) ** 0.5, lambda x: 0 / x)
    assert wi.gain(phi) > 0
    with pytest.raises(ValueError, match=r"must be finite on .*, got nan at z = 0"):
        wi.gain(phi, direction="backward")


@pytest.mark.parametrize(
    "activation, direction, error, message",
    [
        ("gulu", "forward", ValueError, r"activation must be one of 'linear'.*got 'gulu'"),
        (1.0, "forward", TypeError, r"activation must be .*one of the names 'linear'.*got 1.0"),
        (None, "forward", TypeError, r"activation must be .*got None"),
        ("relu", "up", ValueError, r"direction must be one of 'backward', 'forward', got 'up'"),
        ("relu", None, TypeError, r"direction must be one of 'backward', 'forward', got None"),
        (wi.activations.leaky_relu, "forward", TypeError, r"makes an activation from a slope"),
    ],
)
def test_bad_arguments(
    activation: object, direction: object, error: type[Exception], message: str
) -> None:
    """What is no activation, or no direction, is an error that lists what there is."""
    with pytest.raises(error, match=message):
        wi.gain(activation, direction=direction)
