"""Models of PyTorch as they are: what is recorded, what is refused, and that nothing changes."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.activations import Activation

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn
functional = nn.functional


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


class Function(nn.Module):
    """A module of a function, so that it can stand in a Sequential."""

    def __init__(self, function: Any, *modules: Any) -> None:
        super().__init__()
        self.function, self.inner = function, nn.ModuleList(modules)

    def forward(self, x: Any) -> Any:
        """Call it with the modules and the signal."""
        return self.function(*self.inner, x)


def labels(n: int, classes: int = 3) -> Any:
    """Return labels of a batch."""
    return torch.randint(0, classes, (n,), generator=torch.Generator().manual_seed(1))


def copied(model: Any, net: wi.Network, names: dict[str, str]) -> None:
    """Copy the parameters of a model into a network of this package, by a table of names."""
    theirs = dict(model.named_parameters())
    for own, name in names.items():
        array = theirs[name].detach().double().numpy()
        if array.ndim == 2:
            array = array.T
        elif array.ndim == 4:
            array = array.transpose(2, 3, 1, 0)
        net.parameters[own][...] = array


def same(ours: wi.tracing.Trace, theirs: wi.tracing.Trace, names: list[str]) -> None:
    """Assert that two traces measure alike, to rounding in float64."""
    assert theirs.loss == pytest.approx(ours.loss, rel=1e-9)
    assert [row.name for row in theirs.layers] == names
    for a, b in zip(ours.layers, theirs.layers, strict=True):
        assert (b.activation, b.normalized, b.pooled) == (a.activation, a.normalized, a.pooled)
        assert b.coverage == pytest.approx(a.coverage)
        one, other = vars(wi.tracing.measure(a)), vars(wi.tracing.measure(b))
        for key in one.keys() - {"name"}:
            assert other[key] == pytest.approx(one[key], rel=1e-7), (a.name, key)
        for field in ("inputs", "inputs_gradient", "activations_gradient"):
            if getattr(a, field) is not None and getattr(b, field) is not None:
                assert b.square(field) == pytest.approx(a.square(field), rel=1e-7), (a.name, field)


def test_an_mlp_is_recorded_as_ours() -> None:
    """The same weights and batch make the same trace: losses, signals and gradients."""
    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3))
    model = model.double()
    net = wi.mlp([5, 8, 8, 3], "tanh").initialize(wi.zeros)
    pairs = {f"dense{i}.{p}": f"{2 * i}.{p}" for i in range(3) for p in ("weight", "bias")}
    copied(model, net, pairs)
    x, y = torch.randn(20, 5, dtype=torch.float64), labels(20)
    ours, theirs = wi.trace(net, x.numpy(), y.numpy()), wi.trace(model, x, y)
    same(ours, theirs, ["0", "2", "4"])
    for own, name in pairs.items():
        np.testing.assert_allclose(theirs.gradients[name], ours.gradients[own], atol=1e-12)


def test_a_cnn_is_recorded_as_ours() -> None:
    """Kernels, padding, pools and channels come out in the layout of this package."""
    net = wi.cnn((8, 8, 2), [4], 3).initialize(wi.he_normal, rng=0)
    weights = {name: shape for name, shape in net.parameter_shapes.items() if "weight" in name}
    (kernel, dense) = weights.values()
    model = nn.Sequential(
        nn.Conv2d(2, 4, kernel[0], padding=net.layers["conv0"].padding),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        Function(lambda h: h.permute(0, 2, 3, 1)),
        nn.Flatten(),
        nn.Linear(dense[0], 3),
    ).double()
    pairs = {"conv0.weight": "0.weight", "conv0.bias": "0.bias"}
    pairs |= {"dense0.weight": "5.weight", "dense0.bias": "5.bias"}
    copied(model, net, pairs)
    x, y = torch.randn(6, 2, 8, 8, dtype=torch.float64), labels(6)
    ours = wi.trace(net, x.permute(0, 2, 3, 1).numpy(), y.numpy())
    same(ours, wi.trace(model, x, y), ["0", "5"])


def test_nothing_of_the_model_changes() -> None:
    """Weights, gradients, running statistics, mode and random state are as before."""
    model = nn.Sequential(
        nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3)
    )
    model[0].weight.grad = torch.ones(8, 4)
    model.eval()
    model[3].train()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    before = torch.get_rng_state()
    with torch.no_grad():
        model[4].weight.zero_()
        state["4.weight"].zero_()
    wi.diagnose(model, torch.randn(16, 4, generator=torch.Generator().manual_seed(0)), labels(16))
    assert torch.equal(before, torch.get_rng_state())
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert torch.equal(model[0].weight.grad, torch.ones(8, 4))
    assert all(p.grad is None for name, p in model.named_parameters() if name != "0.weight")


def by_hand(x: Any) -> Any:
    """Return gelu as GPT-2 wrote it."""
    return 0.5 * x * (1.0 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * torch.pow(x, 3.0))))


ACTIVATIONS = [
    (nn.ReLU(), "relu"),
    (nn.ReLU(inplace=True), "relu"),
    (nn.ReLU6(), "relu6"),
    (torch.abs, "abs"),
    (nn.LeakyReLU(0.2, inplace=True), "leaky_relu(0.2)"),
    (nn.GELU(), "gelu"),
    (nn.GELU("tanh"), "gelu_tanh"),
    (nn.SiLU(inplace=True), "silu"),
    (nn.ELU(), "elu"),
    (nn.SELU(), "selu"),
    (nn.Mish(), "mish"),
    (nn.Hardswish(), "hardswish"),
    (nn.Softplus(), "softplus"),
    (nn.Sigmoid(), "sigmoid"),
    (nn.Tanh(), "tanh"),
    (functional.relu, "relu"),
    (torch.tanh, "tanh"),
    (lambda x: x.relu_(), "relu"),
    (lambda x: x * torch.sigmoid(x), "silu"),
    (lambda x: x.clamp(min=0), "relu"),
    (by_hand, "gelu_tanh"),
    (lambda x: torch.sin(30 * x), "sin"),
]


@pytest.mark.parametrize("function, name", ACTIVATIONS, ids=range(len(ACTIVATIONS)))
def test_activations_are_recognized(function: Any, name: str) -> None:
    """As a module, as a function, in place or composed by hand: an activation is what it is."""
    model = nn.Sequential(nn.Linear(4, 8), Function(function), nn.Linear(8, 3))
    row = wi.trace(model, torch.randn(16, 4), labels(16)).layers[0]
    assert str(row.activation) == name
    with torch.no_grad():
        expected = function(torch.from_numpy(row.pre_activations.copy()))
    np.testing.assert_allclose(row.activations, expected.numpy(), atol=1e-6)


def test_an_unknown_activation_is_computed_by_pytorch() -> None:
    """An activation that this package lacks has its own values and slopes."""
    model = nn.Sequential(nn.Linear(4, 8), nn.Hardtanh(-0.3, 2.0), nn.Linear(8, 3))
    phi = wi.trace(model, torch.randn(16, 4), labels(16)).layers[0].activation
    assert isinstance(phi, Activation)
    z = np.array([-1.0, 0.5, 3.0])
    np.testing.assert_allclose(phi(z), [-0.3, 0.5, 2.0])
    np.testing.assert_allclose(phi.derivative(z), [0.0, 1.0, 0.0])


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_layers_keep_outputs_and_gradients(kind: Any, bidirectional: bool) -> None:
    """Opened layer by layer, a recurrent network computes the same loss and gradients."""
    options = {"batch_first": True, "bidirectional": bidirectional}
    rnn, head = kind(4, 6, 2, **options).double(), nn.Linear(6 * (1 + bidirectional), 3).double()
    model = Function(lambda rnn, head, x: head(rnn(x)[0]), rnn, head)
    x, y = torch.randn(5, 7, 4, dtype=torch.float64), torch.randint(0, 3, (5, 7))
    found = wi.trace(model, x, y)
    loss = functional.cross_entropy(model(x).reshape(-1, 3), y.reshape(-1))
    loss.backward()
    assert found.loss == pytest.approx(loss.item(), rel=1e-12)
    assert found.seen == 1.0
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(found.gradients[name].T, parameter.grad.numpy(), atol=1e-12)


def test_the_gradient_of_gates_is_that_of_an_unrolled_cell() -> None:
    """What zeros beside the inputs get is the gradient for the sums of the gates."""
    rnn = nn.LSTM(3, 4, batch_first=True).double()
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    found = wi.trace(Function(lambda rnn, x: rnn(x)[0][:, -1], rnn), x, labels(2, 4))
    h, c, sums = torch.zeros(2, 4).double(), torch.zeros(2, 4).double(), []
    for t in range(5):
        a = functional.linear(x[:, t], rnn.weight_ih_l0, rnn.bias_ih_l0)
        a = a + functional.linear(h, rnn.weight_hh_l0, rnn.bias_hh_l0)
        a.retain_grad()
        sums.append(a)
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    functional.cross_entropy(h, labels(2, 4)).backward()
    expected = torch.stack([a.grad for a in sums], dim=1).reshape(-1, 16)
    np.testing.assert_allclose(found.layers[0].pre_activations_gradient, expected, atol=1e-12)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_the_last_state_is_an_output_too(kind: Any) -> None:
    """A head that reads the last state of a recurrent layer is recorded with what leads to it."""

    def run(rnn: Any, head: Any, x: Any) -> Any:
        _, last = rnn(x)
        return head((last[0] if isinstance(last, tuple) else last)[-1])

    model = Function(run, kind(4, 6, 2, batch_first=True), nn.Linear(6, 3))
    found = wi.trace(model, torch.randn(5, 7, 4), labels(5))
    assert found.seen == 1.0
    assert len(found.layers) == 5
    assert all(row.weight_gradient.any() for row in found.layers)


def test_a_layer_of_a_number_that_is_no_signal() -> None:
    """An embedding of the time by sines, of an integer, leads into layers that are seen."""

    def run(time: Any, main: Any, x: Any) -> Any:
        return main(x + time(torch.sin(torch.arange(4.0)[None] * 3)))

    model = Function(run, nn.Linear(4, 4), nn.Linear(4, 3))
    assert wi.trace(model, torch.randn(5, 4), labels(5)).seen == 1.0


def test_what_is_not_understood_is_named() -> None:
    """A parameter that enters in another way is listed by name, type and reason, and counted."""

    def mixed(linear: Any, x: Any) -> Any:
        return functional.linear(x, linear.weight.softmax(-1), linear.bias)

    model = nn.Sequential(Function(mixed, nn.Linear(4, 8)), nn.ReLU(), nn.Linear(8, 3))
    found = wi.trace(model, torch.randn(16, 4), labels(16))
    names = [told.partition(" ")[0] for told in found.unseen]
    assert "0.inner.0.weight" in names
    total = sum(p.numel() for p in model.parameters())
    unseen = sum(model.get_parameter(name).numel() for name in names)
    assert found.seen == pytest.approx(1 - unseen / total)
    assert [row.name for row in found.layers] == ["2"]
    assert "Not judged" in str(wi.diagnose(model, torch.randn(16, 4), labels(16)))


def test_a_layer_that_is_not_called_is_named() -> None:
    """A module that the pass does not use is not judged."""
    model = Function(lambda used, _, x: used(x), nn.Linear(4, 3), nn.Linear(4, 4))
    found = wi.trace(model, torch.randn(8, 4), labels(8))
    assert found.unseen[0] == "inner.1.weight (Linear): this pass does not read it"


def test_low_precision_arguments_by_name_and_a_loss() -> None:
    """A model in bfloat16, given a dict, with a loss of the user's own, is recorded."""

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.out = nn.Embedding(9, 8), nn.Linear(8, 3)

        def forward(self, ids: Any, scale: float) -> dict[str, Any]:
            return {"scores": self.out(self.words(ids)).mean(dim=1) * scale}

    model = Model().bfloat16()
    x = {"ids": torch.randint(0, 9, (6, 5)), "scale": 2.0}
    found = wi.trace(
        model, x, labels(6), loss=lambda out, y: functional.cross_entropy(out["scores"].float(), y)
    )
    assert [row.name for row in found.layers] == ["words", "out"]
    assert found.layers[1].weight.dtype == np.float32
    assert found.labels is None
    assert np.isfinite(found.loss)


