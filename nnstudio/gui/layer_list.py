"""The user's blocks and the layers by category, as palette and quick search list them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
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
from nnstudio.gui.blocks import Blocks, layers_in
from nnstudio.gui.dragged_layer import mime_of
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.activation_picture import paint_curve

_NAME = Qt.ItemDataRole.UserRole
_IS_BLOCK = Qt.ItemDataRole.UserRole + 1
_ROW = 24


class LayerList(QListWidget):
    """Rows of layers under the titles of their categories.

    Signals:
        chosen: (class name or key of a block) by double-click or Enter.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, blocks: Blocks) -> None:
        super().__init__()
        self._blocks = blocks
        self._shown: tuple[str, Collection[str] | None] = ("", None)
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
        blocks.changed.connect(self._blocks_changed)
        self._list_blocks()

    def _list_blocks(self) -> None:
        """Put the user's own blocks, if there are any, above the layers."""
        while self.count() and self.item(0).data(_IS_BLOCK):
            self.takeItem(0)
        for number, (key, block) in enumerate(self._blocks.by_key.items(), 1):
            row = QListWidgetItem(block.name)
            row.setData(_NAME, key)
            row.setData(_IS_BLOCK, True)
            row.setToolTip(layers_in(block))
            row.setData(Qt.ItemDataRole.AccessibleDescriptionRole, layers_in(block))
            self.insertItem(number - 1, row)
        if self._blocks.by_key:
            head = QListWidgetItem("My blocks")
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            head.setData(_IS_BLOCK, True)
            self.insertItem(0, head)

    def _blocks_changed(self) -> None:
        self._list_blocks()
        self.show_matches(*self._shown)

    def block_at(self, at: QPoint | None = None) -> str:
        """The key of the block in this row, or the selected one; empty if it is none."""
        item = self.currentItem() if at is None else self.itemAt(at)
        return item.data(_NAME) or "" if item is not None and item.data(_IS_BLOCK) else ""

    def show_matches(self, words: str, among: Collection[str] | None = None) -> int:
        """Show the layers whose name or summary contains every word; returns how many.

        The one whose name is most like the words is selected.

        Args:
            among: only these layers; ``None`` for all.
        """
        self._shown = words, among
        wanted = words.casefold().split()
        count = 0
        head: QListWidgetItem | None = None
        best: tuple[int, QListWidgetItem] | None = None
        for number in range(self.count()):
            item = self.item(number)
            name = item.data(_NAME)
            if name is None:
                head = item
                head.setHidden(True)
                continue
            text = f"{item.text()} {summary_of(item)}".casefold()
            hit = all(word in text for word in wanted) and (among is None or name in among)
            item.setHidden(not hit)
            if hit:
                count += 1
                rank = _rank(item.text().casefold(), " ".join(wanted))
                best = (rank, item) if best is None or rank < best[0] else best
                if head is not None:
                    head.setHidden(False)
        self.setVisible(bool(count))
        self.setCurrentItem(best[1] if wanted and best else None)  # type: ignore[arg-type]
        return count

    def named_but_hidden(self, words: str) -> str:
        """The layer that ``words`` name, if it isn't shown and no other's name begins with them."""
        wanted = words.strip().casefold()
        rows = [self.item(i) for i in range(self.count())]
        begun = [r for r in rows if r.data(_NAME) and r.text().casefold().startswith(wanted)]
        if not wanted or any(not row.isHidden() for row in begun):
            return ""
        return next((row.text() for row in begun if row.text().casefold() == wanted), "")

    def step(self, by: int) -> None:
        """Select the next or previous row that is shown."""
        shown = [self.item(i) for i in range(self.count())]
        shown = [item for item in shown if item.data(_NAME) and not item.isHidden()]
        if not shown:
            return
        current = self.currentItem()
        number = shown.index(current) + by if current in shown else 0
        self.setCurrentItem(shown[max(0, min(number, len(shown) - 1))])

    @property
    def current_layer(self) -> str:
        """The class name of the selected row; empty if none is."""
        item = self.currentItem()
        return str(item.data(_NAME) or "") if item is not None and not item.isHidden() else ""

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
        drag.setPixmap(self._picture(item.data(_NAME), item.text()))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, name: str, title: str) -> QPixmap:
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
        _paint_row(painter, QRect(8, 5, 164, 26), name, title, self._theme)
        painter.end()
        return pixmap


def _rank(name: str, wanted: str) -> int:
    """How far a name is from what is wanted: the same, begins with it, contains it, or not."""
    return [name == wanted, name.startswith(wanted), wanted in name, True].index(True)


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
            _paint_row(painter, rect, name, index.data(), self._theme)
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


def summary_of(item: QListWidgetItem) -> str:
    """What the layer or block of a row is."""
    return str(item.data(Qt.ItemDataRole.AccessibleDescriptionRole))


def _paint_row(painter: QPainter, rect: QRect, name: str, title: str, theme: Theme) -> None:
    if name in LAYERS:
        paint_row(painter, rect, LAYERS[name], theme)
    else:
        paint_block(painter, rect, title, theme)


def paint_block(painter: QPainter, rect: QRect, title: str, theme: Theme) -> None:
    """A block's name behind a small stack of sheets."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("accent"), 1.2))
    painter.setBrush(theme.colour("panel"))
    middle = rect.center().y() + 0.5
    for step in (2.0, 0.0):
        painter.drawRoundedRect(QRectF(rect.left() + 3 + step, middle - 5 + step, 7.5, 7.5), 2, 2)
    painter.setPen(theme.colour("text"))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    words = rect.adjusted(16, 0, -4, 0)
    shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, flags, shown)


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
