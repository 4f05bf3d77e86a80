"""Starting models of PyTorch: the first loss, the scales, gates, and no finding afterwards.

Models start from seeds that are fixed; with ten others of each none had a finding either.
"""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

import weightinit as wi

torch = pytest.importorskip("torch")
nn = torch.nn

pytestmark = pytest.mark.parity


class Block(nn.Module):
    """Two convolutions with batch normalization, beside a shortcut."""

    def __init__(self, channels: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, outputs, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.short = nn.Identity() if channels == outputs else nn.Conv2d(channels, outputs, 1)

    def forward(self, x):
        """Return a rectified sum."""
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + self.short(x))


class ResNet(nn.Module):
    """A residual network for small images."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.bn = nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16)
        self.blocks = nn.Sequential(Block(16, 16), Block(16, 32), Block(32, 32))
        self.fc = nn.Linear(32, 5)

    def forward(self, x):
        """Return logits."""
        return self.fc(self.blocks(torch.relu(self.bn(self.stem(x)))).mean((2, 3)))


class Transformer(nn.Module):
    """An encoder on tokens with learned positions."""

    def __init__(self, *, norm_first: bool) -> None:
        super().__init__()
        self.emb, self.pos = nn.Embedding(50, 64), nn.Parameter(torch.randn(1, 12, 64) * 0.02)
        layer = nn.TransformerEncoderLayer(64, 4, 128, 0.0, batch_first=True, norm_first=norm_first)
        self.enc = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
        self.fc = nn.Linear(64, 5)

    def forward(self, x):
        """Return logits."""
        return self.fc(self.enc(self.emb(x) + self.pos).mean(1))


class Recurrent(nn.Module):
    """Two recurrent layers on tokens."""

    def __init__(self, kind: type) -> None:
        super().__init__()
        self.emb, self.rnn = nn.Embedding(50, 32), kind(32, 48, 2, batch_first=True)
        self.fc = nn.Linear(48, 5)

    def forward(self, x):
        """Return logits of the last step."""
        return self.fc(self.rnn(self.emb(x))[0][:, -1])


class Tied(nn.Module):
    """Embedding and output share their weight."""

    def __init__(self) -> None:
        super().__init__()
        self.emb, self.hidden = nn.Embedding(20, 16), nn.Linear(16, 16)
        self.out = nn.Linear(16, 20)
        self.out.weight = self.emb.weight

    def forward(self, x):
        """Return logits of each position."""
        return self.out(torch.tanh(self.hidden(self.emb(x))))


def perceptron(dtype: torch.dtype = torch.float32) -> nn.Module:
    """Return three hidden layers."""
    sizes = [20, 64, 64, 64]
    layers = [layer for n, m in itertools.pairwise(sizes) for layer in (nn.Linear(n, m), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(64, 5)).to(dtype)


RNG = np.random.default_rng(0)
FEATURES, IMAGES = RNG.standard_normal((64, 20)), RNG.standard_normal((64, 3, 12, 12))
TOKENS, LABELS = RNG.integers(0, 50, (64, 12)), RNG.choice(5, 64, p=[0.6, 0.1, 0.1, 0.1, 0.1])
MODELS: dict[str, tuple[Callable[[], nn.Module], np.ndarray]] = {
    "perceptron": (perceptron, FEATURES),
    "ResNet": (ResNet, IMAGES),
    "pre-norm transformer": (lambda: Transformer(norm_first=True), TOKENS),
    "post-norm transformer": (lambda: Transformer(norm_first=False), TOKENS),
    "LSTM": (lambda: Recurrent(nn.LSTM), TOKENS),
    "GRU": (lambda: Recurrent(nn.GRU), TOKENS),
    "RNN": (lambda: Recurrent(nn.RNN), TOKENS),
}


def made(name: str) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """Return a model and a batch in the framework's types."""
    torch.manual_seed(0)
    make, x = MODELS[name]
    batch = torch.tensor(x) if x.dtype.kind == "i" else torch.tensor(x, dtype=torch.float32)
    return make(), batch, torch.tensor(LABELS)


@pytest.mark.parametrize("name", MODELS)
def test_the_first_loss_is_the_best_constants_and_nothing_is_found(name: str) -> None:
    """The loss that the framework computes is the entropy of the labels; nothing is found."""
    model, x, y = made(name)
    done = wi.start(model, x, y, rng=0)
    assert done.model is model
    first = float(nn.functional.cross_entropy(model(x), y).detach())
    shares = np.bincount(LABELS) / 64
    assert abs(first + shares @ np.log(shares)) < 1e-6
    assert abs(first - done.first_loss) < 1e-6
    diagnosis = wi.diagnose(model, x, y)
    assert diagnosis.healthy, str(diagnosis)
    assert max(map(len, str(done).splitlines())) <= 80


@pytest.mark.parametrize("name", MODELS)
def test_it_learns(name: str) -> None:
    """Twenty steps of Adam bring the loss of the batch below that of the best constant."""
    model, x, y = made(name)
    done = wi.start(model, x, y, rng=0)
    steps = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(20):
        steps.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        steps.step()
    assert float(loss.detach()) < 0.9 * done.first_loss


