"""What draws here as an initializer of another package does there; tests/parity draws both.

In the expressions `weight` is a weight of PyTorch, `layer` its layer, `inputs` and `outputs` are
the sizes of its last two axes, and `c` is the std of a standard normal that is cut off at 2.
"""

from typing import NamedTuple

__all__ = ["COUNTERPARTS", "NONE", "Pair"]


class Pair(NamedTuple):
    """A call there and the value here that draws the same: dense weights, kernels or both."""

    there: str
    here: str
    shapes: tuple[str, ...] = ("dense", "kernel")


DENSE, KERNEL = ("dense",), ("kernel",)


def _scaled(scale: str, mode: str, distribution: str) -> str:
    """Return the value of one scheme."""
    return f'wi.VarianceScaling(scale={scale}, mode="{mode}", distribution="{distribution}")'


CUT = "truncated_normal"
CUT_LECUN, CUT_HE = (_scaled(scale, "fan_in", CUT) for scale in ("1.0", "2.0"))
CUT_XAVIER = _scaled("1.0", "fan_avg", CUT)

#: By module and by the name of the initializer there.
COUNTERPARTS: dict[str, dict[str, list[Pair]]] = {
    "torch.nn.init": {
        "constant_": [Pair("init.constant_(weight, 0.5)", "wi.Constant(value=0.5)")],
        "dirac_": [
            Pair("init.dirac_(weight)", "wi.identity", KERNEL),
            Pair("init.dirac_(weight, groups=2)", "wi.Identity(groups=2)", KERNEL),
        ],
        "eye_": [Pair("init.eye_(weight)", "wi.identity", DENSE)],
        "kaiming_normal_": [
            Pair("init.kaiming_normal_(weight)", "wi.he_normal"),
            Pair(
                'init.kaiming_normal_(weight, mode="fan_out")', _scaled("2.0", "fan_out", "normal")
            ),
        ],
        "kaiming_uniform_": [
            Pair("init.kaiming_uniform_(weight)", "wi.he_uniform"),
            Pair("init.kaiming_uniform_(weight, a=5**0.5)", _scaled("1 / 3", "fan_in", "uniform")),
        ],
        "normal_": [Pair("init.normal_(weight)", "wi.Normal(std=1.0)")],
        "ones_": [Pair("init.ones_(weight)", "wi.ones")],
        "orthogonal_": [Pair("init.orthogonal_(weight)", "wi.orthogonal")],
        "sparse_": [
            Pair(
                "init.sparse_(weight, 0.9)",
                "wi.Sparse(nonzeros=int(0.1 * outputs), std=0.01, out_axis=-2)",
                DENSE,
            ),
            Pair(
                "init.sparse_(weight.T, 0.9)",
                "wi.Sparse(nonzeros=int(0.1 * inputs), std=0.01)",
                DENSE,
            ),
        ],
        "trunc_normal_": [
            Pair("init.trunc_normal_(weight)", "wi.TruncatedNormal(std=c)"),
            Pair("init.trunc_normal_(weight, std=0.02)", "wi.Normal(std=0.02)"),
        ],
        "uniform_": [Pair("init.uniform_(weight)", "wi.Uniform(low=0.0, high=1.0)")],
        "xavier_normal_": [Pair("init.xavier_normal_(weight)", "wi.xavier_normal")],
        "xavier_uniform_": [Pair("init.xavier_uniform_(weight)", "wi.xavier_uniform")],
        "zeros_": [Pair("init.zeros_(weight)", "wi.zeros")],
    },
    "keras.initializers": {
        "Constant": [Pair("initializers.Constant(0.5)", "wi.Constant(value=0.5)")],
        "GlorotNormal": [Pair("initializers.GlorotNormal()", CUT_XAVIER)],
        "GlorotUniform": [Pair("initializers.GlorotUniform()", "wi.xavier_uniform")],
        "HeNormal": [Pair("initializers.HeNormal()", CUT_HE)],
        "HeUniform": [Pair("initializers.HeUniform()", "wi.he_uniform")],
        "Identity": [Pair("initializers.Identity()", "wi.identity", DENSE)],
        "LecunNormal": [Pair("initializers.LecunNormal()", CUT_LECUN)],
        "LecunUniform": [Pair("initializers.LecunUniform()", "wi.lecun_uniform")],
        "Ones": [Pair("initializers.Ones()", "wi.ones")],
        "Orthogonal": [Pair("initializers.Orthogonal()", "wi.orthogonal")],
        "RandomNormal": [Pair("initializers.RandomNormal()", "wi.Normal(std=0.05)")],
        "RandomUniform": [Pair("initializers.RandomUniform()", "wi.Uniform(low=-0.05, high=0.05)")],
        "TruncatedNormal": [
            Pair("initializers.TruncatedNormal()", "wi.TruncatedNormal(std=0.05 * c)")
        ],
        "VarianceScaling": [
            Pair("initializers.VarianceScaling()", CUT_LECUN),
            Pair(
                'initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")', "wi.he_normal"
            ),
        ],
        "Zeros": [Pair("initializers.Zeros()", "wi.zeros")],
    },
    "jax.nn.initializers": {
        "constant": [Pair("initializers.constant(0.5)", "wi.Constant(value=0.5)")],
        "delta_orthogonal": [
            Pair("initializers.delta_orthogonal()", "wi.delta_orthogonal", KERNEL)
        ],
        "glorot_normal": [Pair("initializers.glorot_normal()", CUT_XAVIER)],
        "glorot_uniform": [Pair("initializers.glorot_uniform()", "wi.xavier_uniform")],
        "he_normal": [Pair("initializers.he_normal()", CUT_HE)],
        "he_uniform": [Pair("initializers.he_uniform()", "wi.he_uniform")],
        "lecun_normal": [Pair("initializers.lecun_normal()", CUT_LECUN)],
        "lecun_uniform": [Pair("initializers.lecun_uniform()", "wi.lecun_uniform")],
        "normal": [Pair("initializers.normal()", "wi.Normal(std=0.01)")],
        "ones": [Pair("initializers.ones", "wi.ones")],
        "orthogonal": [Pair("initializers.orthogonal()", "wi.orthogonal")],
        "truncated_normal": [
            Pair("initializers.truncated_normal()", "wi.TruncatedNormal(std=0.01 * c)")
        ],
        "uniform": [Pair("initializers.uniform()", "wi.Uniform(low=0.0, high=0.01)")],
        "variance_scaling": [
            Pair('initializers.variance_scaling(2.0, "fan_in", "normal")', "wi.he_normal"),
            Pair(
                'initializers.variance_scaling(1.0, "fan_geo_avg", "uniform")',
                _scaled("1.0", "fan_geo_avg", "uniform"),
            ),
        ],
        "zeros": [Pair("initializers.zeros", "wi.zeros")],
    },
    "timm.layers": {
        "init_weight_jax": [
            Pair('init_weight_jax(layer, "")', "wi.xavier_uniform", DENSE),
            Pair('init_weight_jax(layer, "")', CUT_LECUN, KERNEL),
        ],
        "init_weight_vit": [Pair('init_weight_vit(layer, "")', "wi.Normal(std=0.02)")],
        "lecun_normal_": [Pair("lecun_normal_(weight)", CUT_LECUN)],
        "trunc_normal_": [
            Pair("trunc_normal_(weight)", "wi.TruncatedNormal(std=c)"),
            Pair("trunc_normal_(weight, std=0.02)", "wi.Normal(std=0.02)"),
        ],
        "trunc_normal_tf_": [
            Pair("trunc_normal_tf_(weight, std=0.02)", "wi.TruncatedNormal(std=0.02 * c)")
        ],
        "variance_scaling_": [Pair("variance_scaling_(weight)", "wi.lecun_normal")],
    },
}

#: Why an initializer has no counterpart here.
NONE: dict[str, dict[str, str]] = {
    "keras.initializers": {"STFT": "a fixed Fourier basis for spectrograms; it draws nothing"}
}
