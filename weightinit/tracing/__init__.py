"""Record one pass through a network as plain arrays, and measure its layers.

:func:`trace` records a network of this package, or a model of PyTorch, Keras or Flax; for another
framework fill a :class:`Trace` yourself. :func:`measure` sums up a layer. Neither judges what is
right or wrong.

>>> import weightinit as wi
>>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.Constant(value=0.5))
>>> layer = wi.trace(net, [[1.0, 2.0], [0.5, -1.0]]).layers[0]
>>> layer.pre_activations.shape, wi.tracing.measure(layer).distinct
((2, 8), 1)
"""

from weightinit.tracing.any_model import trace
from weightinit.tracing.layer_trace import LayerTrace
from weightinit.tracing.measures import LayerStats, measure
from weightinit.tracing.trace import Trace

__all__ = ["LayerStats", "LayerTrace", "Trace", "measure", "trace"]
