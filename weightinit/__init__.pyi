"""What `weightinit` holds, for type checkers and editors: at run time names load on first use."""

from weightinit import activations, datasets, diagnosis, meanfield, networks, tracing
from weightinit.activations import Activation
from weightinit.advice import Recommendation, initialize, recommend
from weightinit.comparison import Comparison, compare
from weightinit.diagnosis import Diagnosis, Finding, assert_healthy, diagnose
from weightinit.fans import Fans, compute_fans
from weightinit.gains import gain
from weightinit.initializers import (
    Constant,
    DeltaOrthogonal,
    Identity,
    Initializer,
    Normal,
    Orthogonal,
    Sparse,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    delta_orthogonal,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    identity,
    kaiming_normal,
    kaiming_uniform,
    lecun_normal,
    lecun_uniform,
    ones,
    orthogonal,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from weightinit.monitoring import Monitor
from weightinit.networks import (
    GradientCheck,
    Network,
    check_gradients,
    cnn,
    gru,
    lstm,
    mlp,
    rnn,
)
from weightinit.risk import FailureRates, failure_rates
from weightinit.schemes import StartReport, lsuv, start
from weightinit.tracing import trace
from weightinit.training import History, train

__version__: str

__all__ = [
    "Activation",
    "Comparison",
    "Constant",
    "DeltaOrthogonal",
    "Diagnosis",
    "FailureRates",
    "Fans",
    "Finding",
    "GradientCheck",
    "History",
    "Identity",
    "Initializer",
    "Monitor",
    "Network",
    "Normal",
    "Orthogonal",
    "Recommendation",
    "Sparse",
    "StartReport",
    "TruncatedNormal",
    "Uniform",
    "VarianceScaling",
    "activations",
    "assert_healthy",
    "check_gradients",
    "cnn",
    "compare",
    "compute_fans",
    "datasets",
    "delta_orthogonal",
    "diagnose",
    "diagnosis",
    "failure_rates",
    "gain",
    "glorot_normal",
    "glorot_uniform",
    "gru",
    "he_normal",
    "he_uniform",
    "identity",
    "initialize",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "lstm",
    "lsuv",
    "meanfield",
    "mlp",
    "networks",
    "ones",
    "orthogonal",
    "recommend",
    "rnn",
    "start",
    "trace",
    "tracing",
    "train",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]
