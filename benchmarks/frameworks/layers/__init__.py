"""The layers of each framework: a module a framework, with the same rows in all of them.

A module has `layers`, which returns for each row of the table the name of the class there and a
function that builds the layer and returns its parameters.
"""

from benchmarks.frameworks.layers import keras, linen, nnx, pytorch

#: Modules, by the names that the page gives to frameworks.
FRAMEWORKS = {"PyTorch": pytorch, "Keras": keras, "Flax linen": linen, "Flax nnx": nnx}
