"""The coordinate check: known slopes are found, with intervals, over width and over depth."""

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, Network, Residual
from weightinit.scaling import CoordinateCheck, Slope

WIDTHS = (32, 64, 128, 256)
RNG = np.random.default_rng(0)
X = RNG.standard_normal((32, 16))
Y = np.argmax(X @ RNG.standard_normal((16, 4)), axis=1)


def mlp(width: int) -> Network:
    """Return a network with one hidden weight, whose inputs and outputs grow."""
    return wi.mlp([16, width, width, 4])


def standard(width: int, rng: np.random.Generator) -> Network:
    """Return a network that starts as usual, with the same rate for each weight."""
    return mlp(width).initialize(
        {"dense2.weight": wi.lecun_normal, "*.weight": wi.he_normal}, rng=rng
    )


def mu(optimizer: str):
    """Return what builds networks by muP."""

    def build(width: int, rng: np.random.Generator) -> tuple[Network, object]:
        net = mlp(width)
        done = wi.mu_parametrization(net, base=mlp(32), optimizer=optimizer, rng=rng)
        return net, done.rate_factors

    return build


@pytest.mark.parametrize("optimizer, rate", [("adam", 0.01), ("sgd", 0.1)])
def test_updates_of_mu_do_not_depend_on_the_width(optimizer: str, rate: float) -> None:
    """In muP each update has the slope 0, up to what the output of the narrow ones adds at first.

    Over other seeds the slopes vary with a std of 0.03.
    """
    options = {"optimizer": optimizer, "learning_rate": rate, "draws": 5, "steps": 10, "rng": 0}
    found = wi.coordinate_check(mu(optimizer), WIDTHS, X, Y, **options)
    for layer in ("dense0", "dense1", "dense2"):
        assert found.slope(layer, "update").value == pytest.approx(0, abs=0.2), str(found)
        wanted = -0.5 if layer == "dense2" else 0  # the output starts smaller
        assert found.slope(layer, "activation").value == pytest.approx(wanted, abs=0.2)


def test_updates_of_the_standard_start_grow_with_adam() -> None:
    """One step of Adam moves a sum of n terms by n times as much: hidden and output slopes near 1.

    The first layer has as many inputs at each width, and does not move further.
    """
    options = {"learning_rate": 1e-4, "draws": 4, "rng": 0, "steps": 1}
    found = wi.coordinate_check(standard, WIDTHS, X, Y, **options)
    assert found.slope("dense0", "update").value == pytest.approx(0, abs=0.05)
    for layer in ("dense1", "dense2"):
        slope = found.slope(layer, "update")
        assert slope.value == pytest.approx(1, abs=0.2)
        assert slope.excludes(0.0)


@pytest.mark.parametrize("power, wanted", [(0.0, 1.0), (0.5, 0.0), (1.0, 0.0)])
def test_depth_is_an_axis_too(power: float, wanted: float) -> None:
    """The update of the output grows with the depth, unless rates and branches follow it."""

    def net_of(depth: int) -> Network:
        block = Residual([Dense(32), ActivationLayer("relu"), Dense(32)])
        return Network([Dense(32), *[block] * depth, Dense(4)], (16,))

    def build(depth: int, rng: np.random.Generator) -> tuple[Network, object]:
        net = net_of(depth)
        done = wi.mu_parametrization(net, base=net_of(depth), depth_power=power, rng=rng)
        return net, done.rate_factors

    options = {"axis": "depth", "learning_rate": 1e-4, "draws": 4, "rng": 0, "steps": 2}
    found = wi.coordinate_check(build, (4, 8, 16), X, Y, **options)
    assert "residual5.dense0" not in found.updates
    slope = found.slope("dense1", "update")
    if power == 0:
        assert slope.value > wanted, str(found)
    else:
        assert slope.value == pytest.approx(wanted, abs=0.2), str(found)
    assert "depth" in str(found).splitlines()[0]


def test_the_table_and_the_figure_tell_the_slopes() -> None:
    """Each layer has a row; a size of 0, below an output of zeros, has no slope; seeds repeat."""

    def build(width: int, rng: np.random.Generator) -> Network:
        return mlp(width).initialize({"dense2.weight": wi.zeros, "*.weight": wi.he_normal}, rng=rng)

    found, again = (
        wi.coordinate_check(build, (8, 16), X, Y, steps=1, draws=2, rng=3) for _ in range(2)
    )
    assert str(found) == str(again)
    assert np.isnan(found.slope("dense0", "update").value)
    assert not found.slope("dense0", "update").excludes(0.0)
    lines = str(found).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[3:6]] == ["dense0", "dense1", "dense2"]
    assert "<table>" in found._repr_html_()
    figure = found.plot()
    assert "dense2" in figure.get_label()
    with pytest.raises(ValueError, match="layer must be one of 'dense0', 'dense1', 'dense2'"):
        found.slope("relu0", "update")
    assert Slope("dense0", "update", 0.5, 0.4, 0.6).excludes(0.0)


def test_odd_arguments_are_refused_with_a_way_out() -> None:
    """What build returns, the order of widths, and layers in common are checked."""
    with pytest.raises(TypeError, match=r"build\(width, rng\) must return a Network, or a pair"):
        wi.coordinate_check(lambda *_: None, [4, 8], X, Y)
    with pytest.raises(ValueError, match=r"widths must ascend, got \(8, 4\)"):
        wi.coordinate_check(standard, [8, 4], X, Y)
    with pytest.raises(ValueError, match="draws must be an integer >= 2"):
        wi.coordinate_check(standard, [4, 8], X, Y, draws=1)

    def other(width: int, rng: np.random.Generator) -> Network:
        net = wi.mlp([16, 16]) if width == 4 else Network([Residual([Dense(16)])], (16,))
        return net.initialize(wi.he_normal, rng=rng)

    with pytest.raises(ValueError, match="layer in common, got none by name in dense0 and"):
        wi.coordinate_check(other, [4, 16], X, np.zeros((32, 16)))


@pytest.mark.parametrize("layers", [3, 24])
def test_the_legend_leaves_room_for_the_charts(layers: int) -> None:
    """However many layers there are, both charts keep 2 inches beside the legend."""
    table = {f"residual{n}.dense0": np.full((2, 3), 1.0 + n) for n in range(layers)}
    figure = CoordinateCheck("width", (8, 16, 32), table, table).plot()
    figure.canvas.draw()
    assert min(ax.get_window_extent().height for ax in figure.axes) > 2 * figure.dpi
    looks = {(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == layers
