"""A trace prints as a table, and no representation holds the arrays."""

import numpy as np

import weightinit as wi


def test_a_trace_prints_a_line_for_each_row_of_at_most_80_letters() -> None:
    """The head, then each layer with the root mean squares that it has."""
    net = wi.mlp([8, 300, 300, 3], "tanh").initialize(wi.xavier_normal, rng=0)
    x = np.random.default_rng(0).standard_normal((50, 8))
    trace = wi.trace(net, x, np.arange(50) % 3)
    head, *lines = str(trace).splitlines()
    assert head.split() == ["layer", "kind", "activation", "units", "signal", "gradient"]
    assert max(map(len, [head, *lines])) <= 80
    for line, row in zip(lines, trace.layers, strict=True):
        name, kind, phi, units, signal, gradient = line.split()
        assert (name, kind, units) == (row.name, "dense", str(row.units))
        assert phi == ("-" if row.activation is None else "tanh")
        written = 0.05  # two digits
        np.testing.assert_allclose(
            [float(signal), float(gradient)],
            np.sqrt([row.mean_square("activations"), row.mean_square("activations_gradient")]),
            rtol=written,
        )


def test_representations_are_short() -> None:
    """A layer of 90,000 weights is told in a line."""
    net = wi.mlp([8, 300, 300, 3]).initialize(wi.he_normal, rng=0)
    trace = wi.trace(net, np.ones((50, 8)))
    assert repr(trace) == "<Trace of 3 layers, 50 samples>"
    assert repr(trace.layers[1]) == "<LayerTrace of dense1: dense, 300 units, relu>"
