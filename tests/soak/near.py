"""Odd values that are nearly right: a valid value in another dress, or with one part spoilt."""

import dataclasses
from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np

import weightinit as wi

__all__ = ["variants"]

_NUMBER = """
float({0}) str({0}) -{0} 0*{0} {0}+1 {0}/3 Fraction({0}) Decimal({0}) np.array({0}) np.array([{0}])
np.float32({0}) np.longdouble({0}) [{0}] ({0},) {0}+0j {0}*10**30
"""
_TEXT = """
{0}.upper() {0}+' ' {0}[:-1] {0}.encode() np.str_({0}) [{0}] np.array({0}) raising('__eq__',str,{0})
"""
_SEQUENCE = """
list({0}) tuple({0}) iter({0}) set(map(repr,{0})) deque({0}) np.array({0},object) [*{0},None]
{0}[:0] {0}[:1] [*{0},*{0}] [{0}] dict(enumerate({0})) raising('__iter__',list,{0}) [*{0},{0}]
[*{0}][::-1] [*{0},raising('__repr__')] [None]*3 [*{0},10**400] [0.5,*{0}] str({0})
"""
_MAPPING = """
list({0}) list({0}.items()) {{}} {{**{0},'x':1}} {{**{0},1:1}} {{k:None(for)k(in){0}}} set({0})
{{k:[v](for)k,v(in){0}.items()}} {{str(k):v(for)k,v(in)list({0}.items())[1:]}} str({0})
raising('__iter__',dict,{0}) raising('items',dict,{0}) raising('__getitem__',dict,{0})
"""
_ARRAY = """
{0}.tolist() {0}.astype('f2') {0}.astype('f4') {0}.astype('g') {0}.astype('>f8') {0}.astype('>i8')
{0}.astype('u8') {0}.astype(int) {0}.astype(bool) {0}.astype(complex) {0}.astype(object)
{0}.astype(str) {0}.astype('M8[s]') {0}[:0] {0}[:1] {0}[0] {0}[...,:1] {0}[...,:0] {0}[None]
{0}[...,None] {0}.ravel() {0}.T {0}*nan {0}*inf {0}-1e308 {0}*0 {0}+2**40 -{0}-1
{0}.astype(float)+0.5 np.asfortranarray({0}) {0}[::-1] np.repeat({0},2,0)[::2] readonly({0})
{0}.view(Sub) np.ma.masked_array({0},mask={0}>0) np.concatenate([{0},{0}]) list({0}) iter({0})
{0}.tobytes()
"""
_CALLABLE = """
{0}.__name__ (lambda:0) (lambda*a:1/0) (lambda*a:None) (lambda*a:nan) (lambda*a:'x')
(lambda*a:10**400)
"""
_NETWORK = "{0}.chain {0}.layers {0}.parameters str({0}) type({0}) [{0}]"


def variants(code: str, value: object) -> list[str]:
    """Return expressions for values that are nearly the valid one that `code` makes."""
    return [_spaced(text.format(code)) for text in _templates(value)]


def _spaced(text: str) -> str:
    for word in ("for", "in"):
        text = text.replace(f"({word})", f" {word} ")
    return text.replace("lambda*", "lambda *")


def _templates(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["int({0})", "str({0})", "np.bool_({0})", "np.array({0})", "[{0}]"]
    for kind, group in (
        (wi.Network, _NETWORK),
        (str, _TEXT),
        (Real, _NUMBER),
        (np.ndarray, _ARRAY),
        (Mapping, _MAPPING),
    ):
        if isinstance(value, kind):
            return group.split()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.init]
        odd = ("None", "'x'", "-1", "nan", "[]", "np.zeros((5, 3))", "raising('__repr__')", "{{}}")
        return [f"replace({{0}}, {name}={spoilt})" for name in names for spoilt in odd]
    if isinstance(value, Sequence):
        return _SEQUENCE.split()
    return _CALLABLE.split() if callable(value) else []