def test_gates_are_drawn_each_by_itself_and_the_forget_gate_is_open() -> None:
    """Each gate is orthogonal, and the two biases of the forget gate sum to 1, others to 0."""
    model, x, y = made("LSTM")
    wi.start(model, x, y, rng=0)
    for gate in model.rnn.weight_hh_l1.detach().numpy().reshape(4, 48, 48):
        np.testing.assert_allclose(gate @ gate.T, np.eye(48), atol=1e-5)
    total = (model.rnn.bias_ih_l0 + model.rnn.bias_hh_l0).detach().numpy().reshape(4, 48)
    np.testing.assert_array_equal(total, np.repeat([[0.0], [1.0], [0.0], [0.0]], 48, axis=1))
    bound = np.sqrt(6 / (32 + 48))  # Xavier, of one gate
    assert 0.95 * bound < float(model.rnn.weight_ih_l0.detach().abs().max()) <= bound


def test_what_is_not_known_stays_and_is_told() -> None:
    """A table of positions, which is added to a layer, stays as it is."""
    model, x, y = made("pre-norm transformer")
    before = model.pos.detach().clone()
    told = {row.name: row.initializer for row in wi.start(model, x, y, rng=0).table}
    assert torch.equal(model.pos, before)
    assert told["pos"] == "as it was"


def test_a_tied_output_keeps_its_weight() -> None:
    """Zeros in the output would be zeros in the embedding: the adviser's start stays, and why."""
    torch.manual_seed(0)
    model, x = Tied(), torch.tensor(RNG.integers(0, 20, (16, 6)))
    done = wi.start(model, x, x, rng=0)
    assert done.notes == (
        "The output starts as without y: its weight is that of another layer as well.",
    )
    assert float(model.emb.weight.detach().std()) == pytest.approx(16**-0.5, rel=0.2)


def test_lsuv_in_bfloat16_and_float32() -> None:
    """Each layer's outputs have variance 1 in the framework itself: bfloat16 rounds by 2**-9."""
    for dtype, near in ((torch.float32, 1e-5), (torch.bfloat16, 2**-6)):
        model, x = perceptron(dtype), torch.tensor(FEATURES, dtype=dtype)
        wi.lsuv(model, x, rng=0)
        for layer in model:
            x = layer(x)
            if isinstance(layer, nn.Linear):
                assert float(x.detach().float().var(correction=0)) == pytest.approx(1, abs=near)


@pytest.mark.parametrize("targets", [False, True])
def test_in_bfloat16_the_first_loss_is_off_by_the_square_of_the_rounding(targets: bool) -> None:
    """At the lowest loss a bias off by d adds at most d**2: bfloat16 has d = 2**-8 of the bias."""
    rng = np.random.default_rng(3)
    for seed in range(5):
        torch.manual_seed(seed)
        x = torch.tensor(FEATURES, dtype=torch.bfloat16)
        labels = torch.tensor(rng.choice(5, 64, p=[0.6, 0.1, 0.1, 0.1, 0.1]))
        y = torch.tensor(rng.standard_normal((64, 5)) + 3).bfloat16() if targets else labels
        model = perceptron(torch.bfloat16)
        done = wi.start(model, x, y, rng=0)
        loss = nn.functional.mse_loss if targets else nn.functional.cross_entropy
        first = float(loss(model(x).float(), y.float() if targets else y).detach())
        wanted = y.double().mean(0) if targets else torch.bincount(y).div(64).log()
        d = 2**-8 * float(wanted.abs().max())
        assert -1e-6 <= first - done.best_constant_loss <= d**2 + 1e-6
        assert first == pytest.approx(done.first_loss, rel=1e-6)
        assert wi.diagnose(model, x, y).healthy


def test_models_of_a_framework_need_a_batch() -> None:
    """Roles show in a pass only: without x the error says what to give."""
    with pytest.raises(ValueError, match=r"x must be a batch of samples .*write wi.start\(model"):
        wi.start(perceptron())


class Placed(nn.Module):
    """A dense layer whose product has a table of positions added to it."""

    def __init__(self) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.randn(7, 32))
        self.hidden, self.head = nn.Linear(16, 32), nn.Linear(32, 4)

    def forward(self, x):
        """Return logits."""
        return self.head(torch.relu(self.hidden(x) + self.places))


def test_the_table_marks_as_scaled_what_was_scaled_alone() -> None:
    """A weight that stays as drawn has a note, and no lsuv in the table."""
    torch.manual_seed(0)
    done = wi.lsuv(Placed(), torch.randn(64, 7, 16), rng=0)
    told = {row.name: row.initializer for row in done.table}
    assert done.notes == ("hidden.weight was not scaled: more than its product is added up there.",)
    assert told["hidden.weight"] == "orthogonal"
    assert told["head.weight"] == "orthogonal, lsuv"


@pytest.mark.parametrize("call", [wi.start, wi.lsuv, wi.trace, wi.diagnose])
def test_a_lazy_model_has_no_weights_yet(call) -> None:
    """A model whose parameters wait for a batch is refused as one without weights."""
    model = nn.Sequential(nn.LazyLinear(16), nn.ReLU(), nn.Linear(16, 3))
    with pytest.raises(RuntimeError, match="no weights yet: call it on a batch once"):
        call(model, torch.randn(8, 4))
