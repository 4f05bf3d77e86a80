"""What a diagnosis prints and draws."""

import dataclasses
import functools
import json
import re

import numpy as np
import pytest
from sklearn.datasets import load_digits

import weightinit as wi
from tests.diagnosis.plants import PLANTS, cnn, mlp, residual, rnn, started
from weightinit.diagnosis import PROBLEMS, Finding, judge
from weightinit.networks import ActivationLayer, Dense, LayerNorm


def plant(problem):
    """Return how a problem is planted."""
    return next(p.spoil for p in PLANTS if p.problem == problem)


def spoiled(spoil, patient):
    """Return the diagnosis of a patient that was spoiled in its last hidden layer."""
    spoil(patient, patient.hidden[-1])
    return wi.diagnose(patient.net, patient.x, patient.y)


PATIENTS = {
    "mlp": lambda: mlp("leaky_relu", 12, 32, seed=0),
    "wide": lambda: mlp("tanh", 12, 128, seed=0),
    "cnn": lambda: cnn("relu", [8, 16, 16], seed=0),
    "rnn": lambda: rnn("relu", 32, 6, seed=0),
    "residual": lambda: residual("relu", 12, 32, seed=0),
}


@functools.cache
def case(kind, spoil):
    """Return a spoiled patient and its diagnosis, which several tests and problems share."""
    patient = PATIENTS[kind]()
    return patient, spoiled(spoil, patient)


@pytest.mark.parametrize("problem", [p.problem for p in PLANTS])
@pytest.mark.parametrize("kind", PATIENTS)
def test_text_fits_80_columns(kind, problem):
    """Findings and table fit 80 columns, every layer has its line, every finding its remedy."""
    _, diagnosis = case(kind, plant(problem))
    lines = str(diagnosis).splitlines()
    assert max(map(len, lines)) <= 80
    (head,) = (place for place, line in enumerate(lines) if line.startswith("layer "))
    shown = [line.split()[0].lstrip("…") for line in lines[head + 1 :][: len(diagnosis.layers)]]
    assert all(
        layer.name.endswith(name) for layer, name in zip(diagnosis.layers, shown, strict=True)
    )
    text = " ".join(str(diagnosis).split())
    for finding in diagnosis.findings:
        assert f"{finding.problem.capitalize()} in {finding.layer}" in text
        assert finding.evidence in text
        assert re.fullmatch(r"[A-Z\d].{20,300}\.", finding.evidence)  # a sentence or a few
        assert finding.remedy in text


def pasted(diagnosis, net):
    """Run the code of a report as it is printed, lines of 80 columns and all."""
    printed = re.search(r"^net\.initialize\(.*?^(?=$)", str(diagnosis), re.MULTILINE | re.DOTALL)
    exec(printed[0], {"net": net, "wi": wi})


@pytest.mark.parametrize("problem", [p.problem for p in PLANTS])
@pytest.mark.parametrize("kind", PATIENTS)
def test_printed_code_mends_what_a_start_can_mend(kind, problem):
    """Pasted as printed it runs, starts each layer as its finding says, and no finding is left."""
    patient, diagnosis = case(kind, plant(problem))
    net = patient.net.copy()
    pasted(diagnosis, net)
    for name, init in started(net, diagnosis):
        assert bool(net.parameters[name].any()) == (init != wi.zeros)
    assert wi.diagnose(net, patient.x, patient.y).healthy


def test_patterns_of_the_printed_code_stand_for_what_the_adviser_says():
    """The last weights of all branches share a pattern, the output has one, `*` all others."""
    _, diagnosis = case("residual", plant("frozen"))
    assert list(diagnosis.start) == ["residual*.dense1.weight", "dense1.weight", "*.weight"]
    assert diagnosis.start["dense1.weight"] == wi.recommend("relu", layer="output").initializer
    for pattern in diagnosis.start:
        assert json.dumps(pattern) in str(diagnosis)


def test_no_code_where_no_start_helps():
    """Findings whose remedy is no start, and reports without a finding, print nothing to paste."""
    patient = mlp("tanh", depth=3, width=64, seed=0)
    for scale in (30, 1):
        diagnosis = wi.diagnose(patient.net, scale * patient.x, None)
        assert diagnosis.healthy == (scale == 1)
        assert not any(finding.start for finding in diagnosis.findings)
        assert "net.initialize" not in str(diagnosis)


