"""An initializer is a value: compared, printed, copied, varied, never changed."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest
from hypothesis import given

import weightinit as wi
from tests.initializers.examples import initializers
from weightinit.initializers import named

NAMED = {
    "zeros": wi.Constant(value=0.0),
    "ones": wi.Constant(value=1.0),
    "lecun_normal": wi.VarianceScaling(scale=1.0, mode="fan_in", distribution="normal"),
    "lecun_uniform": wi.VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform"),
    "xavier_normal": wi.VarianceScaling(scale=1.0, mode="fan_avg", distribution="normal"),
    "xavier_uniform": wi.VarianceScaling(scale=1.0, mode="fan_avg", distribution="uniform"),
    "he_normal": wi.VarianceScaling(scale=2.0, mode="fan_in", distribution="normal"),
    "he_uniform": wi.VarianceScaling(scale=2.0, mode="fan_in", distribution="uniform"),
    "orthogonal": wi.Orthogonal(gain=1.0),
    "delta_orthogonal": wi.DeltaOrthogonal(gain=1.0),
    "identity": wi.Identity(gain=1.0),
}
SYNONYMS = {
    "glorot_normal": "xavier_normal",
    "glorot_uniform": "xavier_uniform",
    "kaiming_normal": "he_normal",
    "kaiming_uniform": "he_uniform",
}


@given(initializers())
def test_repr_makes_an_equal_value(init: wi.Initializer) -> None:
    """What is printed makes the same initializer again: `eval(repr(init)) == init`."""
    again = eval(repr(init), vars(wi))
    assert again == init
    assert hash(again) == hash(init)
    assert repr(again) == repr(init)


@given(initializers())
def test_copies_are_equal(init: wi.Initializer) -> None:
    """Pickling, copying and replacing nothing give an equal initializer, which prints alike."""
    for again in (
        pickle.loads(pickle.dumps(init)),
        copy.copy(init),
        copy.deepcopy(init),
        replace(init),
    ):
        assert type(again) is type(init)
        assert again == init
        assert hash(again) == hash(init)
        assert str(again) == str(init)


@given(initializers(), initializers())
def test_equality_is_of_kind_and_parameters(a: wi.Initializer, b: wi.Initializer) -> None:
    """Two initializers are equal when their kind and all parameters are, and then hash alike."""
    same = type(a) is type(b) and all(
        getattr(a, field.name) == getattr(b, field.name) for field in fields(a)
    )
    assert (a == b) == same
    assert len({a, b}) == 2 - same


@given(initializers())
def test_values_cannot_be_changed(init: wi.Initializer) -> None:
    """No parameter can be set or deleted, and none added."""
    before = repr(init)
    for name in [field.name for field in fields(init)] + ["novelty"]:
        with pytest.raises(FrozenInstanceError):
            setattr(init, name, 1.0)
        with pytest.raises(FrozenInstanceError):
            delattr(init, name)
    assert repr(init) == before


@given(initializers())
def test_parameters_are_keyword_only(init: wi.Initializer) -> None:
    """No parameter can be given by its place."""
    kind = type(init)
    assert {p.kind for p in inspect.signature(kind).parameters.values()} == {
        inspect.Parameter.KEYWORD_ONLY
    }
    with pytest.raises(TypeError, match="positional argument"):
        kind(*(getattr(init, field.name) for field in fields(init)))


def test_replace_checks_again() -> None:
    """A changed copy is checked like a new one."""
    assert replace(wi.he_normal, mode="fan_out").mode == "fan_out"
    assert replace(wi.Normal(std=1.0), std=2).std == 2.0
    with pytest.raises(ValueError, match="mode must be one of"):
        replace(wi.he_normal, mode="fan_up")
    with pytest.raises(ValueError, match="std must be"):
        replace(wi.Normal(std=1.0), std=-1.0)


def test_numbers_of_any_type_make_the_same_value() -> None:
    """NumPy's numbers, ints and lists of axes become floats and tuples, so that they compare."""
    plain = wi.VarianceScaling(scale=2.0, mode="fan_in", distribution="normal", in_axis=(0, 1))
    mixed = wi.VarianceScaling(
        scale=np.float32(2),
        mode="fan_in",
        distribution="normal",
        in_axis=[np.int64(0), 1],
        batch_axis=[],
        groups=np.uint8(1),
        transposed=np.False_,
    )
    assert mixed == plain
    assert repr(mixed) == repr(plain)
    assert wi.Sparse(nonzeros=np.int32(3), std=2) == wi.Sparse(nonzeros=3, std=2.0)


def test_repr_leaves_out_what_is_default() -> None:
    """What is printed is as short as it can be."""
    assert repr(wi.Normal(std=0.5)) == "Normal(std=0.5)"
    assert repr(wi.Sparse(nonzeros=3)) == "Sparse(nonzeros=3)"
    assert repr(wi.Orthogonal()) == "Orthogonal()"
    assert repr(replace(wi.he_normal, out_axis=0)) == (
        "VarianceScaling(scale=2.0, mode='fan_in', distribution='normal', out_axis=0)"
    )


def test_no_scheme_is_left_out() -> None:
    """What named.py lists is tested below, as a value or as a synonym of one."""
    assert set(named.__all__) == {*NAMED, *SYNONYMS}


@pytest.mark.parametrize("name", NAMED)
def test_named_schemes_fix_parameters(name: str) -> None:
    """A scheme is the value that the literature gives its name, and is printed by it."""
    scheme = getattr(wi, name)
    assert scheme == NAMED[name]
    assert str(scheme) == str(NAMED[name]) == name
    assert repr(scheme) == repr(NAMED[name])
    assert str(pickle.loads(pickle.dumps(scheme))) == name


@pytest.mark.parametrize("name", SYNONYMS)
def test_synonyms_are_the_same_object(name: str) -> None:
    """A second name is the same value, printed by the first."""
    assert getattr(wi, name) is getattr(wi, SYNONYMS[name])
    assert str(getattr(wi, name)) == SYNONYMS[name]


def test_what_has_no_name_is_printed_as_what_makes_it() -> None:
    """The label of an initializer without a name is its expression."""
    unnamed = wi.VarianceScaling(scale=3.0, mode="fan_in", distribution="normal")
    assert str(unnamed) == repr(unnamed)


@pytest.mark.parametrize(
    "init", [wi.Normal(std=0.5), wi.TruncatedNormal(std=0.5), wi.Sparse(nonzeros=1, std=0.5)]
)
def test_std_is_a_number_and_a_theory(init: wi.Initializer) -> None:
    """Where a parameter is called std, it is that number, and asked of a shape it is the theory."""
    assert init.std == 0.5
    assert pickle.loads(pickle.dumps(init.std)) == 0.5
    assert init.std((1, 3)) == 0.5
    assert init.std((4, 3)) == (0.25 if isinstance(init, wi.Sparse) else 0.5)


def test_the_base_is_abstract() -> None:
    """The base class makes no weights by itself."""
    with pytest.raises(TypeError, match="abstract"):
        wi.Initializer()
