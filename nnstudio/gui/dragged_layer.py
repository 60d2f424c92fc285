"""A layer on its way from the palette to the canvas, as drag and drop carries it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from nnstudio.engine.catalogue import LAYERS
from nnstudio.gui.blocks import is_key

#: The data is the name of a layer's class, or the key of a block, in UTF-8.
LAYER_MIME = "application/x-nnstudio-layer"


def mime_of(layer: str) -> QMimeData:
    """What a drag of this layer or block carries."""
    mime = QMimeData()
    mime.setData(LAYER_MIME, layer.encode())
    return mime


def layer_in(mime: QMimeData) -> str:
    """The layer or block that is being dragged; empty if it is something else."""
    if not mime.hasFormat(LAYER_MIME):
        return ""
    name = bytes(mime.data(LAYER_MIME).data()).decode(errors="replace")
    return name if name in LAYERS or is_key(name) else ""
