"""What a diagnosis is: findings, with the facts they rest on, and the network mended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from weightinit._arrays import check_array
from weightinit._messages import shown
from weightinit.diagnosis._paths import Point
from weightinit.diagnosis._report import Report
from weightinit.diagnosis._symptoms.standardized import standardized
from weightinit.diagnosis.layers import LayerReport
from weightinit.diagnosis.remedies import Finding
from weightinit.initializers import Initializer
from weightinit.networks import Network
from weightinit.networks._foreign import check_network
from weightinit.networks.layers.base import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Diagnosis"]


@dataclass(frozen=True)
class Diagnosis:
    """
    What is wrong with the start of a network; made by :func:`weightinit.diagnose`.

    Parameters
    ----------
    layers : tuple of LayerReport
        Facts by layer.
    findings : tuple of Finding
        One for each cause, the most severe first; empty where there are none.
    notes : tuple of str
        Risks that no start removes.
    forward, backward : tuple of tuple of Point
        How signal and gradient change, path by path: the network itself, each residual branch, the
        time of each recurrent layer.
    start : mapping of str to Initializer
        What to start the whole network from, by patterns that ``net.initialize`` takes: what
        :func:`recommend` says for each layer. Empty where no finding asks for a start, for models
        of other frameworks, and from :func:`~weightinit.diagnosis.judge`.
    checked : tuple of str
        What was judged: which kinds of parameters, the inputs, the first loss.
    unseen : tuple of str
        Parameters that were not judged, each with its type and the reason.
    seen : float
        The share of the parameters, by their entries, that was judged.
    cure : mapping of str to ndarray
        The parameters of the copy on which the remedies were tried, for ``mended``.
    standardizes : bool
        Whether the inputs are to be standardized, which ``prepared`` does.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 64, 64, 3], "tanh").initialize(wi.xavier_uniform, rng=0)
    >>> x = np.random.default_rng(0).standard_normal((50, 2))
    >>> wi.diagnose(net, x).healthy
    True
    """

    layers: tuple[LayerReport, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    forward: tuple[tuple[Point, ...], ...]
    backward: tuple[tuple[Point, ...], ...]
    start: Mapping[str, Initializer] = field(default_factory=dict, hash=False)
    checked: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    seen: float = 1.0
    cure: Mapping[str, Array] = field(default_factory=dict, repr=False, compare=False)
    standardizes: bool = False

    @property
    def severity(self) -> float:
        """The severity of the worst finding; 0 if there is none."""
        return max((finding.severity for finding in self.findings), default=0.0)

    def mended(self, net: Network) -> Network:
        """
        Return a copy of the network with the remedies applied: the copy on which they were tried.

        Parameters
        ----------
        net : Network
            The network that was diagnosed; it is not changed.

        Returns
        -------
        Network
            A network with new arrays; where no finding has a start, of the same values.

        Raises
        ------
        RuntimeError
            The network has no weights yet.
        TypeError, ValueError
            `net` is no network, or lacks a parameter that the remedies change.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
        >>> mended = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).mended(net)
        >>> bool(mended.parameters["dense0.weight"].any())
        True
        """
        copy = check_network(net).copy()
        for name, array in self.cure.items():
            given = copy.parameters.get(name)
            if given is None or given.shape != array.shape:
                raise ValueError(
                    f"net must be the network that was diagnosed, which has {shown(name)} of shape "
                    f"{shown(array.shape)}; give that network, or diagnose this one"
                )
            given[...] = array
        return copy

    def prepared(self, x: ArrayLike) -> Array:
        """
        Return inputs as the remedies ask for them: standardized if a finding says so.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            Samples, all that the network is to learn from: their own mean and std are taken.

        Returns
        -------
        ndarray, shape (n, ...)
            The inputs.

        Raises
        ------
        TypeError, ValueError
            `x` is no array of numbers.

        Examples
        --------
        >>> import numpy as np
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.xavier_uniform, rng=0)
        >>> x = 1e4 * np.random.default_rng(0).standard_normal((50, 2))
        >>> bool(wi.diagnose(net, x).prepared(x).std() < 1.001)
        True
        """
        given = check_array("x", x, "samples as an array, shape (n, ...)")
        return standardized(given) if self.standardizes else given

    @property
    def healthy(self) -> bool:
        """Tell whether none of the problems was found."""
        return not self.findings

    def __str__(self) -> str:
        """Return the findings, what to paste and a table of the layers, within 80 columns."""
        return self._report().text()

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return self._report().html()

    def _report(self) -> Report:
        told = ("layers", "findings", "notes", "start", "checked", "unseen", "seen")
        return Report(**{name: getattr(self, name) for name in told})

    def plot(self) -> "Figure":
        """
        Draw how signal and gradient change from layer to layer, beside theory.

        Returns
        -------
        matplotlib.figure.Figure
            Two panels, the mean square of the activations and the squared norm of the gradient; the
            band is what the bounds allow a network of these widths.

        Raises
        ------
        ImportError
            Matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> import weightinit as wi
        >>> net = wi.mlp([64, 64, 64, 10]).initialize(wi.he_normal, rng=0)
        >>> figure = wi.diagnose(net, np.random.default_rng(0).normal(size=(50, 64))).plot()
        >>> len(figure.axes)
        2
        """
        from weightinit.diagnosis._figure import draw  # noqa: PLC0415  # loads matplotlib

        problems = ", ".join(finding.problem for finding in self.findings) or "no problem found"
        figure: Figure = draw(self.forward, self.backward, problems)
        return figure
