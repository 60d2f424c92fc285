"""Taking pictures of the window's network: to a file, to the clipboard, or by the dialog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from nnstudio.data.dataset import INPUTS, TARGETS, Dataset
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.network import Key
from nnstudio.engine.shaping import Input
from nnstudio.gui.canvas.diagram import card_sheet
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.columns import Column, columns_of
from nnstudio.gui.pictures.neurons import Look, neuron_sheet
from nnstudio.gui.pictures.options import PictureOptions
from nnstudio.gui.pictures.places import scheme_of
from nnstudio.gui.pictures.sheet import Sheet, sheet_image, write_sheet
from nnstudio.messages import StudioError, sentence
from nnstudio.schema import check
from nnstudio.training.trained import transfer

Names = tuple[str, ...]


def columns_now(live: Live) -> tuple[tuple[Column, ...], Names, Names]:
    """The columns of the network, and the data's names for what goes in and comes out.

    Raises:
        StudioError: there is none, it isn't finished, or it is too deep.
    """
    project, data = live.project, live.workbench.data
    columns = columns_of(project.graph)
    if data is None:
        return columns, (), ()
    dataset, graph = data.dataset, project.graph
    columns = tuple(
        replace(c, names=_names_of(graph.by_id[c.nodes[0]].layer, dataset)) if c.is_input else c
        for c in columns
    )
    layers = [graph.by_id[node].layer for node in graph.inputs]
    if any(not isinstance(e, Input) or e.source != INPUTS for e in layers):
        return columns, (), ()
    (output, *others) = graph.outputs
    target = project.settings.target_of(output)
    names = dataset.input_names if target == INPUTS else ()
    if target == TARGETS:
        names = dataset.classes or dataset.target_names
    return columns, dataset.input_names, () if others else names


def _names_of(layer: Layer, dataset: Dataset) -> Names:
    """What the data calls the numbers that an input reads."""
    if not isinstance(layer, Input):
        return ()
    return dataset.input_names if layer.source == INPUTS else (layer.source,)


def weights_now(live: Live) -> Mapping[Key, Array]:
    """The latest weights known; first ones where there are none, or no data that fits."""
    model = live.model()
    if model is not None:
        return model.network.arrays(model.workspace.flat)
    project = live.project
    try:
        network = project.network()
    except StudioError:
        return {}
    known = None if project.trained is None else project.trained.weights
    return network.arrays(transfer(known, network, project.settings.seed).flat)


class Pictures(QObject):
    """Makes the pictures that are asked for, and says what became of them."""

    def __init__(self, live: Live, window: QWidget) -> None:
        super().__init__(window)
        self._live = live
        self._workbench = live.workbench

    def sheet(self, options: PictureOptions) -> Sheet:
        """The picture, ready to be written.

        Raises:
            StudioError: why there is none.
        """
        check(options)
        if options.style == "cards":
            return card_sheet(self._workbench)
        scheme = scheme_of(*columns_now(self._live))
        weights = weights_now(self._live) if options.weights else {}
        return neuron_sheet(scheme, Look(Theme("light"), weights, biases=options.biases))

    def export_to(self, path: str | Path, **options: Any) -> bool:
        """Write the picture to ``path``: SVG, PNG or PDF, by its name; says what came of it.

        Args:
            options: fields of :class:`PictureOptions`.
        """
        try:
            chosen = PictureOptions(**options)
            sheet = self.sheet(chosen)
            write_sheet(sheet, Path(path), scale=chosen.scale, transparent=chosen.transparent)
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            return False
        self._workbench.said.emit(sentence("picture_written", file=Path(path).name), "ok")
        return True

    def copy(self, **options: Any) -> bool:
        """Put the picture on the clipboard."""
        try:
            chosen = PictureOptions(**options)
            sheet = self.sheet(chosen)
        except StudioError as error:
            self._workbench.said.emit(str(error), "warning")
            return False
        image = sheet_image(sheet, scale=chosen.scale, transparent=chosen.transparent)
        QGuiApplication.clipboard().setImage(image)
        return True
