"""Messages of the worker: what is set starts, plays, pauses, goes back, or is refused."""

from typing import Any

import numpy as np
import pytest

from tests.lab.engine import ask, known

TALK = """
    const sent = [];
    let wake = () => {};
    const port = { postMessage(message) { sent.push(message); wake(); } };
    lab.get("worker").serve(port);
    const rests = async () => {
        while (!sent.some(({ type }) => type === "paused")) await new Promise((r) => (wake = r));
    };
    const all = [];
    for (const message of given.messages) {
        if (message.wait) await new Promise((r) => setTimeout(r, message.wait));
        else port.onmessage({ data: message });
        if (message.rests) await rests();
        all.push(sent.splice(0));
    }
    return all;
"""
SET = {"type": "set", "settings": [{}], "look": {"layer": 1, "grid": 12}}


def talk(*messages: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return what the worker sends after each message."""
    return ask(TALK, messages=messages)


def test_a_start_shows_all() -> None:
    """After `set` come the theory's lines, a whole snapshot, and that it rests at step 0."""
    (started, seen, rests) = talk(SET)[0]
    assert [started["type"], seen["type"], rests["type"]] == ["started", "snapshot", "paused"]
    assert started["setting"] == {**known()["defaults"], "odd": None}
    assert len(started["theory"]["activations"]) == len(started["theory"]["gradients"]) == 3
    assert len(seen["boundary"]) == 12 * 12
    answers = seen["answers"]
    assert (answers["layer"], answers["units"], answers["columns"]) == (1, 8, 144)
    assert len(answers["values"]) == 8 * 144
    assert (seen["step"], seen["playing"], rests["steps"]) == (0, False, [0])
    assert set(map(len, seen["layers"].values())) == {3}


def test_digits_show_their_confusion() -> None:
    """Images have no boundary: the confusion counts all test images, answers go by class."""
    seen = talk({**SET, "settings": [{"data": "digits"}]})[0][1]
    assert seen["boundary"] is None
    assert sum(seen["confusion"]) == known()["data"]["digits"]["test"]
    right = sum(seen["confusion"][:: 10 + 1])
    assert right / sum(seen["confusion"]) == pytest.approx(seen["testAccuracy"])
    assert (seen["answers"]["units"], seen["answers"]["columns"]) == (8, 10)


def test_the_grid_runs_from_the_top_left() -> None:
    """Rows go down and columns right: the logits of a linear network tell which way."""
    odd = ask(
        """
        const { check } = lab.get("settings");
        const setting = check({ activation: "linear", depth: 1, width: 1 });
        const session = lab.get("session").create(setting);
        session.net.weights[1].fill(1);
        return [[1, 0], [0, 1]].map((weight) => {
            session.net.weights[0].set(weight);
            return session.picture(0, 4).boundary;
        });
        """
    )
    right, up = np.reshape(odd, (2, 4, 4))
    assert (np.diff(right, axis=1) > 0).all()
    assert (np.diff(right, axis=0) == 0).all()
    assert (np.diff(up, axis=0) < 0).all()
    assert (np.diff(up, axis=1) == 0).all()


def test_going_back_leads_to_the_same_run() -> None:
    """Steps after `rewind` are, to the bit, those after `set`; batches come in the same order."""
    step, export = {"type": "step", "count": 25}, {"type": "export", "which": 0}
    sent = talk(SET, step, export, {"type": "rewind"}, export, step, export)
    assert sent[2] == sent[6]
    assert sent[4][0]["now"] == sent[4][0]["start"]
    assert sent[1][0]["step"] == sent[5][0]["step"] == 25
    assert sent[1][0]["loss"] == sent[5][0]["loss"]


def test_two_networks_keep_step() -> None:
    """Two networks start from the same draws, differ by their starts alone, and step together."""
    both = {**SET, "settings": [{"start": "he_normal"}, {"start": "lecun_normal"}]}
    sent = talk(both, *({"type": "export", "which": which} for which in (0, 1)))
    he, lecun = (np.array(sent[place][0]["start"][0]) for place in (1, 2))
    np.testing.assert_allclose(he, np.sqrt(2) * lecun, rtol=1e-14)
    sent = talk(
        both, {"type": "play", "rate": None}, {"wait": 150}, {"type": "pause", "rests": True}
    )
    rests = sent[3][-1]
    assert rests["steps"][0] == rests["steps"][1] > 0


def test_playing_keeps_to_a_rate() -> None:
    """At 20 steps a second, no more are made than the time allows; then it rests."""
    sent = talk(SET, {"type": "play", "rate": 20}, {"wait": 400}, {"type": "pause", "rests": True})
    assert 1 <= sent[3][-1]["steps"][0] <= 40
    assert not [message for message in sent[3] if message.get("playing")]


def test_a_network_that_is_no_longer_finite_rests() -> None:
    """Playing ends by itself when no number is finite any more, and says so."""
    setting = {"start": "std1", "depth": 30, "width": 32, "activation": "relu", "rate": 10}
    sent = talk({**SET, "settings": [setting]}, {"type": "play", "rests": True})
    last = [message for message in sent[1] if message["type"] == "snapshot"][-1]
    assert not last["finite"]
    assert "no longer finite" in last["words"]


@pytest.mark.parametrize(
    "setting, told",
    [
        ({"data": "moons"}, 'data must be one of ring, .* got "moons"'),
        ({"depth": 31}, "depth must be a whole number from 1 to 30, got 31"),
        ({"width": 2.5}, "width must be a whole number from 1 to 32, got 2.5"),
        ({"rate": 0}, "rate must be a number from .* got 0"),
        ({"rate": None}, "rate must be a number from .* got null"),
        ({"start": "odd"}, "start must be one of zeros, .* got"),
        ({"odd": {"layer": 3, "start": "zeros"}}, "odd layer must be a whole number from 0 to 2"),
        ({"odd": {"layer": 0, "start": "lsuv"}}, "odd layer's start must be one of"),
        ({"odd": 3}, "odd must be null or a layer"),
        ({"colour": 1}, "a setting must be one of data, .* got"),
    ],
)
def test_nonsense_is_refused(setting: dict[str, Any], told: str) -> None:
    """What cannot be set is refused in a sentence, and nothing is started."""
    import re

    ((refused,),) = talk({**SET, "settings": [setting]})
    assert (refused["type"], refused["which"]) == ("refused", 0)
    assert re.search(told, refused["message"])
