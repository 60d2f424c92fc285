"""What menus and keys do with groups and blocks, for what is selected."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtWidgets import QMenu, QWidget

from nnstudio.graph.model import Edge
from nnstudio.gui.canvas import block_commands, grouping
from nnstudio.gui.canvas.block_saving import ask_to_save
from nnstudio.gui.canvas.gestures import Port, Selection
from nnstudio.gui.canvas.interaction import Interaction
from nnstudio.gui.canvas.scene import point_of
from nnstudio.gui.workbench import Workbench
from nnstudio.project.project import Project


class GroupActions(QObject):
    """Each is one step to undo, or says why it can't be.

    Signals:
        added: (nodes) a block was added, and is selected.
    """

    added = Signal(tuple)

    def __init__(self, workbench: Workbench, interaction: Interaction, view: QWidget) -> None:
        super().__init__(view)
        self._workbench, self._interaction, self._view = workbench, interaction, view

    # ------------------------------------------------------------------ groups

    def group(self) -> None:
        """Make a group of the selected nodes."""
        nodes = self._workbench.selection
        self._interaction.apply("Group", lambda project: grouping.grouped(project, nodes))

    def ungroup(self) -> None:
        """Take apart the groups of the selected nodes."""
        nodes = self._workbench.selection
        self._interaction.apply("Ungroup", lambda project: grouping.ungrouped(project, nodes))

    def take_out(self) -> None:
        """Take the selected nodes out of their groups."""
        nodes = self._workbench.selection
        self._interaction.apply(
            "Take out of group", lambda project: grouping.taken_out(project, nodes)
        )

    def fold(self) -> None:
        """Collapse the groups of the selected nodes, or expand them if all are collapsed."""
        self._interaction.fold(self._workbench.selection)

    def rename(self, group: str, name: str) -> None:
        """Give the group with this id another name."""
        if name.strip():
            self._interaction.apply(
                "Rename group", lambda project: grouping.renamed(project, group, name)
            )

    def fill_menu(self, menu: QMenu) -> None:
        """What the context menu of selected cards offers."""
        project, nodes = self._workbench.project, self._workbench.selection
        touched = grouping.touched(project.layout, nodes)
        if not grouping.exactly(project.layout, nodes):
            menu.addAction("Group\tCtrl+G", self.group)
        if touched:
            collapsed = all(group.collapsed for group in touched)
            menu.addAction(f"{'Expand' if collapsed else 'Collapse'} group\tCtrl+H", self.fold)
            menu.addAction("Ungroup\tCtrl+Shift+G", self.ungroup)
            if any(not set(group.nodes) <= set(nodes) for group in touched):
                menu.addAction("Take out of group", self.take_out)
        menu.addAction("Save as block…", self.save_as_block)

    # ------------------------------------------------------------------ blocks

    def save_as_block(self) -> None:
        """Keep the selected nodes under a name that the user is asked for."""
        ask_to_save(self._workbench, self._view)

    def add_block(
        self,
        key: str,
        at: QPointF | None = None,
        *,
        port: Port | None = None,
        edge: Edge | None = None,
    ) -> None:
        """Add the block with this key, as one card, and select it.

        Args:
            at: the middle of its card; ``None`` for behind the selected node, wired to it.
            port: what it is wired to, its own port at ``at``.
            edge: the wire it goes into.
        """
        block = self._workbench.blocks.by_key.get(key)
        if block is None:
            return
        chosen = self._workbench.selection
        nodes: tuple[str, ...] = ()
        place = None if at is None else point_of(at)

        def command(project: Project) -> tuple[Project, tuple[str, ...]]:
            if edge is not None:
                return block_commands.block_inserted(project, block, edge, place)
            if place is None:
                return block_commands.block_behind(project, block, chosen)
            if port is not None:
                return block_commands.block_at_port(project, block, port, place)
            return block_commands.block_added(project, block, place)

        def edit(project: Project) -> Project:
            nonlocal nodes
            project, nodes = command(project)
            return project

        if self._interaction.apply(f"Add {block.name}", edit):
            self._interaction.select(Selection(nodes))
            self.added.emit(nodes)
