"""Small data sets generated from a seed: three in the plane, sentences, and a text.

For real images there are the 8 x 8 digits of scikit-learn.

>>> import weightinit as wi
>>> x, y = wi.datasets.ring(400, rng=0)
>>> x.shape, y.shape
((400, 2), (400,))
"""

from weightinit.datasets.characters import Text, text
from weightinit.datasets.plane import ring, spirals, xor
from weightinit.datasets.reviews import Sentences, sentences

__all__ = ["Sentences", "Text", "ring", "sentences", "spirals", "text", "xor"]
