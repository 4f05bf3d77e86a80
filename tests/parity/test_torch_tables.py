"""Tables of words and of places, whose rows are added, are judged together."""

import numpy as np
import pytest

import weightinit as wi
from tests.parity.needs import needs

needs("torch")
pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn


class Block(nn.Module):
    """A block of a transformer without attention, its norm before the layers."""

    def __init__(self) -> None:
        """Draw the parameters."""
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(64), nn.Linear(64, 256), nn.Linear(256, 64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        return x + self.down(nn.functional.gelu(self.up(self.norm(x))))


class Words(nn.Module):
    """Blocks behind tables that start as those of GPT-2 and of CLIP, with a std of 0.02."""

    def __init__(self, std: float) -> None:
        """Draw the parameters."""
        super().__init__()
        torch.manual_seed(0)
        self.words, self.places = nn.Embedding(32, 64), nn.Embedding(16, 64)
        for table in (self.words, self.places):
            nn.init.normal_(table.weight, std=std)
        self.blocks = nn.ModuleList(Block() for _ in range(3))
        self.out = nn.Linear(64, 4)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        x = self.words(words) + self.places(torch.arange(words.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.out(x.mean(dim=1))


def test_tables_that_are_added_are_mended_together() -> None:
    """Both are named where both are too small: one that is drawn anew alone drowns the other."""
    rng = np.random.default_rng(0)
    words, y = rng.integers(0, 32, (32, 16)), rng.integers(0, 4, 32)
    [finding] = wi.diagnose(Words(0.005), words, y).findings
    assert set(finding.start) == {"words.weight", "places.weight"}
    assert not wi.diagnose(Words(0.125), words, y).findings
