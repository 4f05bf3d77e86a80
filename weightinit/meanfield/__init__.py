r"""Mean field theory: what one wide layer does to a signal and to a gradient.

In a wide layer with independent random weights the pre-activations are normal (a sum of many small
terms), so that two numbers describe them: their variance q, the *length*, and for two inputs their
correlation c. A layer maps both, and multiplies the mean square of a gradient by :math:`\chi`:

.. math::

    q' = \sigma_w^2 \operatorname{E} \phi(z)^2 + \sigma_b^2, \qquad
    c' = \frac{\sigma_w^2 \operatorname{E} \phi(z_1) \phi(z_2) + \sigma_b^2}{q'}, \qquad
    \chi = \sigma_w^2 \operatorname{E} \phi'(z)^2

with normal z of variance q and correlation c. Variances are those of a sum: ``weight_variance`` is
:math:`\sigma_w^2 = n_\text{in} \operatorname{Var} w`, 2 after He, and ``bias_variance``
:math:`\sigma_b^2`. All functions take names, activations and plain callables; numbers or arrays,
which are broadcast. The means are integrals, computed as those of :func:`~weightinit.gain`.

>>> import weightinit as wi
>>> wi.meanfield.fixed_point("tanh", weight_variance=4, bias_variance=0.05).length
2.195
>>> wi.meanfield.edge_of_chaos("tanh", bias_variance=0.05)
1.76095

Poole et al. (2016), arXiv:1606.05340; Schoenholz et al. (2017), arXiv:1611.01232.
"""

from weightinit.meanfield.correlation import correlation_map, depth_scale
from weightinit.meanfield.fixed_points import FixedPoint, edge_of_chaos, fixed_point
from weightinit.meanfield.maps import Moments, chi, is_odd, length_map, moments, slope_at_zero

__all__ = [
    "FixedPoint",
    "Moments",
    "chi",
    "correlation_map",
    "depth_scale",
    "edge_of_chaos",
    "fixed_point",
    "is_odd",
    "length_map",
    "moments",
    "slope_at_zero",
]
