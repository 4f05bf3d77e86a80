"""Run a setting of the lab in its engine and in the package, from the same weights, and compare.

Weights, second moments, losses: to 1e-9, relative. Rounding differs between the two, and in some
settings training makes it grow. Whether it does is measured: the package's own run is repeated
with its first weights off by one unit in the last place. Where these two come to differ by 1e-11,
fewer steps are compared, as many as they do not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.lab.plain import arrays, numbers
from weightinit.tracing import measure
from weightinit.tracing._copies import copied_units

__all__ = ["AGREE", "STEPS", "Agreement", "Comparison"]

STEPS = 100
SHORTER = (50, 20, 10, 5, 2, 1)
AGREE, STABLE = 1e-9, 1e-11

#: From {setting, steps} to what the engine made of it.
Engine = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Agreement:
    """How a setting compared: after how many steps, and the largest relative differences.

    `own` is the larger difference of the package's run from itself, off by one unit in the last
    place.
    """

    steps: int
    weights: float
    moments: float
    own: float
    finite: bool


class _Ordered(np.random.Generator):
    """A generator whose permutations are given."""

    def __init__(self, orders: list[list[int]]) -> None:
        super().__init__(np.random.PCG64(0))
        self._orders = iter(orders)

    def permutation(self, n: int, axis: int = 0) -> np.ndarray:
        """Return the next order."""
        del n, axis
        return np.array(next(self._orders))


class _Enough(Exception):  # noqa: N818  # it is no error
    """Ends a training after so many steps."""


class Comparison:
    """One setting in the engine and in the package, with what the page knows of theory."""

    def __init__(self, theory: dict[str, Any], setting: dict[str, Any], engine: Engine) -> None:
        self.theory, self.setting, self.engine = theory, setting, engine
        self.data = arrays(theory["data"][setting["data"]])

    def agreement(self) -> Agreement | None:
        """Compare start and end; None where the engine refuses to start."""
        made = self.engine({"setting": self.setting, "steps": STEPS})
        if "refused" in made:
            return None
        self.start = [np.array(numbers(array)) for array in made["start"]]
        self.orders = made["orders"]
        self.moments(self.network(), made["before"])
        assert made["after"]["finite"] == self.is_finite()
        done = made["after"]["step"]
        steps, own = self.comparable(done)
        if steps < done:
            made = self.engine({"setting": self.setting, "steps": steps})
        net = self.trained(steps)
        now = [np.array(numbers(array)) for array in made["now"]]
        weights = difference(layers_of(now), layers_of(parameters(net)))
        moments = self.moments(net, made["after"])
        return Agreement(steps, weights, moments, own, made["after"]["finite"])

    def comparable(self, done: int) -> tuple[int, float]:
        """Return after how many steps rounding has not grown yet, and how far it has."""
        for steps in (done, *(count for count in SHORTER if count < done)):
            plain, off = self.trained(steps), self.trained(steps, perturbed=True)
            own = max(
                difference(layers_of(parameters(off)), layers_of(parameters(plain))),
                difference(self.measured(off), self.measured(plain)),
            )
            if own <= STABLE:
                break
        return steps, own

    def network(self, *, perturbed: bool = False) -> wi.Network:
        """Return the package's network with the engine's first weights, or off by one unit."""
        data, setting = self.theory["data"][self.setting["data"]], self.setting
        sizes = [data["inputs"], *[setting["width"]] * setting["depth"], data["outputs"]]
        net = wi.mlp(sizes, setting["activation"]).initialize(wi.zeros)
        rng = np.random.default_rng(0)
        for theta, values in zip(parameters(net), self.start, strict=True):
            sign = rng.choice([-1.0, 1.0], len(values)) if perturbed else 0.0
            theta[...] = (values * (1 + sign * np.finfo(float).eps)).reshape(theta.shape)
        return net

    def trained(self, steps: int, *, perturbed: bool = False) -> wi.Network:
        """Return the network after so many steps."""
        net = self.network(perturbed=perturbed)

        def stop(step: int, *_: object) -> None:
            if step == steps:
                raise _Enough

        if steps:
            with pytest.raises(_Enough):
                self.train(net, stop)
        return net

    def is_finite(self) -> bool:
        """Tell whether the package's training goes on for all steps."""
        try:
            self.trained(STEPS)
        except FloatingPointError:
            return False
        return True

    def train(self, net: wi.Network, stop: Callable[..., None]) -> None:
        """Train with the settings of the lab, in the engine's order of the samples."""
        momentum = self.theory["optimizers"]["momentum"]["momentum"]
        name = self.setting["optimizer"]
        wi.train(
            net,
            self.data["x"],
            self.data["y"],
            epochs=STEPS,
            batch_size=self.setting["batch"],
            learning_rate=self.setting["rate"],
            momentum=momentum if name == "momentum" else 0.0,
            optimizer="adam" if name == "adam" else "sgd",
            rng=_Ordered(self.orders),
            monitor=stop,
        )

    def moments(self, net: wi.Network, seen: dict[str, Any]) -> float:
        """Return the largest relative difference of moments and losses; counts must be the same."""
        layers = {name: numbers(values) for name, values in seen["layers"].items()}
        rows = wi.trace(net, self.data["x"], self.data["y"]).layers
        stats = [measure(row) for row in rows]
        assert layers["copied"] == [copied_units(row) for row in rows]
        assert layers["distinct"] == [row.distinct for row in stats]
        assert layers["dead"] == [round(row.dead * row.units) for row in stats]
        saturated = [row.saturated for row in stats]
        np.testing.assert_allclose(layers["saturated"], saturated, atol=1e-12)
        for test, accuracy in (
            (("", "accuracy"), ("_test", "testAccuracy")) if seen["finite"] else ()
        ):
            right = np.mean(net.predict(self.data[f"x{test}"]) == self.data[f"y{test}"])
            assert abs(right - seen[accuracy]) < 1e-12
        losses = numbers([seen["loss"], seen["testLoss"]])
        found = [*layers["activations"], *layers["gradients"], *losses]
        return difference(found, self.measured(net))

    def measured(self, net: wi.Network) -> list[float]:
        """Return the second moments of activations and gradients by layer, and both losses."""
        trace = wi.trace(net, self.data["x"], self.data["y"])
        test = wi.trace(net, self.data["x_test"], self.data["y_test"])
        fields = ("activations", "pre_activations_gradient")
        moments = [row.mean_square(field) for field in fields for row in trace.layers]
        return [*moments, trace.loss, test.loss]


def parameters(net: wi.Network) -> list[np.ndarray]:
    """Return all weights, then all biases, as the engine has them."""
    given = list(net.parameters.values())
    return [*given[::2], *given[1::2]]


def layers_of(given: list[np.ndarray]) -> list[np.ndarray]:
    """Return weight and bias of each layer in one array."""
    pairs = zip(given[: len(given) // 2], given[len(given) // 2 :], strict=True)
    return [np.concatenate([weight.ravel(), bias.ravel()]) for weight, bias in pairs]


def difference(found: list[Any], wanted: list[Any]) -> float:
    """Return the largest difference in an array over its largest entry; 0 where both are alike."""
    return max(_differences(found, wanted))


def _differences(found: list[Any], wanted: list[Any]) -> Iterator[float]:
    for one, other in zip(found, wanted, strict=True):
        a, b = np.atleast_1d(np.asarray(one, float)), np.atleast_1d(np.asarray(other, float))
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        if same.all():
            yield 0.0
            continue
        largest = np.abs(b).max()
        yield float(np.abs(a - b)[~same].max() / largest) if largest else np.inf
