"""Networks to begin with, each known by name, with sizes that learn in reasonable time.

A template is a frozen dataclass whose settings are its sizes; ``build`` draws it for the data:
pictures are flattened where a row of numbers is needed, rows of pictures are read as a sequence
where one is needed, and classes get a Softmax.
"""

from __future__ import annotations

from nnstudio.graph.dense_templates import (
    Autoencoder,
    DeepMlp,
    EqualLayers,
    Mlp,
    Perceptron,
    Regression,
)
from nnstudio.graph.picture_templates import LeNet5, SmallCnn, SmallResNet
from nnstudio.graph.sequence_templates import Lstm, TinyTransformer
from nnstudio.graph.template import Needs, Template

__all__ = ["TEMPLATES", "Needs", "Template"]

#: Every template in its usual sizes, in the order in which a person meets them.
TEMPLATES: dict[str, Template] = {
    template.name: template
    for template in (
        Perceptron(),
        EqualLayers(),
        Regression(),
        Mlp(),
        DeepMlp(),
        LeNet5(),
        SmallCnn(),
        SmallResNet(),
        Autoencoder(),
        Lstm(),
        TinyTransformer(),
    )
}
