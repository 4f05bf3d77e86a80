"""Odd values: what may arrive at an argument by mistake, each written as an expression.

Expressions, not values, so that every call starts from fresh values and can be printed as code:
``from tests.soak.odd import *`` and the line of the report repeat it.
"""

import math
from array import array
from collections import deque
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import weightinit as wi

__all__ = [
    "ODD",
    "Decimal",
    "Fraction",
    "Path",
    "Sub",
    "array",
    "deque",
    "inf",
    "math",
    "model_of",
    "nan",
    "nested",
    "np",
    "raising",
    "readonly",
    "replace",
    "selfish",
    "wi",
]

nan, inf = math.nan, math.inf


class Sub(np.ndarray):
    """A subclass of arrays that adds nothing."""


def raising(method: str, base: type = object, *given: object) -> Any:
    """Return an object, or a subclass of a built-in value, one of whose methods raises."""

    def fail(_self: object, *_args: object, **_kwargs: object) -> None:
        raise RuntimeError("odd")

    body = {"__hash__": base.__hash__} | {method: fail}
    return type(f"Raising{method.strip('_').title()}", (base,), body)(*given)


def model_of(framework: str) -> Any:
    """Return an object that looks like a model of a framework."""
    base = type("Module", (), {"__module__": f"{framework}.nn.modules"})
    return type("Sequential", (base,), {"__module__": "__main__"})()


def readonly(values: Any) -> Any:
    """Return an array that cannot be written to."""
    values.flags.writeable = False
    return values


def nested(depth: int) -> list[Any]:
    """Return lists in lists."""
    inner: list[Any] = [1.0]
    for _ in range(depth):
        inner = [inner]
    return inner


def selfish() -> list[Any]:
    """Return a list that holds itself."""
    items: list[Any] = [1]
    items.append(items)
    return items


_NUMBERS = """
0 1 -1 7 -0.0 0.5 1.5 -2.5 1e-320 1e-30 1e40 1e308 -1e308 nan inf -inf True False None 1j
2**31 2**63-1 2**63 2**64 10**400 10**5000 -10**5000 Fraction(1,2) Fraction(10**5000) Decimal('0.5')
Decimal('NaN') np.float16(0.5) np.float32('nan') np.longdouble('1e4000') np.int8(3)
np.uint64(2**64-1) np.bool_(True) np.complex64(1) np.datetime64('2020') np.timedelta64(1,'D')
"""
_TEXTS = r"""
'' 'relu' 'nonsense' 'f8,,' '>f8' 'float32' 'a' '1' '\ud800' 'two\nlines' 'x'*10**5 b'relu'
np.str_('relu') np.bytes_(b'f8') raising('__eq__',str,'relu') raising('__hash__',str,'relu')
raising('__repr__',str,'relu') Path('x')
"""
_CONTAINERS = """
[] () {} set() {1,2} frozenset({3,4}) range(0) range(10**6) [3,4] (3,4) (3,0) (3,-1) (3.0,4)
(3,True) (3,None) [nan,1.0] [[1.0,2.0],[3.0]] (1,)*64 (1,)*65 (1,)*5000 [None] [10**5000] [[]]
{'a':1} {1:'a'} deque([3,4]) iter([3,4]) (i*2for(i)in(3,4)) bytearray(b'ab') memoryview(b'ab')
array('i',[3,4]) selfish() nested(65) [object()] [raising('__repr__')] ['relu','relu'] [wi]
raising('__iter__',list,[3,4]) raising('__len__',list,[3,4]) raising('__getitem__',list,[3,4])
raising('__iter__',tuple,(3,4)) raising('__bool__',tuple,(3,4)) raising('__eq__',tuple,(3,4))
raising('__len__',dict,{'a':1}) raising('__iter__',dict,{'a':1}) raising('items',dict,{'a':1})
"""
_ARRAYS = """
np.array(3) np.array(0.5) np.array(True) np.array(-0.0) np.array([]) np.zeros((0,3)) np.zeros((3,0))
np.array([nan,1.0]) np.full((5,3),nan) np.full((5,3),inf) np.full((5,3),1e308) np.full((5,3),1e-320)
np.array([1,2],object) np.array([None,1]) np.array(['a']) np.array([1+2j]) np.zeros((5,3),complex)
np.array(['2020'],'M8[D]') np.ma.masked_array([1.0,2.0],[True,False]) np.zeros((1,)*64)
np.ma.masked_array(np.ones((5,3)),mask=np.eye(5,3)) np.zeros((5,3),'>f8') np.zeros((10,3))[::2]
readonly(np.ones((5,3))) np.zeros((5,3),'f2') np.zeros((5,3),np.longdouble) np.zeros((5,3),bool)
np.zeros(3,'i4,f8') np.zeros(3,'V8') np.arange(5) np.ones((5,3)).view(Sub) np.zeros((5,3),'u8')
np.arange(5,dtype='>i8') np.array([2**64-1,0,0,0,0],'u8') np.broadcast_to(0.5,(5,3))
np.ones((5,3)).T np.zeros(5,int) np.full(5,-1) np.full(5,2**40) np.zeros((5,1))
"""
_OBJECTS = """
object() object int np np.float64 wi wi.he_normal wi.activations.relu wi.mlp([2,1]) print len
lambda:None lambda(x):x lambda*a,**k:1/0 lambda(z):z[:1] lambda(z):nan*z lambda(z):None
NotImplemented ... slice(3) np.random np.random.default_rng(0) np.random.RandomState(0)
np.random.SeedSequence(1) np.dtype('f4') np.dtype('>f4') np.finfo('f8') model_of('torch')
model_of('keras') model_of('jax') raising('__float__',float,0.5) raising('__repr__',float,0.5)
raising('__index__',int,3) raising('__eq__',int,3) raising('__lt__',int,3) raising('__bool__',int,3)
raising('__format__',int,3)
"""
_METHODS = """
repr str index float int array eq bool iter len hash call getitem getattr
"""
_RAISING = " ".join(f"raising('__{method}__')" for method in _METHODS.split())

_WRITTEN = {  # what cannot be written without spaces
    "(i*2for(i)in(3,4))": "(2 * i for i in (3, 4))",
    "lambda:None": "(lambda: None)",
    "lambda(x):x": "(lambda x: x)",
    "lambda*a,**k:1/0": "(lambda *a, **k: 1 / 0)",
    "lambda(z):z[:1]": "(lambda z: z[:1])",
    "lambda(z):nan*z": "(lambda z: nan * z)",
    "lambda(z):None": "(lambda z: None)",
}

#: The catalogue.
ODD = tuple(
    _WRITTEN.get(code, code)
    for group in (_NUMBERS, _TEXTS, _CONTAINERS, _ARRAYS, _OBJECTS, _RAISING)
    for code in group.split()
)
