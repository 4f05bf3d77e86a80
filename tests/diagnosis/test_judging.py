"""A diagnosis is made from a trace alone, with labels or without."""

import dataclasses

import numpy as np

import weightinit as wi
from tests.diagnosis.plants import mlp
from weightinit.diagnosis import judge
from weightinit.tracing import LayerTrace, Trace, trace


def test_the_judge_reads_nothing_but_the_trace() -> None:
    """A trace rebuilt from its plain arrays has the findings of the network; nothing is tried."""
    patient = mlp("relu", 4, 32, seed=0)
    patient.weight("dense2")[:] *= 0.01
    found = trace(patient.net, patient.x, patient.y)
    rebuilt = Trace(
        layers=tuple(
            LayerTrace(**{f.name: getattr(row, f.name) for f in dataclasses.fields(row)})
            for row in found.layers
        ),
        inputs=found.inputs,
        loss=found.loss,
        labels=found.labels,
        targets=found.targets,
    )
    direct = wi.diagnose(patient.net, patient.x, patient.y)
    untried = [dataclasses.replace(finding, effect="") for finding in direct.findings]
    assert list(judge(rebuilt).findings) == untried != []


def test_without_labels_the_first_loss_is_not_judged() -> None:
    """A loss that nobody gave labels for says nothing about the start."""
    patient = mlp("relu", 2, 32, seed=0)
    patient.weight(patient.output)[:] *= 100
    assert wi.diagnose(patient.net, patient.x).healthy


def test_float_targets_are_taken() -> None:
    """A regression is diagnosed by its squared error, whose first value is not judged."""
    x = np.random.default_rng(0).standard_normal((50, 3))
    net = wi.mlp([3, 32, 2]).initialize(wi.he_normal, rng=0)
    assert not wi.diagnose(net, x, 100 * x[:, :2]).findings


def test_without_labels_the_same_is_found() -> None:
    """What is wrong with weights shows whatever pulls at the outputs."""
    patient = mlp("relu", 4, 32, seed=0)
    patient.weight("dense2")[:] *= 0.01
    named, unnamed = (wi.diagnose(patient.net, patient.x, y).findings for y in (patient.y, None))
    assert [(f.problem, f.layer) for f in named] == [(f.problem, f.layer) for f in unnamed] != []
