"""What a residual branch ends with may be small or zero, as libraries start it: no finding."""

import numpy as np
import pytest

import weightinit as wi

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn


class Normed(nn.Module):
    """A block of ResNet's kind: the gain of its last normalization starts at zero."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.short = nn.Sequential(nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width))
        for layer in (self.conv1, self.conv2):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        nn.init.zeros_(self.bn2.weight)

    def forward(self, x):
        """Return the sum of branch and shortcut."""
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.short(x))


class Scaled(nn.Module):
    """A block of ConvNeXt's kind: its branch ends with a scale of 1e-6 for each channel."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        assert inputs == width
        self.norm = nn.GroupNorm(1, width)
        self.fc1, self.fc2 = nn.Conv2d(width, 4 * width, 1), nn.Conv2d(4 * width, width, 1)
        self.gamma = nn.Parameter(torch.full((width, 1, 1), 1e-6))

    def forward(self, x):
        """Return the sum of branch and shortcut."""
        return x + self.gamma * self.fc2(nn.functional.gelu(self.fc1(self.norm(x))))


def faded(block: type, seed: int) -> list[wi.Finding]:
    """Return what is said to vanish in three such blocks between a first and a last layer."""
    torch.manual_seed(seed)
    stem = [nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()]
    blocks = [block(16, 16) for _ in range(3)]
    model = nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.standard_normal((16, 3, 8, 8)).astype(np.float32))
    found = wi.diagnose(model, x, torch.from_numpy(rng.integers(10, size=16)))
    return [f for f in found.findings if f.problem.startswith("vanishing")]


@pytest.mark.parametrize("block", [Normed, Scaled])
def test_a_branch_may_end_with_a_small_gain(block):
    """Neither the signal nor the gradient of such a branch counts as vanished."""
    for seed in range(3):
        assert not faded(block, seed)
