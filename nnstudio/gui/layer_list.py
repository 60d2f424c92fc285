"""The list of layers by category, as the palette and the search on the canvas show it."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFont, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnstudio.engine.catalogue import CATEGORIES, LAYERS
from nnstudio.engine.layer import Layer
from nnstudio.gui.dragged_layer import mime_of
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.activation_picture import paint_curve

_NAME = Qt.ItemDataRole.UserRole
_ROW = 24


class LayerList(QListWidget):
    """Rows of layers under the titles of their categories.

    Signals:
        chosen: (class name) by double-click or Enter.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setItemDelegate(_RowPainter(theme, self))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self._theme = theme
        for category, title in CATEGORIES.items():
            layers = [cls for cls in LAYERS.values() if cls.category == category]
            if not layers:
                continue
            head = QListWidgetItem(title, self)
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            for cls in layers:
                row = QListWidgetItem(cls.__name__, self)
                row.setData(_NAME, cls.__name__)
                row.setToolTip(f"{cls.summary}\n{cls.formula}")
                row.setData(Qt.ItemDataRole.AccessibleDescriptionRole, cls.summary)
        self.itemDoubleClicked.connect(self._choose_item)

    def show_matches(self, words: str, among: Collection[str] | None = None) -> int:
        """Show the layers whose name or summary contains every word; returns how many.

        Args:
            among: only these layers; ``None`` for all.
        """
        wanted = words.casefold().split()
        count = 0
        head: QListWidgetItem | None = None
        first: QListWidgetItem | None = None
        for number in range(self.count()):
            item = self.item(number)
            name = item.data(_NAME)
            if name is None:
                head = item
                head.setHidden(True)
                continue
            text = f"{name} {LAYERS[name].summary}".casefold()
            hit = all(word in text for word in wanted) and (among is None or name in among)
            item.setHidden(not hit)
            if hit:
                count += 1
                first = first or item
                if head is not None:
                    head.setHidden(False)
        self.setVisible(bool(count))
        self.setCurrentItem(first if wanted and first else None)  # type: ignore[arg-type]
        return count

    def step(self, by: int) -> None:
        """Select the next or previous row that is shown."""
        shown = [self.item(i) for i in range(self.count())]
        shown = [item for item in shown if item.data(_NAME) and not item.isHidden()]
        if not shown:
            return
        current = self.currentItem()
        number = shown.index(current) + by if current in shown else 0
        self.setCurrentItem(shown[max(0, min(number, len(shown) - 1))])

    def choose(self) -> None:
        """Choose the selected row."""
        self._choose_item(self.currentItem())

    def _choose_item(self, item: QListWidgetItem | None) -> None:
        if item is not None and (name := item.data(_NAME)):
            self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        else:
            super().keyPressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Carry the layer's name, under a picture of its row."""
        item = self.currentItem()
        if item is None or not item.data(_NAME):
            return
        drag = QDrag(self)
        drag.setMimeData(mime_of(item.data(_NAME)))
        drag.setPixmap(self._picture(item.data(_NAME)))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, name: str) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(180 * ratio), round(36 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), 1))
        painter.setBrush(self._theme.colour("panel"))
        painter.drawRoundedRect(QRectF(0.5, 0.5, 179, 35), 8, 8)
        painter.setFont(QApplication.font())
        paint_row(painter, QRect(8, 5, 164, 26), LAYERS[name], self._theme)
        painter.end()
        return pixmap


class _RowPainter(QStyledItemDelegate):
    """Paints a title, or a layer with its category bar and its curve."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(80, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        name = index.data(_NAME)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        if name is None:
            font = QFont(option.font)  # type: ignore[attr-defined]
            font.setPixelSize(11)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(self._theme.colour("dim"))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(rect.adjusted(4, 2, 0, 0), flags, index.data())
        else:
            self._paint_state(painter, rect, state)
            paint_row(painter, rect, LAYERS[name], self._theme)
        painter.restore()

    def _paint_state(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if not (selected or hovered):
            return
        fill = self._theme.colour("accent" if selected else "dim")
        fill.setAlpha(36 if selected else 24)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(self._theme.colour("accent"), 1.5) if focus else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 6, 6)


def paint_row(painter: QPainter, rect: QRect, cls: type[Layer], theme: Theme) -> None:
    """A layer's bar, name and curve."""
    category = theme.colour(cls.category)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(category)
    painter.drawRoundedRect(QRectF(rect.left() + 4, rect.top() + 5, 4, rect.height() - 10), 2, 2)
    painter.setPen(theme.colour("text"))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    box = QRectF(rect.right() - 46, rect.top() + 7, 40, rect.height() - 14)
    has_curve = paint_curve(painter, box, cls(), category)
    words = rect.adjusted(16, 0, -52 if has_curve else -4, 0)
    painter.drawText(words, flags, cls.__name__)
