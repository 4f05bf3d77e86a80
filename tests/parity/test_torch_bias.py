"""A bias that a model of PyTorch adds itself is a bias."""

import numpy as np
import pytest

import weightinit as wi
from tests.parity.needs import needs

needs("torch")
pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")


class Written(torch.nn.Module):
    """A layer that is written out, and one parameter added after its activation."""

    def __init__(self) -> None:
        """Draw the parameters."""
        super().__init__()
        torch.manual_seed(0)
        self.weight = torch.nn.Parameter(torch.randn(6, 8) / 6**0.5)
        self.bias = torch.nn.Parameter(torch.randn(8))
        self.later = torch.nn.Parameter(torch.randn(8))
        self.out = torch.nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        return self.out(torch.tanh(x @ self.weight + self.bias) + self.later)


def test_what_is_added_right_behind_a_weight_is_its_bias() -> None:
    """`x @ w + b` is a row of weight and bias, as `Linear` is; what comes later is a shift."""
    x = np.random.default_rng(0).standard_normal((16, 6)).astype(np.float32)
    model = Written()
    first = wi.trace(model, x).layers[0]
    assert first.roles == {"weight": "weight", "bias": "bias", "later": "shift"}
    same = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    with torch.no_grad():
        same[0].weight.copy_(model.weight.T)
        same[0].bias.copy_(model.bias)
    np.testing.assert_allclose(
        first.pre_activations, wi.trace(same, x).layers[0].pre_activations, atol=1e-6
    )
