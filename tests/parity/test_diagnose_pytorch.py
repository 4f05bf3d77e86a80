"""The guide to diagnosing PyTorch: its function records what ours does, and its claims hold."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.diagnosis import judge

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "diagnose-pytorch.md"


@pytest.fixture(scope="module")
def guide() -> dict[str, Any]:
    """Return the names that the snippets of the page leave behind, run one after the other."""
    names: dict[str, Any] = {}
    fence = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for snippet in fence.findall(PAGE.read_text("utf-8")):
        exec(snippet, names)
    return names


def stack(hidden: int, activation: type, start: Any) -> Any:
    """Return a network of PyTorch whose weights `start` fills; biases are zero."""
    nn = torch.nn
    parts = [part for _ in range(hidden) for part in (nn.Linear(64, 64), activation())]
    model = nn.Sequential(*parts, nn.Linear(64, 10))
    for layer in model[::2]:
        start(layer.weight)
        nn.init.zeros_(layer.bias)
    return model


def told(finding: wi.Finding) -> tuple[Any, ...]:
    """Return what a finding says, without its numbers."""
    return finding.problem, finding.layer, finding.parameter, finding.start, finding.consequences


def vanishes(diagnosis: wi.Diagnosis) -> bool:
    """Tell whether there is one finding, and whether a vanishing gradient is in it."""
    [finding] = diagnosis.findings
    shows = (finding.problem, *finding.consequences)
    return any(problem.startswith("vanishing gradient") for problem in shows)


def batch() -> tuple[Any, Any]:
    """Return a batch of inputs and labels."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(128, 64, generator=generator)
    return x, torch.randint(0, 10, (128,), generator=generator)


@pytest.mark.parametrize("std", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("activation", ["ReLU", "Tanh", "Sigmoid"])
def test_the_report_is_the_same(guide: dict[str, Any], activation: str, std: float) -> None:
    """For the same weights and batch the record of the page is judged like our own record."""
    torch.manual_seed(0)
    kind = getattr(torch.nn, activation)
    model = stack(6, kind, lambda w: torch.nn.init.normal_(w, std=std))
    net = wi.mlp([64, *[64] * 6, 10], activation.lower()).initialize(wi.zeros, dtype=np.float32)
    for i, layer in enumerate(model[::2]):
        net.parameters[f"dense{i}.weight"][...] = layer.weight.detach().numpy().T
    x, y = batch()
    theirs = guide["judge"](guide["trace"](model, x, y))
    ours = judge(wi.trace(net, x.numpy(), y.numpy()))
    assert [told(finding) for finding in theirs.findings] == [
        told(finding) for finding in ours.findings
    ]
    for a, b in zip(theirs.findings, ours.findings, strict=True):
        assert a.severity == pytest.approx(b.severity, abs=0.01)
    for a, b in zip(theirs.layers, ours.layers, strict=True):
        assert a.std == pytest.approx(b.std, rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_what_pytorch_does_when_left_alone_is_found(guide: dict[str, Any], seed: int) -> None:
    """Ten layers of Linear and ReLU, as they come, lose the gradient; after He nothing is found."""
    nn = torch.nn
    torch.manual_seed(seed)
    parts = [part for _ in range(10) for part in (nn.Linear(64, 64), nn.ReLU())]
    judged = guide["judge"](guide["trace"](nn.Sequential(*parts, nn.Linear(64, 10)), *batch()))
    assert vanishes(judged)
    he = stack(10, nn.ReLU, lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"))
    assert not guide["judge"](guide["trace"](he, *batch())).findings


def test_the_page_shows_what_it_says(guide: dict[str, Any]) -> None:
    """The gradient vanishes in the network of the page, nothing is tried, and He cures it."""
    assert vanishes(guide["diagnosis"])
    assert not guide["diagnosis"].findings[0].effect
    assert not guide["healthy"].findings


def test_a_weight_that_is_nan_is_found(guide: dict[str, Any]) -> None:
    """One weight that is no number is the first finding."""
    torch.manual_seed(0)
    model = stack(10, torch.nn.ReLU, torch.nn.init.kaiming_normal_)
    with torch.no_grad():
        model[4].weight[0, 0] = float("nan")
    assert guide["judge"](guide["trace"](model, *batch())).findings[0].problem == "non-finite"


def test_weights_that_are_too_large_are_found(guide: dict[str, Any]) -> None:
    """With weights of std 1 the first finding is that the signal explodes."""
    torch.manual_seed(0)
    model = stack(10, torch.nn.ReLU, torch.nn.init.normal_)
    found = guide["judge"](guide["trace"](model, *batch())).findings
    assert found[0].problem == "exploding signal"


@pytest.mark.parametrize("module", ["Conv2d(1, 1, 1)", "BatchNorm1d(64)", "SiLU()"])
def test_what_the_function_does_not_know_it_refuses(guide: dict[str, Any], module: str) -> None:
    """A module without a row of its own is named in an error, not passed over."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(64, 64), eval(f"nn.{module}", {"nn": nn}), nn.Linear(64, 10))
    with pytest.raises(TypeError, match=f"cannot record {module.partition('(')[0]}"):
        guide["trace"](model, *batch())
