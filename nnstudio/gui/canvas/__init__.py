"""The canvas: the network as cards and wires that are moved, wired and deleted by hand.

A gesture (:mod:`gestures`) ends in a command (:mod:`commands`), a pure function from project to
project. What follows comes back as a change of the document, which the :mod:`scene` compares with
what it shows.
"""

from nnstudio.gui.canvas.view import CanvasView

__all__ = ["CanvasView"]
