"""What can be done with the user's own blocks in the palette: add, rename, delete."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QMessageBox

from nnstudio.gui.block_dialog import BlockDialog
from nnstudio.gui.layer_list import LayerList
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError


class BlockMenu(QObject):
    """The context menu of a list's blocks, and the keys F2 and Delete on them."""

    def __init__(self, workbench: Workbench, rows: LayerList) -> None:
        super().__init__(rows)
        self._workbench, self._rows = workbench, rows
        self._menu = QMenu(rows)
        self._menu.setObjectName("block_menu")
        rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows.customContextMenuRequested.connect(self._open)
        rows.installEventFilter(self)

    def _open(self, at: QPoint) -> None:
        key = self._rows.block_at(at)
        if not key:
            return
        self._menu.clear()
        self._menu.addAction("Add", self._rows.choose)
        self._menu.addAction("Rename…\tF2", lambda: self._rename(key))
        self._menu.addAction("Delete…\tDel", lambda: self._delete(key))
        self._menu.popup(self._rows.viewport().mapToGlobal(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """F2 and Delete act on the selected block."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = self._rows.block_at()
        match event.key():
            case Qt.Key.Key_F2 if key:
                self._rename(key)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if key:
                self._delete(key)
            case _:
                return False
        return True

    def _rename(self, key: str) -> None:
        blocks = self._workbench.blocks
        dialog = BlockDialog(blocks, "Rename block", blocks.by_key[key].name, self._rows.window())
        name = dialog.ask()
        dialog.deleteLater()
        if name and name != blocks.by_key[key].name:
            try:
                blocks.rename(key, name)
            except StudioError as error:
                self._workbench.said.emit(str(error), "error")

    def _delete(self, key: str) -> None:
        """After a question: this can't be undone."""
        blocks = self._workbench.blocks
        box = QMessageBox(self._rows.window())
        box.setObjectName("block_delete_dialog")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Delete block")
        box.setText(f"Delete the block “{blocks.by_key[key].name}”?")
        box.setInformativeText("Networks that contain it stay as they are. This can't be undone.")
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel)
        box.button(QMessageBox.StandardButton.Yes).setText("Delete")
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        answer = box.exec()
        box.deleteLater()
        if answer == QMessageBox.StandardButton.Yes:
            try:
                blocks.remove(key)
            except StudioError as error:
                self._workbench.said.emit(str(error), "error")