def test_a_remedy_can_be_pasted() -> None:
    """The lines below a finding, run as they are, leave nothing to find."""
    parts = [part for _ in range(8) for part in (nn.Linear(64, 64), nn.ReLU())]
    model = nn.Sequential(*parts, nn.Linear(64, 10))
    with torch.no_grad():
        for layer in model[::2]:
            layer.weight.mul_(0.1)
    x, y = torch.randn(64, 64), labels(64, 10)
    findings = wi.diagnose(model, x, y).findings
    assert findings
    for finding in findings:
        assert finding.code
        exec("\n".join(finding.code), {"torch": torch, "model": model})
    assert not wi.diagnose(model, x, y).findings


@pytest.mark.parametrize(
    "x, y, told",
    [
        ("text", None, "x must be"),
        (torch.zeros(4, 4), torch.zeros(3, dtype=torch.long), "y must hold a label for each row"),
        (torch.zeros(4, 4), torch.zeros(4, 5), "y must have the shape of the outputs"),
    ],
)
def test_a_batch_that_does_not_fit(x: Any, y: Any, told: str) -> None:
    """What does not fit the model is told by the name of the argument."""
    with pytest.raises((TypeError, ValueError), match=rf"^{told}"):
        wi.trace(nn.Linear(4, 3), x, y)


def test_a_loss_for_a_network_of_this_package() -> None:
    """A Network has its own loss, so that loss= is refused."""
    with pytest.raises(TypeError, match=r"^loss must be left out for a Network"):
        wi.trace(wi.mlp([2, 3]).initialize(wi.zeros), [[1.0, 2.0]], [0], loss=print)


def test_importing_the_package_imports_no_framework() -> None:
    """PyTorch is imported with the first model of it alone."""
    import subprocess
    import sys

    told = "import sys, weightinit; print(*{'torch', 'jax', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert not done.stdout.strip()
