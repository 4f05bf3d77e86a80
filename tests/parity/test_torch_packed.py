"""Projections that lie side by side in one weight of PyTorch: each is drawn by itself."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn

WIDTH, HEADS, GROUPS = 16, 4, 2
SHARE = WIDTH // HEADS * GROUPS
SIZES = {
    "chunk": (WIDTH,) * 3,
    "unbind": (WIDTH,) * 3,
    "slices": (WIDTH,) * 3,
    "torch.nn": (WIDTH,) * 3,
    "grouped": (WIDTH, SHARE, SHARE),
    "whole": (3 * WIDTH,),
}


class Attention(nn.Module):
    """Self-attention whose projections are taken apart in one of several ways."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way, self.first, self.head = way, nn.Linear(6, WIDTH), nn.Linear(WIDTH, 3)
        self.qkv = nn.Linear(WIDTH, sum(SIZES[way]))
        self.out = nn.Linear(sum(SIZES[way]) if way == "whole" else WIDTH, WIDTH)
        if way == "torch.nn":
            self.qkv = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)

    def forward(self, x: Any) -> Any:
        """Return logits."""
        h = self.first(x)
        if self.way == "torch.nn":
            return self.head((h + self.qkv(h, h, h)[0]).mean(1))
        z = self.qkv(h)
        if self.way == "whole":
            return self.head((h + self.out(torch.tanh(z) * z[..., :1])).mean(1))
        q, k, v = (self.by_heads(part) for part in self.parts(z))
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.head((h + self.out(mixed.transpose(1, 2).flatten(2))).mean(1))

    def parts(self, z: Any) -> Any:
        """Return queries, keys and values."""
        if self.way == "chunk":
            return z.chunk(3, -1)
        if self.way == "slices":
            return [z[..., i : i + WIDTH] for i in range(0, 3 * WIDTH, WIDTH)]
        if self.way == "grouped":
            return z.split(SIZES["grouped"], -1)
        return z.unflatten(-1, (3, WIDTH)).movedim(-2, 0).contiguous().unbind(0)

    def by_heads(self, part: Any) -> Any:
        """Return a part with the heads apart; groups serve several."""
        heads = part.unflatten(-1, (-1, WIDTH // HEADS)).transpose(1, 2)
        return heads.repeat_interleave(HEADS // heads.shape[1], 1)


def started(way: str, initializer: wi.initializers.Initializer) -> list[np.ndarray]:
    """Return the projections, (units, inputs), of a model that starts from an initializer."""
    torch.manual_seed(0)
    model, x, y = Attention(way), torch.randn(12, 5, 6), torch.arange(12) % 3
    name = "qkv.in_proj_weight" if way == "torch.nn" else "qkv.weight"
    wi.start(model, x, y, overrides={name: initializer}, rng=0)
    weight = model.get_parameter(name).detach().numpy()
    return np.split(weight, np.cumsum(SIZES[way])[:-1])


@pytest.mark.parametrize("way", SIZES)
def test_each_projection_is_orthogonal(way: str) -> None:
    """An orthogonal start holds for each part, whether all are as wide or not; of one, for it."""
    for part in started(way, wi.orthogonal):
        units, inputs = part.shape
        gram = part @ part.T if units <= inputs else part.T @ part
        np.testing.assert_allclose(gram, np.eye(min(units, inputs)), atol=1e-5)


@pytest.mark.parametrize("way", SIZES)
def test_each_projection_counts_its_own_fans(way: str) -> None:
    """Xavier's bound is that of each part; 256 draws come within 10 % of it but for e**-25."""
    for part in started(way, wi.xavier_uniform):
        bound = np.sqrt(6 / sum(part.shape))
        assert 0.9 * bound < abs(part).max() <= bound
