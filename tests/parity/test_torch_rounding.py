"""The steps that PyTorch's Adam takes with weights of 16 bits are those that rounding leaves."""

import math

import pytest

from tests.chance import standard_errors
from tests.parity.needs import needs

needs("torch")
pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")


@pytest.mark.parametrize("dtype, digits", [("bfloat16", 7), ("float16", 10)])
@pytest.mark.parametrize("rate", [1e-5, 3e-5, 1e-4])
def test_adam_leaves_weights_above_the_power_of_two(dtype: str, digits: int, rate: float) -> None:
    """
    The first step leaves the weights above T in place: 2**(t + 1) times the rate, rounded up.

    T is the next power of two; the step is rounded as well, and each of these rates is 1 % away
    from where that would matter. Weights that are powers of two move more easily: at most one in
    2**(t + 1). False alarms: 1e-6 a case.
    """
    torch.manual_seed(0)
    weights = (0.02 * torch.randn(200_000)).to(getattr(torch, dtype)).requires_grad_()
    before = weights.detach().clone()
    optimizer = torch.optim.Adam([weights], lr=rate, eps=1e-8 if dtype == "bfloat16" else 1e-5)
    (weights * torch.randn(len(weights)).sign().to(weights.dtype)).float().sum().backward()
    optimizer.step()
    left = (weights == before).double().mean().item()
    threshold = 2.0 ** (math.floor(math.log2(2 ** (digits + 1) * rate)) + 1)
    p = math.erfc(threshold / 0.02 / math.sqrt(2))
    chance = standard_errors() * math.sqrt(max(p * (1 - p), 10 / len(weights)) / len(weights))
    assert abs(left - p) < chance + 2.0 ** -(digits + 1)
