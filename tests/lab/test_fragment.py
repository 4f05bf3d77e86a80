"""The address of the lab: what is set comes back, and nonsense is refused with a sentence."""

import random
import re

import pytest

from tests.lab.engine import ask, known

CHANCES = 300
NONSENSE = {
    "v2&data=ring": 'begins with "v2"',
    "hello": 'begins with "hello"',
    "v1&depth=many": 'depth is "many", not a number',
    "v1&depth=-3": 'depth is "-3", not a number',
    "v1&depth=31": "depth must be a whole number from 1 to 30",
    "v1&width=2.5": "width must be a whole number",
    "v1&rate=1e9": "rate must be a number",
    "v1&rate=": "rate is",
    "v1&data=moons": "data must be one of",
    "v1&act=__proto__": "activation must be one of",
    "v1&colour=red": 'has "colour=red"',
    "v1&__proto__=1": 'has "__proto__=1"',
    "v1&a=nobody": "start must be one of",
    "v1&a=std": "has a number where",
    "v1&a=he_normal:2": "has a number where",
    "v1&a=zeros,9:he_normal": "layer must be",
    "v1&a=zeros,1:he_normal,0:zeros": "one may differ",
    "v1&a=zeros,x:he_normal": "layer is",
    "v1&b=<img src=x>": "start must be one of",
    "v1&%E0%A4%A": "it may have",
}


def states(seed: int) -> list[dict]:
    """Return states of the page, drawn over all that can be set."""
    draw, theory = random.Random(seed), known()

    def start(names):
        name = draw.choice(names)
        std = round(draw.uniform(0, 2), 3) if name == "std" else theory["defaults"]["std"]
        return {"start": name, "std": std}

    def network(depth):
        odd = [name for name in theory["starts"] if name != "lsuv"]
        layer = {"layer": draw.randint(0, depth), **start(odd)}
        return {**start(list(theory["starts"])), "odd": draw.choice([None, layer])}

    made = []
    for _ in range(CHANCES):
        depth = draw.randint(1, 30)
        made.append(
            {
                "data": draw.choice(list(theory["data"])),
                "depth": depth,
                "width": draw.randint(1, 32),
                "activation": draw.choice(list(theory["activations"])),
                "biases": draw.choice([0, 0.1, 2]),
                "optimizer": draw.choice(list(theory["optimizers"])),
                "rate": draw.choice([1e-6, 0.003, 0.1, 1, 100]),
                "batch": draw.randint(1, 300),
                "seed": draw.randint(0, 2**32 - 1),
                "a": network(depth),
                "b": draw.choice([None, network(depth)]),
                "show": draw.randint(1, depth),
                "small": draw.choice([True, False]),
                "task": draw.choice([None, "hidden-zero"]),
            }
        )
    return made


def test_an_address_says_the_whole_state() -> None:
    """What is written into the address is read back: 300 states, drawn over all that can be set."""
    wanted = states(0)
    script = "const f = lab.get('fragment'); return given.states.map((s) => f.parse(f.format(s)));"
    assert ask(script, states=wanted) == wanted


def test_the_usual_state_is_short() -> None:
    """An empty address is the usual state, whose own address leaves out all that is usual."""
    script = """const f = lab.get("fragment");
        return [f.parse(""), f.defaults(), f.format(f.defaults())];"""
    empty, usual, address = ask(script)
    assert empty == usual
    assert re.fullmatch(r"v1&a=[a-z_]+&b=[a-z_]+", address)


def test_nonsense_is_refused_with_a_sentence() -> None:
    """Each kind of nonsense is a RangeError that says what is wrong; none is taken in silence."""
    script = """return given.texts.map((text) => {
        try { return lab.get("fragment").parse(text); }
        catch (error) { return [error.name, error.message]; } });"""
    told = ask(script, texts=list(NONSENSE))
    for (text, words), found in zip(NONSENSE.items(), told, strict=True):
        assert isinstance(found, list), f"{text} was taken"
        assert found[0] == "RangeError", found
        assert words in found[1], (text, found[1])
        assert len(found[1]) < 400


@pytest.mark.parametrize("text", ["v1&depth=3&depth=4", "v1&a=zeros&show=99"])
def test_what_is_said_twice_or_too_far_is_mended(text: str) -> None:
    """The last word counts, and a layer that is not there is the first."""
    state = ask("return lab.get('fragment').parse(given.text);", text=text)
    assert (state["depth"], state["show"]) in {(4, 1), (2, 1)}