def test_every_column_has_its_legend():
    """Each column that is not self-evident is explained by a line below the table."""
    lines = str(case("mlp", plant("vanishing signal"))[1]).splitlines()
    head = next(line for line in lines if line.startswith("layer ")).split()
    explained = [line.split("  ")[0] for line in lines[-6:]]
    assert ["layer", "activation", "units", *explained] == head


def test_signal_is_the_root_mean_square():
    """The column `signal` is the rms of the activations, and the evidence a share of its square."""
    rng = np.random.default_rng(0)
    net = wi.mlp([64] * 6 + [10]).initialize(wi.Normal(std=0.003), rng=rng)
    x = rng.standard_normal((100, 64))
    h = np.maximum(x @ net.parameters["dense0.weight"], 0)
    diagnosis = wi.diagnose(net, x)
    (row,) = (line.split() for line in str(diagnosis).splitlines() if line.startswith("dense0 "))
    assert float(row[4]) == pytest.approx(np.sqrt(np.mean(h**2)), rel=0.05)  # two digits
    kept = np.mean(h**2) / np.mean(x**2)
    assert f"falls to {100 * kept:.2g} % in dense0" in " ".join(
        diagnosis.findings[0].evidence.split()
    )


def test_the_worst_comes_first():
    """Findings are in the order of their severity, one for each of two faults."""
    patient = mlp("relu", 6, 64, seed=0)
    patient.weight("dense1")[:] *= 100
    patient.bias("dense3")[::2] = -1e6
    found = wi.diagnose(patient.net, patient.x, patient.y)
    assert {f.parameter for f in found.findings} == {"dense1.weight", "dense3.bias"}
    severities = [finding.severity for finding in found.findings]
    assert severities == sorted(severities, reverse=True)
    assert found.severity == severities[0] > 1
    assert wi.diagnose(found.mended(patient.net), patient.x, patient.y).severity == 0


def test_severity_tells_what_stops_training_from_what_does_not():
    """Small weights in all layers are worse than some dead units, and only they stop training."""
    x, y = load_digits(return_X_y=True)
    x, right, found = (x - x.mean()) / x.std(), {}, {}
    for start in (wi.Normal(std=0.01), wi.he_normal):
        for killed in (20, 0):
            net = wi.mlp([64, *[64] * 10, 10]).initialize(start, rng=1)
            net.parameters["dense0.bias"][:killed] = -50
            found[start, killed] = wi.diagnose(net, x[:100], y[:100])
            wi.train(net, x, y, epochs=5, batch_size=50, learning_rate=0.05, rng=0)
            right[start, killed] = np.mean(net.predict(x) == y)
    small = wi.Normal(std=0.01)
    both = [finding.problem for finding in found[small, 20].findings]
    assert both == ["vanishing signal", "dead units"]
    assert [finding.problem for finding in found[wi.he_normal, 20].findings] == ["dead units"]
    assert found[small, 20].severity > found[wi.he_normal, 20].severity
    assert max(right[small, 20], right[small, 0]) < 0.15
    assert right[wi.he_normal, 20] > 0.6


def test_a_nan_that_arrives_is_not_blamed_on_the_weights():
    """Where the input of the first broken layer is not finite, the report says so."""
    net = wi.mlp([4, 8, 3]).initialize(wi.he_normal, rng=0)
    record = wi.trace(net, np.random.default_rng(0).standard_normal((10, 4)))
    arrives = {"inputs": np.nan, "pre_activations": np.nan, "activations": np.nan}
    nan = [
        dataclasses.replace(r, **{k: v * getattr(r, k) for k, v in arrives.items()})
        for r in record.layers
    ]
    (finding,) = judge(dataclasses.replace(record, layers=tuple(nan))).findings
    assert finding.evidence == "Its input already holds nan or infinity."
    assert finding.remedy == "look at the data: what arrives at dense0 is no signal"


def test_legends_say_what_the_columns_hold():
    """Half of ReLU's values have no slope, and are not saturated; four copies repeat one unit."""
    net = wi.mlp([4, 5, 3]).initialize(wi.he_normal, rng=0)
    net.parameters["dense0.weight"][:, 1:] = 1.0
    net.parameters["dense1.weight"][1:] = 1.0
    net.parameters["dense1.weight"][...] *= 0.1
    found = wi.diagnose(net, np.random.default_rng(0).standard_normal((50, 4)))
    (row,) = (line.split() for line in str(found).splitlines() if line.startswith("dense0 "))
    assert row[3] == "3"
    assert row[-2] == "0%"
    assert "copies     units that repeat an earlier one" in str(found)
    assert "saturated  values on the flat ends of tanh and the like" in str(found)


