"""Templates: each is a network without a problem for every kind of data it is for."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.activations import Softmax
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.analysis import analyse
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import EditError
from nnstudio.graph.templates import TEMPLATES, Needs

NEEDS = [
    Needs((1,), 1, False),
    Needs((2,), 3, True),
    Needs((24, 1), 1, False),
    Needs((1, 8, 8), 10, True),
    Needs((3, 28, 20), 4, True),
]
ONLY_PICTURES = {"lenet-5": 12, "small-cnn": 4, "small-resnet": 4}


@pytest.mark.parametrize("needs", NEEDS, ids=str)
@pytest.mark.parametrize("name", TEMPLATES)
def test_it_runs_on_such_data_and_answers_as_much_as_is_asked(name: str, needs: Needs) -> None:
    least = ONLY_PICTURES.get(name, 0)
    if least and (len(needs.shape) != 3 or min(needs.shape[1:]) < least):
        with pytest.raises(EditError, match=f"pictures of at least {least}"):
            TEMPLATES[name].build(needs)
        return
    graph = TEMPLATES[name].build(needs)
    assert analyse(graph).problems == ()
    (output,) = graph.outputs
    wanted = int(np.prod(needs.shape)) if name == "autoencoder" else needs.outputs
    assert analyse(graph).shapes[output] == (wanted,)
    ends_in_classes = isinstance(graph.by_id[output].layer, Softmax)
    assert ends_in_classes == (needs.has_classes and name != "autoencoder")
    loss = CategoricalCrossEntropy() if ends_in_classes else HalfSquaredError()
    network = compile_graph(graph, {output: loss})
    x = np.random.default_rng(0).normal(size=(*needs.shape, 3)).astype(np.float32)
    (answer,) = Workspace(network, network.initial(0)).predict([x])
    assert answer.shape == (wanted, 3)
    assert np.isfinite(answer).all()


def test_names_titles_and_sentences_are_all_there_and_differ() -> None:
    for words in ("title", "summary"):
        found = [getattr(template, words) for template in TEMPLATES.values()]
        assert all(found)
        assert len(set(found)) == len(TEMPLATES) == 10
