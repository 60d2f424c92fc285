"""How a table's row shows that it is selected, pointed at, or has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableView

from nnstudio.gui.look.theme import Theme


def paint_row_state(
    painter: QPainter,
    option: QStyleOptionViewItem,
    index: QModelIndex | QPersistentModelIndex,
    table: QTableView,
    theme: Theme,
) -> None:
    """A tint for what is selected; lines above and below the row that has the keyboard."""
    rect: QRect = option.rect  # type: ignore[attr-defined]
    state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if selected or state & QStyle.StateFlag.State_MouseOver:
        tint = theme.colour("accent" if selected else "dim")
        tint.setAlpha(36 if selected else 24)
        painter.fillRect(rect, tint)
    if table.hasFocus() and table.currentIndex().row() == index.row():
        painter.setPen(theme.colour("accent"))
        painter.drawLine(rect.topLeft(), rect.topRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
