"""Templates: each is a network without a problem for every kind of data it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.analysis import analyse
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import EditError
from nnstudio.graph.templates import TEMPLATES, Needs, Template
from nnstudio.schema import Setting, check, settings_of

NEEDS = [
    Needs((1,), 1, False),
    Needs((2,), 3, True),
    Needs((24, 1), 1, False),
    Needs((1, 8, 8), 10, True),
    Needs((3, 28, 20), 4, True),
]
ONLY_PICTURES = {"lenet-5": 4, "small-cnn": 4, "small-resnet": 4}


@pytest.mark.parametrize("needs", NEEDS, ids=str)
@pytest.mark.parametrize("name", TEMPLATES)
def test_it_runs_on_such_data_and_answers_as_much_as_is_asked(name: str, needs: Needs) -> None:
    least = ONLY_PICTURES.get(name, 0)
    if least and (len(needs.shape) != 3 or min(needs.shape[1:]) < least):
        with pytest.raises(EditError, match=f"pictures of at least {least}"):
            TEMPLATES[name].build(needs)
        return
    if name == "regression" and needs.has_classes:
        with pytest.raises(EditError, match="answers numbers"):
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
    for words in ("name", "title", "summary"):
        found = [getattr(template, words) for template in TEMPLATES.values()]
        assert all(found)
        assert len(set(found)) == len(TEMPLATES) == 11


def kinds(template: Template, needs: Needs) -> list[str]:
    graph = template.build(needs)
    return [type(graph.by_id[node].layer).__name__ for node in analyse(graph).order]


def units(template: Template, needs: Needs) -> list[int]:
    layers = [node.layer for node in template.build(needs).nodes]
    return [layer.units for layer in layers if isinstance(layer, Dense)]


def test_equal_layers_are_as_many_and_as_wide_as_asked() -> None:
    template = replace(TEMPLATES["equal-layers"], layers=4, units=7, activation="ReLU")
    needs = Needs((2,), 3, True)
    assert units(template, needs) == [7, 7, 7, 7, 3]
    assert kinds(template, needs) == ["Input", *["Dense", "ReLU"] * 4, "Dense", "Softmax"]


def test_regression_ends_in_a_weighted_sum_of_tanh_units() -> None:
    needs = Needs((3,), 2, False)
    assert kinds(TEMPLATES["regression"], needs) == ["Input", *["Dense", "Tanh"] * 2, "Dense"]
    assert units(TEMPLATES["regression"], needs)[-1] == 2


def test_an_autoencoder_is_as_wide_at_both_ends_as_asked() -> None:
    template = replace(TEMPLATES["autoencoder"], units=(20, 10), bottleneck=3)
    assert units(template, Needs((1, 4, 4), 10, True)) == [20, 10, 3, 10, 20, 16]


def test_without_dropout_there_is_no_layer_for_it() -> None:
    for name in ("deep-mlp", "small-cnn"):
        assert "Dropout" in kinds(TEMPLATES[name], Needs((1, 8, 8), 10, True))
        bare = replace(TEMPLATES[name], dropout=0.0)
        assert "Dropout" not in kinds(bare, Needs((1, 8, 8), 10, True))


@pytest.mark.parametrize(("name", "adding"), [("small-resnet", 1), ("transformer", 2)])
def test_blocks_are_as_many_as_asked(name: str, adding: int) -> None:
    template = replace(TEMPLATES[name], blocks=3)
    assert kinds(template, Needs((1, 8, 8), 10, True)).count("Add") == 3 * adding


def test_attention_says_so_when_its_width_cannot_be_divided() -> None:
    template = replace(TEMPLATES["transformer"], width=30)
    with pytest.raises(EditError, match="30 features can't be divided among 4"):
        template.build(Needs((24, 1), 1, False))


def test_every_pooling_of_a_cnn_needs_twice_the_pixels() -> None:
    template = replace(TEMPLATES["small-cnn"], filters=(4, 4, 4, 4))
    with pytest.raises(EditError, match="at least 16"):
        template.build(Needs((1, 8, 8), 10, True))


@pytest.mark.parametrize("name", TEMPLATES)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_all_legal_sizes_give_a_network_or_a_sentence(name: str, data: st.DataObject) -> None:
    template = TEMPLATES[name]
    for item in settings_of(type(template)):
        template = replace(template, **{item.name: data.draw(values_of(item), label=item.name)})
    check(template)
    needs = data.draw(st.sampled_from(NEEDS))
    if (error := template.misfit(needs)) is not None:
        assert str(error)
        return
    graph = template.build(needs)
    assert analyse(graph).problems == ()


def values_of(item: Setting) -> st.SearchStrategy[Any]:
    """Legal values of a template's setting, small ones."""
    if item.rule.choices is not None:
        return st.sampled_from(item.rule.choices)
    if item.type is float:
        return st.sampled_from([0.0, 0.5])
    whole = st.integers(1, min(9, int(item.rule.le or 9)))
    if item.type is int:
        return whole
    if item.type == tuple[int, int]:
        return st.tuples(whole, whole)
    return st.lists(whole, max_size=5).map(tuple)
