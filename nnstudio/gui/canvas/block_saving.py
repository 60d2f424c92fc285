"""Keeping what is selected as a block of the user's own."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nnstudio.gui.block_dialog import BlockDialog
from nnstudio.gui.canvas import commands, grouping
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence


def ask_to_save(workbench: Workbench, parent: QWidget) -> None:
    """Keep the selected nodes as a block, under a name that the user is asked for."""
    nodes, project = workbench.selection, workbench.project
    if not nodes:
        workbench.said.emit(sentence("group_nothing"), "warning")
        return
    group = grouping.exactly(project.layout, nodes)
    clipping = commands.clipping_of(project, nodes)
    dialog = BlockDialog(workbench.blocks, "Save as block", group.name if group else "", parent)
    name = dialog.ask()
    dialog.deleteLater()
    if not name:
        return
    try:
        workbench.blocks.save(name, clipping)
    except StudioError as error:
        workbench.said.emit(str(error), "error")
    else:
        workbench.said.emit(sentence("block_saved", name=name), "ok")
