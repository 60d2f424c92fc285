"""What a wire carries stands on it: while the pointer is on it, or always if that is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from canvas_hand import Hand, Opener
from driving import child
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication

from nnstudio.assets import sample
from nnstudio.graph.edits import replace_layer
from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.scene import CanvasScene

EDGE = Edge("dense", "tanh")


def scene_of(hand: Hand) -> CanvasScene:
    scene = hand.view.scene()
    assert isinstance(scene, CanvasScene)
    return scene


def middle(hand: Hand, edge: Edge) -> QPoint:
    return hand.view.mapFromScene(scene_of(hand).wires[edge].middle())


def ink(hand: Hand, at: QPoint) -> int:
    """How many pixels around ``at`` are nearly as dark as letters."""
    QApplication.processEvents()
    picture = hand.pane.grab(QRect(at.x() - 14, at.y() - 7, 28, 14)).toImage()
    picture = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1)
    return int((rows[:, : picture.width()] < 90).sum())


def test_under_the_pointer_a_wire_says_its_shape_and_elsewhere_not(canvas: Opener) -> None:
    hand = canvas()
    at = middle(hand, EDGE)
    hand.move(hand.empty_spot())
    assert ink(hand, at) == 0
    hand.move(at)
    assert scene_of(hand).wires[EDGE].label == "8"
    assert ink(hand, at) > 5
    hand.move(hand.empty_spot())
    assert ink(hand, at) == 0


def test_the_shape_follows_the_layer(canvas: Opener) -> None:
    hand = canvas()
    layer = type(hand.graph.by_id["dense"].layer)(units=33)
    hand.workbench.edit_graph("Units", lambda graph: replace_layer(graph, "dense", layer))
    assert scene_of(hand).wires[EDGE].label == "33"


def test_the_menu_shows_shapes_on_all_wires(open_window, tmp_path: Path) -> None:
    window = open_window(sample("mnist-cnn.nnstudio"))
    action = window.findChild(QAction, "action_wire_shapes")
    assert action is not None
    scene = child(window, "canvas_view").scene()  # type: ignore[attr-defined]
    assert not any(wire.shows_label for wire in scene.wires.values())
    action.trigger()
    assert all(wire.shows_label for wire in scene.wires.values())
    labels = {wire.label for wire in scene.wires.values()}
    assert {"1×28×28", "16×14×14", "1,568"} <= labels
