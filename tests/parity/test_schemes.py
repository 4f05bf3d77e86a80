"""Schemes for models of PyTorch: the order of pixels, and scalars that are on no branch."""

import pytest

import weightinit as wi

torch = pytest.importorskip("torch")
nn = torch.nn

pytestmark = pytest.mark.parity


def test_a_flattened_convolution_looks_linear() -> None:
    """f(-x) = -f(x), also where pixels were flattened channel by channel."""
    head = [nn.Flatten(), nn.Linear(6 * 16, 8), nn.ReLU(), nn.Linear(8, 5)]
    convs = [nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, padding=1), nn.ReLU()]
    net = nn.Sequential(*convs, *head)
    x = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    wi.looks_linear(net, x, rng=0)
    y = net(x)
    assert y.abs().max() > 0.1
    torch.testing.assert_close(net(-x), -y, rtol=0, atol=1e-5)  # sums of 1e2 terms in float32


class Block(nn.Module):
    """A branch with a trainable scalar."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
        self.alpha = nn.Parameter(torch.ones(()))

    def forward(self, x):
        """Return the sum of the input and the branch."""
        return x + self.alpha * self.f(x)


class Scaled(nn.Module):
    """Two blocks, and logits times a trainable scalar, which is on no branch."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block())
        self.output = nn.Linear(8, 3)
        self.temperature = nn.Parameter(torch.ones(()))

    def forward(self, x):
        """Return logits."""
        return self.temperature * self.output(self.blocks(x))


def test_rezero_leaves_scalars_that_are_on_no_branch() -> None:
    """The scalars of branches are 0 and the others 1, so that the outputs are not 0."""
    net = Scaled()
    wi.rezero(net, torch.ones(4, 8), rng=0)
    assert [block.alpha.item() for block in net.blocks] == [0, 0]
    assert net.temperature.item() == 1
    assert net(torch.ones(4, 8)).abs().max() > 0
