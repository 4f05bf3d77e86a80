"""A normalization that is written by hand is one, over what its statistics sum up."""

import numpy as np
import pytest

import weightinit as wi
from tests.parity.needs import needs

needs("torch")
pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn


class Standardized(nn.Module):
    """Subtract a mean and divide by a std, with a gain that may meet the std first."""

    def __init__(self, axis: int, *, early: bool) -> None:
        """Take the axis of the statistics, and which comes first."""
        super().__init__()
        torch.manual_seed(0)
        self.axis, self.early = axis, early
        self.up, self.down = nn.Linear(6, 16), nn.Linear(16, 3)
        self.gain, self.shift = nn.Parameter(torch.ones(16)), nn.Parameter(torch.zeros(16))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        x = self.up(x)
        mean = x.mean(self.axis, keepdim=True)
        variance = (x * x).mean(self.axis, keepdim=True) - mean**2
        inverse = (variance + 1e-5).rsqrt()
        inside = (
            (x - mean) * (inverse * self.gain) if self.early else (x - mean) * inverse * self.gain
        )
        return self.down(torch.relu(inside + self.shift))


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("axis, norm", [(0, "batch"), (1, "layer")])
def test_statistics_tell_which_normalization_it_is(axis: int, norm: str, early: bool) -> None:
    """Over the samples it is one of the batch, over the units one of a layer; the gain is known."""
    x = np.random.default_rng(0).standard_normal((8, 6)).astype(np.float32)
    trace = wi.trace(Standardized(axis, early=early), x)
    up = trace.layers[0]
    assert up.normalized == norm
    assert up.activation is not None
    assert up.activation.name == "relu"
    assert (up.roles["gain"], up.roles["shift"]) == ("gain", "shift")
    assert trace.seen == 1
