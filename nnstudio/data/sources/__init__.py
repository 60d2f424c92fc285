"""The data a person can choose: one module per source, and how they are named and typed."""

from nnstudio.data.errors import DataError
from nnstudio.data.sources.arrays import Arrays
from nnstudio.data.sources.by_hand import ByHand
from nnstudio.data.sources.catalogue import SOURCES
from nnstudio.data.sources.digits import Digits
from nnstudio.data.sources.drawings import Drawings
from nnstudio.data.sources.function import Function
from nnstudio.data.sources.idx_set import IdxSet
from nnstudio.data.sources.iris import Iris
from nnstudio.data.sources.line import Line
from nnstudio.data.sources.mnist import FashionMnist, Kmnist, Mnist
from nnstudio.data.sources.naming import parse_source, source_text
from nnstudio.data.sources.own_pairs import Pairs
from nnstudio.data.sources.pairs import pairs_text, parse_pairs, read_columns, read_number
from nnstudio.data.sources.pictures import Pictures
from nnstudio.data.sources.planes import Circles, Gauss, Moons, Xor
from nnstudio.data.sources.points import Points
from nnstudio.data.sources.sine import Sine
from nnstudio.data.sources.sorting import Sorting
from nnstudio.data.sources.source import Source
from nnstudio.data.sources.spiral import Spiral
from nnstudio.data.sources.square import Square
from nnstudio.data.sources.stored import Stored
from nnstudio.data.sources.table import Table

__all__ = [
    "SOURCES",
    "Arrays",
    "ByHand",
    "Circles",
    "DataError",
    "Digits",
    "Drawings",
    "FashionMnist",
    "Function",
    "Gauss",
    "IdxSet",
    "Iris",
    "Kmnist",
    "Line",
    "Mnist",
    "Moons",
    "Pairs",
    "Pictures",
    "Points",
    "Sine",
    "Sorting",
    "Source",
    "Spiral",
    "Square",
    "Stored",
    "Table",
    "Xor",
    "pairs_text",
    "parse_pairs",
    "parse_source",
    "read_columns",
    "read_number",
    "source_text",
]
