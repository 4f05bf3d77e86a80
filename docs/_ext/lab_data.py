"""The data of the lab: made by the very lines of Python that its page offers for copying."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import numpy as np

import weightinit as wi

PLANE, IMAGES = 300, 170  # how many samples train; labels are not balanced, as in wi.datasets
TESTED = {PLANE: 100, IMAGES: 80}  # and how many test
_FORTIETHS = 40  # in which the page keeps coordinates, a byte each; of grey it keeps three levels
_HALVES = 2
_SPLIT = "x, x_test, y, y_test = x[:{n}], x[{n}:], y[:{n}], y[{n}:]"
_BLOBS = "make_blobs({n}, centers=[[-1, -1], [1, 1]], cluster_std=0.5, random_state=0)"


@dataclass(frozen=True)
class Data:
    """A data set: the lines that make `x, y, x_test, y_test`, and how the page keeps it."""

    label: str
    lines: tuple[str, ...]
    scale: int

    @property
    def python(self) -> str:
        """The lines as a text."""
        return "\n".join(self.lines)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return x, y, x_test and y_test: what the lines make."""
        made: dict[str, Any] = {"np": np, "wi": wi}
        exec(self.python, made)  # the text above
        return {name: made[name] for name in ("x", "y", "x_test", "y_test")}

    def json(self) -> dict[str, Any]:
        """Return what the page needs: samples as integers over `scale`, training first."""
        made = self.arrays()
        x, y = (np.concatenate([made[name], made[f"{name}_test"]]) for name in "xy")
        whole = np.rint(x * self.scale).astype(int)
        assert np.array_equal(whole / self.scale, x), "the lines must round to this scale"
        classes = int(y.max()) + 1
        return {
            "label": self.label,
            "python": self.python,
            "inputs": x.shape[1],
            "outputs": 1 if classes == 2 else classes,
            "classes": classes,
            "train": len(made["y"]),
            "test": len(made["y_test"]),
            "scale": self.scale,
            "x": _packed(whole),
            "y": "".join(map(str, y)),
        }


def _packed(whole: np.ndarray) -> str:
    """Return integers as a string of digits where they all are, or else as bytes in base 64."""
    if whole.min() >= 0 and whole.max() <= 9:
        return "".join(map(str, whole.ravel()))
    assert np.abs(whole).max() < 128, "a byte holds no more"
    return b64encode(whole.astype(np.int8).tobytes()).decode()


def _plane(label: str, call: str, *imports: str) -> Data:
    n, rounded = PLANE + TESTED[PLANE], f"x = ({_FORTIETHS} * x).round() / {_FORTIETHS}"
    lines = (*imports, f"x, y = {call.format(n=n)}", rounded, _SPLIT.format(n=PLANE))
    return Data(label, lines, _FORTIETHS)


DATA = {
    "ring": _plane("Ring", "wi.datasets.ring({n}, rng=0)"),
    "xor": _plane("XOR", "wi.datasets.xor({n}, rng=0)"),
    "spirals": _plane("Two spirals", "wi.datasets.spirals({n}, rng=0)"),
    "blobs": _plane("Blobs", _BLOBS, "from sklearn.datasets import make_blobs"),
    "digits": Data(
        "Digits",
        (
            "from sklearn.datasets import load_digits",
            "x, y = load_digits(return_X_y=True)",
            "x = (x / 8).round() / 2",
            f"x, y = x[:{IMAGES + TESTED[IMAGES]}], y[:{IMAGES + TESTED[IMAGES]}]",
            _SPLIT.format(n=IMAGES),
        ),
        _HALVES,
    ),
}
