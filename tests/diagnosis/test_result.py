"""What a diagnosis prints and draws."""

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import PLANTS, cnn, mlp, residual, rnn
from weightinit.diagnosis import PROBLEMS, Finding


def spoiled(problem, patient):
    """Return the diagnosis of a patient with a problem in its last hidden layer."""
    plant = next(plant for plant in PLANTS if plant.problem == problem)
    plant.spoil(patient, patient.hidden[-1])
    return wi.diagnose(patient.net, patient.x, patient.y)


PATIENTS = {
    "mlp": lambda: mlp("leaky_relu", 12, 32, seed=0),
    "wide": lambda: mlp("tanh", 12, 512, seed=0),
    "cnn": lambda: cnn("relu", [8, 16], seed=0),
    "rnn": lambda: rnn("relu", 32, 6, seed=0),
    "residual": lambda: residual("relu", 12, 32, seed=0),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("kind", PATIENTS)
def test_text_fits_80_columns(kind, problem):
    """Table and findings fit 80 columns, every layer has its line, every finding its remedy."""
    diagnosis = spoiled(problem, PATIENTS[kind]())
    lines = str(diagnosis).splitlines()
    assert max(map(len, lines)) <= 80
    table = lines[1 : 1 + len(diagnosis.layers)]
    shown = [line.split()[0].lstrip("…") for line in table]
    assert all(
        layer.name.endswith(name) for layer, name in zip(diagnosis.layers, shown, strict=True)
    )
    text = " ".join(str(diagnosis).split())
    for finding in diagnosis.findings:
        assert f"{finding.problem} in {finding.layer}" in text
        assert finding.remedy in text


def test_worst_comes_first():
    """Findings are in the order of PROBLEMS."""
    patient = mlp("relu", 6, 64, seed=0)
    patient.weight("dense1")[:] *= 100
    patient.bias("dense3")[::2] = -1e6
    problems = [f.problem for f in wi.diagnose(patient.net, patient.x, patient.y).findings]
    assert len(problems) >= 3
    assert problems == sorted(problems, key=PROBLEMS.index)


def test_healthy_text_says_so():
    """A healthy network has no finding, and the text says so."""
    patient = mlp("relu", 2, 32, seed=0)
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    assert diagnosis.healthy
    assert "Nothing wrong was found." in str(diagnosis)
    assert "Nothing wrong was found." in diagnosis._repr_html_()


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


@pytest.mark.parametrize("problem", ["non-finite", "frozen", "vanishing signal", "dead units"])
def test_plot_draws_both_ways(problem):
    """One figure: signal and gradient by layer, described for those who cannot see it."""
    plt = pytest.importorskip("matplotlib.pyplot")
    for make in (lambda: mlp("relu", 5, 32, seed=0), lambda: rnn("relu", 32, 6, seed=0)):
        figure = spoiled(problem, make()).plot()
        assert len(figure.axes) == 2
        assert len(figure.get_label().split()) >= 5
        figure.canvas.draw()
        plt.close(figure)


def test_plot_asks_for_matplotlib(monkeypatch):
    """Without matplotlib the error says how to get it."""
    patient = mlp("relu", 2, 32, seed=0)
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install matplotlib"):
        diagnosis.plot()
