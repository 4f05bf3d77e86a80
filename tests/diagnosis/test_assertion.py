"""assert_healthy passes where nothing is found in all of a model, and else raises the report."""

import dataclasses
import traceback

import numpy as np
import pytest

import weightinit as wi
from weightinit.diagnosis.assertion import objection

X = np.random.default_rng(0).standard_normal((100, 64))


def network(start=wi.he_normal):
    """Return a network of seven layers."""
    return wi.mlp([64, *[128] * 6, 10]).initialize(start, rng=0)


def test_a_healthy_start_passes():
    """Nothing is raised or returned where diagnose finds nothing."""
    assert wi.diagnose(network(), X).healthy
    assert wi.assert_healthy(network(), X) is None


def test_the_message_is_the_report():
    """With a finding it raises what diagnose prints, and nothing else."""
    net = network(wi.Normal(std=0.01))
    with pytest.raises(AssertionError) as raised:
        wi.assert_healthy(net, X)
    assert str(raised.value) == str(wi.diagnose(net, X))


def test_labels_are_judged_with_it():
    """With labels the first loss is judged as well; without, it is not."""
    net = network(wi.he_normal)
    net.parameters["dense6.bias"][0] = 50
    y = np.arange(100) % 10
    wi.assert_healthy(net, X)
    with pytest.raises(AssertionError, match="First loss too high"):
        wi.assert_healthy(net, X, y)


def test_a_problem_can_be_accepted_with_all_that_goes_with_it():
    """A finding passes only if its problem and its consequences are named; another does not."""
    net = network(wi.Normal(std=0.01))
    (finding,) = wi.diagnose(net, X).findings
    assert finding.consequences
    wi.assert_healthy(net, X, ignore=["vanishing signal", "vanishing gradient"])
    for ignore in ((), ("vanishing signal",), ("vanishing gradient",), ("dead units", "frozen")):
        with pytest.raises(AssertionError, match=r"^1 problem in 7 layers"):
            wi.assert_healthy(net, X, ignore=ignore)


def test_what_is_accepted_beside_another_problem_is_said():
    """The report holds both findings, and says which of them you accept."""
    net = network()
    net.parameters["dense1.bias"][::2] = -50
    net.parameters["dense5.weight"][...] *= 1e4
    found = wi.diagnose(net, X)
    assert {finding.problem for finding in found.findings} == {"dead units", "exploding signal"}
    with pytest.raises(AssertionError) as raised:
        wi.assert_healthy(net, X, ignore=("dead units",))
    end = "Of these problems you accept: dead units in dense1."
    assert str(raised.value) == f"{found}\n\n{end}"


def partly(seen):
    """Return a healthy diagnosis of which a share of the parameters was seen."""
    unseen = tuple(f"block{i}.weight (Attention): of a kind that is not known" for i in range(10))
    return dataclasses.replace(wi.diagnose(network(), X), seen=seen, unseen=unseen)


def test_what_was_not_judged_does_not_pass():
    """The share is said above the report, which names parameters; a lower share accepts them."""
    told = objection(partly(0.6), (), 1.0)
    head = "60 % of the parameters were judged, and seen=1 asks for 100 %. To accept that, write"
    assert " ".join(told.split()).startswith(head)
    assert told.endswith(str(partly(0.6)))
    assert "block0.weight (Attention): of a kind that is not known" in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80
    assert not objection(partly(0.6), (), 0.6)


def test_the_share_is_never_rounded_up():
    """A share just below one does not read as all, and the number to paste lets it pass."""
    told = objection(partly(0.99999), (), 1.0)
    assert told.startswith("99.9 % of")
    assert "seen=0.999." in told
    assert not objection(partly(0.99999), (), 0.999)


@pytest.mark.parametrize(
    "given, error, told",
    [
        ({"ignore": "frozen"}, TypeError, r'ignore must be a sequence .*write ignore=\("satur'),
        ({"ignore": ("tired units",)}, ValueError, "ignore must be one of 'dead units', .*'tired"),
        ({"ignore": (3,)}, TypeError, "ignore must be one of .* got 3"),
        ({"seen": 95}, ValueError, "seen must be a share from 0 to 1, got 95"),
        ({"seen": -0.1}, ValueError, "seen must be a finite number >= 0"),
        ({"seen": "all"}, TypeError, "seen must be"),
    ],
)
def test_options_are_checked_before_the_pass(given, error, told):
    """A wrong option is named before the model is looked at."""
    with pytest.raises(error, match=told):
        wi.assert_healthy(None, X, **given)


def test_pytest_does_not_show_its_frame():
    """The frame that raises is marked, so that pytest ends its traceback at the caller's line."""
    with pytest.raises(AssertionError) as raised:
        wi.assert_healthy(network(wi.zeros), X)
    (frame,) = [
        frame
        for frame, _ in traceback.walk_tb(raised.tb)
        if frame.f_code.co_name == "assert_healthy"
    ]
    assert frame.f_locals["__tracebackhide__"] is True
