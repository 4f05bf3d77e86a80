"""A condition that scales and shifts a normalized signal makes no residual block of itself."""

import numpy as np
import pytest

import weightinit as wi
from tests.parity.needs import needs

needs("torch")
pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn


class Modulated(nn.Module):
    """A block of a DiT (Peebles and Xie 2023): shift, scale and gate of one layer."""

    def __init__(self) -> None:
        """Draw the parameters."""
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.head = nn.Linear(6, 16), nn.Linear(16, 3)
        self.norm = nn.LayerNorm(16, elementwise_affine=False)
        self.made = nn.Linear(5, 48)
        self.up, self.down = nn.Linear(16, 32), nn.Linear(32, 16)

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        x = self.embed(x)
        shift, scale, gate = self.made(nn.functional.silu(condition)).chunk(3, dim=1)
        y = self.norm(x) * (1 + scale[:, None]) + shift[:, None]
        x = x + gate[:, None] * self.down(nn.functional.relu(self.up(y)))
        return self.head(x.mean(dim=1))


def test_a_part_of_the_features_is_no_shortcut() -> None:
    """`norm(x) * (1 + scale) + shift` is no block around `shift`, which is a third of a value."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 4, 6)).astype(np.float32)
    condition = rng.standard_normal((8, 5)).astype(np.float32)
    rows = wi.trace(Modulated(), (x, condition)).layers
    blocks = [row for row in rows if row.kind == "residual"]
    assert len(blocks) == 1
    assert blocks[0].inputs.shape[-1] == 16
    assert {row.name for row in rows if row.block == blocks[0].name} == {"up", "down"}
    assert next(row for row in rows if row.name == "made").block == ""