def test_the_output_is_measured_by_lecun():
    """Its start is zero, and the ratio of its weights is that to LeCun's std."""
    net = wi.mlp([40, 30, 5]).initialize(wi.he_normal, rng=0)
    output = wi.diagnose(net, np.random.default_rng(0).standard_normal((50, 40))).layers[-1]
    assert output.wanted_std == pytest.approx(wi.lecun_normal.std((30, 5)))


def test_healthy_text_says_so():
    """A healthy network has no finding, and the text says so."""
    patient = mlp("relu", 2, 32, seed=0)
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    assert diagnosis.healthy
    assert f"None of the {len(PROBLEMS)} problems" in str(diagnosis)
    assert f"None of the {len(PROBLEMS)} problems" in diagnosis._repr_html_()


def test_table_holds_the_facts():
    """The facts by layer are those of the arrays."""
    patient = mlp("relu", 2, 32, seed=0)
    patient.bias("dense0")[:8] = -100
    layer = wi.diagnose(patient.net, patient.x, patient.y).layers[0]
    h = np.maximum(patient.x @ patient.weight("dense0") + patient.bias("dense0"), 0)
    assert (layer.mean, layer.std) == pytest.approx((h.mean(), h.std()))
    assert layer.second_moment == pytest.approx(np.mean(h**2))
    assert layer.dead == pytest.approx(np.mean(~h.any(axis=0)))
    assert layer.weight_std == pytest.approx(patient.weight("dense0").std())
    assert layer.wanted_std == pytest.approx(np.sqrt(2 / 24))


def test_html_is_escaped():
    """What stands between tags cannot open one."""
    patient = mlp("relu", 2, 32, seed=0)
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    planted = Finding("frozen", "<b>", "1 < 2", advice="use & see")
    html = type(diagnosis)(diagnosis.layers, (planted,), ("<i>",), (), ())._repr_html_()
    assert "&lt;b&gt;" in html
    assert "1 &lt; 2" in html
    assert "<i>" not in html


def test_layers_are_counted_from_the_normalization_on():
    """After a normalization a signal starts again at size 1, and so do count and factor."""
    layers = [part for _ in range(16) for part in (Dense(64), ActivationLayer("relu"))]
    layers[7:7] = [LayerNorm()]  # after dense3
    net = wi.Network([*layers, Dense(10)], (64,)).initialize(wi.he_normal, rng=0)
    for name in list(net.parameters)[:-2]:
        if name.endswith("weight"):
            net.parameters[name][...] *= 0.6
    x = np.random.default_rng(0).standard_normal((100, 64))
    (finding,) = wi.diagnose(net, x).findings
    assert finding.problem == "vanishing signal"
    place = re.search(r"falls to \S+ % over the (\d+) layers up to (\w+);", finding.evidence)
    rows = {row.name: row for row in wi.trace(net, x).layers}
    last = int(place[2].removeprefix("dense"))
    first, here = (np.mean(rows[name].activations ** 2) for name in ("dense3", place[2]))
    assert f"falls to {100 * here / first:.2g} %" in finding.evidence
    assert int(place[1]) == last - 2


@pytest.mark.parametrize("problem", ["non-finite", "frozen", "vanishing signal", "dead units"])
def test_plot_draws_both_ways(problem):
    """One figure: signal and gradient by layer, described for those who cannot see it."""
    pytest.importorskip("matplotlib.pyplot")
    for make in (lambda: mlp("relu", 5, 32, seed=0), lambda: rnn("relu", 32, 6, seed=0)):
        figure = spoiled(plant(problem), make()).plot()
        assert len(figure.axes) == 2
        assert len(figure.get_label().split()) >= 5
        figure.canvas.draw()


def test_plot_asks_for_matplotlib(monkeypatch):
    """Without matplotlib the error says how to get it."""
    patient = mlp("relu", 2, 32, seed=0)
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install matplotlib"):
        diagnosis.plot()


def test_the_docstring_has_a_row_for_each_problem():
    """The table of ``diagnose`` lists all problems, in the order in which they are looked for."""
    _, head, table, _ = re.split(r"^ *=+ =+\n", wi.diagnose.__doc__, flags=re.MULTILINE)
    place = head.index("what it means") - head.index("problem")
    assert [row.strip()[:place].strip() for row in table.splitlines()] == list(PROBLEMS)
