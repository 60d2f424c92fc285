"""Every data source there is, by the name that project files use."""

from nnstudio.data.sources.arrays import Arrays
from nnstudio.data.sources.digits import Digits
from nnstudio.data.sources.drawings import Drawings
from nnstudio.data.sources.function import Function
from nnstudio.data.sources.iris import Iris
from nnstudio.data.sources.line import Line
from nnstudio.data.sources.mnist import FashionMnist, Kmnist, Mnist
from nnstudio.data.sources.own_pairs import Pairs
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

#: In the order in which a person meets them.
SOURCES: dict[str, type[Source]] = {
    "Line": Line,
    "Square": Square,
    "Function": Function,
    "Pairs": Pairs,
    "Points": Points,
    "Gauss": Gauss,
    "Circles": Circles,
    "Xor": Xor,
    "Moons": Moons,
    "Spiral": Spiral,
    "Iris": Iris,
    "Sine": Sine,
    "Sorting": Sorting,
    "Digits": Digits,
    "Mnist": Mnist,
    "FashionMnist": FashionMnist,
    "Kmnist": Kmnist,
    "Drawings": Drawings,
    "Table": Table,
    "Pictures": Pictures,
    "Arrays": Arrays,
    "Stored": Stored,
}
