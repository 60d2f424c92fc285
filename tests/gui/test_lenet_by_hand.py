"""LeNet-5 from an empty canvas without a template, by hand, and how many gestures that takes.

A gesture is either of these, each of them with the mouse and keyboard events that a person causes:

- a double-click on a layer in the palette (rolling the palette until the layer is in view is not
  counted: how often that is needed is a matter of the window's height);
- another value in one field of the inspector: a click into it, the value typed, Enter.

Nothing else may happen in between: what is added is selected and shown in the inspector by itself.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from canvas_hand import Hand, chain, layer
from conftest import Opener
from driving import LEFT, child
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QListWidget

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.catalogue import LOSSES
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.model import Graph, Node
from nnstudio.graph.template import Needs
from nnstudio.graph.templates import TEMPLATES
from nnstudio.gui.main_window import MainWindow
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

#: What is added, in this order, and what of it isn't the default.
LENET_5: tuple[tuple[str, dict[str, str]], ...] = (
    ("Input", {}),
    ("Conv2D", {"filters": "6", "kernel_size": "5", "padding": "same"}),
    ("ReLU", {}),
    ("MaxPool2D", {}),
    ("Conv2D", {"kernel_size": "5"}),
    ("ReLU", {}),
    ("MaxPool2D", {}),
    ("Flatten", {}),
    ("Dense", {"units": "120"}),
    ("ReLU", {}),
    ("Dense", {"units": "84"}),
    ("ReLU", {}),
    ("Dense", {"units": "10", "initialiser": "xavier_normal"}),
    ("Softmax", {}),
)


class Builder:
    """Adds layers and sets settings as a person does, and counts the gestures."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.gestures: list[str] = []

    def add(self, name: str) -> None:
        palette = child(self.window, "palette_list")
        assert isinstance(palette, QListWidget)
        (item,) = palette.findItems(name, Qt.MatchFlag.MatchExactly)
        palette.scrollToItem(item)
        at = palette.visualItemRect(item).center()
        QTest.mouseClick(palette.viewport(), LEFT, pos=at)  # the first half of the double-click
        QTest.mouseDClick(palette.viewport(), LEFT, pos=at)
        QApplication.processEvents()
        self.gestures.append(f"add {name}")

    def set(self, setting: str, value: str) -> None:
        field = child(self.window, f"inspector_{setting}")
        assert field.isVisible()
        field.setFocus(Qt.FocusReason.MouseFocusReason)
        if isinstance(field, QComboBox):
            QTest.keyClicks(field, value)
        else:
            QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClicks(field, value)
            QTest.keyClick(field, Qt.Key.Key_Return)
        QApplication.processEvents()
        self.gestures.append(f"set {setting} to {value}")


def other_than_default(node: Node) -> list[str]:
    """The settings of a node that aren't the default; an Input takes its shape from the data."""
    layer = node.layer
    if type(layer).__name__ == "Input":
        return []
    default = type(layer)()
    return [f.name for f in fields(layer) if getattr(layer, f.name) != getattr(default, f.name)]


@pytest.fixture
def mnist_like(tmp_path: Path) -> DataSettings:
    """A few made-up pictures in MNIST's form: 28 × 28, ten classes."""
    for part, count in (("train", 30), ("t10k", 10)):
        pictures = np.zeros((count, 28, 28), np.uint8)
        header = struct.pack(">BBBB3I", 0, 0, 8, 3, *pictures.shape)
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(header + pictures.tobytes())
        labels = bytes(i % 10 for i in range(count))
        header = struct.pack(">BBBBI", 0, 0, 8, 1, count)
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(header + labels)
    return DataSettings(SOURCES["Mnist"](folder=str(tmp_path)))


def layers_in_order(graph: Graph) -> list[object]:
    """The layers of a chain, from its input."""
    (at,) = graph.inputs
    found = [graph.by_id[at].layer]
    while graph.outgoing[at]:
        (edge,) = graph.outgoing[at]
        at = edge.target
        found.append(graph.by_id[at].layer)
    return found


def test_lenet_5_takes_a_gesture_per_node_and_one_per_setting_that_is_not_the_default(
    open_window: Opener, mnist_like: DataSettings
) -> None:
    window = open_window()
    window.files.show_project(Project(data=mnist_like), None)
    while window.workbench.is_loading:
        QApplication.processEvents()
    hand = Builder(window)
    for name, settings in LENET_5:
        hand.add(name)
        for setting, value in settings.items():
            hand.set(setting, value)

    graph = window.workbench.graph
    set_by_hand = sum(len(other_than_default(node)) for node in graph.nodes)
    print(f"\nLeNet-5 by hand: {len(hand.gestures)} gestures")
    print(f"for {len(graph.nodes)} nodes and {set_by_hand} settings other than the default")
    print(*(f"{number:3} {words}" for number, words in enumerate(hand.gestures, 1)), sep="\n")
    assert len(hand.gestures) == len(graph.nodes) + set_by_hand

    template = TEMPLATES["lenet-5"].build(Needs((1, 28, 28), 10, True))
    assert layers_in_order(graph) == layers_in_order(template)
    (output,) = graph.outputs
    chosen = window.workbench.project.settings
    network = compile_graph(graph, {output: chosen.loss_of(output)})
    # Weights and biases of each layer, as one counts them with LeCun et al.'s picture at hand.
    counted = 6 * (25 + 1) + 16 * (6 * 25 + 1) + (400 + 1) * 120 + (120 + 1) * 84 + (84 + 1) * 10
    assert counted == 61_706
    assert network.initial(seed=0).size == counted
    assert window.workbench.analysis.total_parameters == counted
    assert window.workbench.analysis.shapes[output] == (10,)
    assert isinstance(chosen.loss, CategoricalCrossEntropy)
    assert not window.workbench.problems


def test_softmax_as_the_output_brings_its_loss_along_but_no_other_choice_is_changed(
    canvas: Callable[..., Hand],
) -> None:
    hand = canvas(chain(layer("Input", (1, 8, 8)), layer("Flatten")), data="Digits")
    hand.view.add_layer("Softmax")
    settings = hand.workbench.project.settings
    assert isinstance(settings.loss, CategoricalCrossEntropy)
    hand.undo()
    assert hand.workbench.project.settings == TrainingSettings(), "both are one step"
    hand.workbench.change_settings("x", loss=LOSSES["MeanAbsoluteError"]())
    hand.view.add_layer("Softmax")
    assert hand.workbench.project.settings.loss == LOSSES["MeanAbsoluteError"]()
