"""What is known of the primitives of JAX."""

__all__ = ["ADDS", "ELEMENTWISE", "MOVES"]

_ENTRY_BY_ENTRY = """
abs acos acosh add add_any and asin asinh atan atan2 atanh cbrt ceil clamp convert_element_type
copy copy_p cos cosh div eq erf erf_inv erfc exp exp2 expm1 floor ge gt integer_pow is_finite le
log log1p logistic lt max min mul ne neg not optimization_barrier or pow reduce_precision rem
round rsqrt select_n sign sin sinh sqrt square stop_gradient sub tan tanh xor
"""
_MOVES = """
transpose reshape squeeze expand_dims broadcast_in_dim reduce_sum convert_element_type copy rev
reduce_precision
"""

#: Primitives that compute each entry of the output from the same entry of the inputs.
ELEMENTWISE = frozenset(_ENTRY_BY_ENTRY.split())

#: Those that hand on entries of a value elsewhere, or in another type.
MOVES = frozenset(_MOVES.split())

ADDS = ("add", "add_any")
