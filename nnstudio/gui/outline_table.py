"""The network as a table: one row for each layer, in running order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nnstudio.engine.layer import Shape
from nnstudio.graph.analysis import Analysis, Problem
from nnstudio.graph.model import Graph, Node
from nnstudio.gui.look.problem_sign import sign_icon
from nnstudio.gui.look.row_state import paint_row_state
from nnstudio.gui.look.theme import Theme, mono_font
from nnstudio.messages import shape_text

#: The role under which a row has its node's id, and a cell what a second line would say.
NODE = Qt.ItemDataRole.UserRole
BELOW = NODE + 1
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HEADS = ("Layer", "Setting", "Output", "Parameters", "Takes from")
_LAYER, _SETTING, _OUTPUT, _PARAMETERS, _SOURCES = range(5)
_ROW, _TWO_LINES = 26, 44
_MARGIN, _SIGN = 8, 16
_LAYER_WIDTH = 150
#: So many rows decide how wide a column is.
_ROWS_MEASURED = 40


@dataclass(frozen=True)
class Row:
    """One node in words.

    Attributes:
        cells: one text for each column.
        below: the texts under the layer's name and under its shape, where there is no room for
            all columns.
        severity: of the worst problem; ``problem`` holds the sentences.
    """

    node: str
    cells: tuple[str, ...]
    below: tuple[str, str]
    severity: str = ""
    problem: str = ""


def rows_of(graph: Graph, analysis: Analysis, problems: Sequence[Problem]) -> list[Row]:
    """Every node in running order."""
    troubles: dict[str, list[Problem]] = {}
    for problem in problems:
        troubles.setdefault(problem.node, []).append(problem)
    rows: list[Row] = []
    for id in analysis.order:
        before = [edge.source for edge in graph.incoming[id]]
        row = _row(
            graph.by_id[id],
            analysis.shapes[id],
            analysis.parameters(id),
            ", ".join(graph.by_id[source].title for source in before),
            bool(rows) and before == [rows[-1].node],
            tuple(troubles.get(id, ())),
        )
        rows.append(row)
    return rows


@lru_cache(maxsize=8_192)
def _row(
    node: Node,
    shape: Shape | None,
    count: int,
    sources: str,
    follows: bool,
    problems: tuple[Problem, ...],
) -> Row:
    """One row; ``follows`` if its source is the row above."""
    kind = type(node.layer).__name__
    setting = ", ".join(
        filter(None, (kind if node.name else "", node.layer.caption(), "bypassed" * node.passes))
    )
    cells = (
        node.title,
        setting,
        "–" if shape is None else shape_text(shape),
        f"{count:,}" if count else "",
        sources,
    )
    aside = f"from {sources}" if sources and not follows else ""
    below = " · ".join(filter(None, (setting, aside))), cells[_PARAMETERS]
    worst = "error" if any(p.severity == "error" for p in problems) else "warning"
    said = "\n".join(map(str, problems))
    return Row(node.id, cells, below, worst if problems else "", said)


class OutlineModel(QAbstractTableModel):
    """The rows as Qt's views want them.

    Signals:
        renamed: (node, name) the user has typed another name.
    """

    renamed = Signal(str, str)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        """Show these rows; tells the views only what changed."""
        if [row.node for row in rows] != [row.node for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        old, self.rows = self.rows, rows
        pairs = enumerate(zip(old, rows, strict=True))
        changed = [number for number, (before, now) in pairs if before is not now and before != now]
        # Neighbours are told together: each time the views measure a column anew.
        for _, run in groupby(enumerate(changed), lambda pair: pair[1] - pair[0]):
            numbers = [number for _, number in run]
            self.dataChanged.emit(self.index(numbers[0], 0), self.last_of(numbers[-1]))

    def numbers_of(self, nodes: Iterable[str]) -> list[int]:
        """The rows of these nodes."""
        number = {row.node: i for i, row in enumerate(self.rows)}
        return [number[node] for node in nodes if node in number]

    def last_of(self, number: int) -> QModelIndex:
        """The last cell of a row."""
        return self.index(number, len(_HEADS) - 1)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == _LAYER else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return row.cells[column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return row.problem or row.cells[column]
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_HEADS[column]}: {row.cells[column]}" if column else row.cells[_LAYER]
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return row.problem
            case Qt.ItemDataRole.DecorationRole if column == _LAYER and row.severity:
                colour = self._theme.colour
                return sign_icon(row.severity, colour(row.severity), colour("panel"))
            case Qt.ItemDataRole.ForegroundRole:
                return self._theme.colour("text" if column in (_LAYER, _OUTPUT) else "dim")
            case _ if role == NODE:
                return row.node
            case _ if role == BELOW:
                return {_LAYER: row.below[0], _OUTPUT: row.below[1]}.get(column, "")
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.renamed.emit(self.rows[index.row()].node, str(value))
        return True


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == _PARAMETERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class OutlineTable(QTableView):
    """The table, with the keys that act on its rows.

    Signals:
        delete_asked: the user wants the selected layers gone.
        menu_asked: (place on the screen) the user asks what can be done.
    """

    delete_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, model: OutlineModel, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("outline_table")
        self.setAccessibleName("Layers in running order")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(16, 16))
        self.setShowGrid(False)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMinimumHeight(96)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setResizeContentsPrecision(_ROWS_MEASURED)
        head.setMinimumSectionSize(48)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.setMouseTracking(True)
        self._painter = _CellPainter(theme, model, self)
        self.setItemDelegate(self._painter)
        self._wide: bool | None = None
        self.show_columns(wide=False)

    def show_columns(self, *, wide: bool) -> None:
        """Every column, or two lines to a row where there is no room for that."""
        if wide == self._wide:
            return
        self._wide = wide
        for column in (_SETTING, _PARAMETERS, _SOURCES):
            self.setColumnHidden(column, not wide)
        self._painter.two_lines = not wide
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        stretched = _SOURCES if wide else _LAYER
        head.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
        if wide:
            head.setSectionResizeMode(_LAYER, QHeaderView.ResizeMode.Interactive)
            head.resizeSection(_LAYER, _LAYER_WIDTH)
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(_ROW)
        rows.setDefaultSectionSize(_ROW if wide else _TWO_LINES)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def selected_nodes(self) -> tuple[str, ...]:
        """The nodes of the selected rows, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self.model().index(row, 0).data(NODE) for row in rows)

    def edit_name(self) -> None:
        """Let the current row's name be edited in place."""
        index = self.currentIndex()
        if index.isValid():
            self.setCurrentIndex(index.siblingAtColumn(_LAYER))
            self.edit(index.siblingAtColumn(_LAYER))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_asked.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.edit_name()
        else:
            super().keyPressEvent(event)

    def _ask_menu(self, at: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(at))


class _CellPainter(QStyledItemDelegate):
    """Paints a cell, with a second, quieter line below where there is no room for all columns."""

    def __init__(self, theme: Theme, model: OutlineModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self.two_lines = False

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        row, column = self._model.rows[index.row()], index.column()
        below = {_LAYER: row.below[0], _OUTPUT: row.below[1]}.get(column, "")
        words = row.cells[column], below if self.two_lines else ""
        width = _width(words, QApplication.font().toString(), column == _OUTPUT)
        if column == _LAYER and row.severity:
            width += _SIGN + 6
        return QSize(width + 2 * _MARGIN, _TWO_LINES if self.two_lines else _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        table = self.parent()
        assert isinstance(table, QTableView)
        paint_row_state(painter, option, index, table, self._theme)
        inner = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        sign = index.data(Qt.ItemDataRole.DecorationRole)
        if sign is not None:
            sign.paint(painter, inner.right() - _SIGN + 1, inner.center().y() - 7, _SIGN, _SIGN)
            inner.setRight(inner.right() - _SIGN - 6)
        upper, lower = self._lines(index)
        first, second = self._fonts(index)
        boxes = [inner, inner]
        if lower:
            boxes = [inner.adjusted(0, 4, 0, -_TWO_LINES // 2), inner.adjusted(0, 22, 0, -4)]
        colours = [index.data(Qt.ItemDataRole.ForegroundRole), self._theme.colour("dim")]
        flags = index.data(Qt.ItemDataRole.TextAlignmentRole)
        lines = zip(boxes, (first, second), colours, (upper, lower), strict=True)
        for box, font, colour, words in lines:
            painter.setFont(font)
            painter.setPen(colour)
            shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, flags, shown)
        painter.restore()

    def _lines(self, index: _Index) -> tuple[str, str]:
        return index.data(), index.data(BELOW) if self.two_lines else ""

    def _fonts(self, index: _Index) -> tuple[QFont, QFont]:
        return _fonts(QApplication.font().toString(), index.column() == _OUTPUT)


@lru_cache(maxsize=4_096)
def _width(words: tuple[str, str], plain: str, fixed: bool) -> int:
    """The wider line of a cell. A column is measured again whenever one of its cells changes."""
    fonts = zip(_fonts(plain, fixed), words, strict=True)
    return max(QFontMetrics(font).horizontalAdvance(line) for font, line in fonts)


@lru_cache(maxsize=8)
def _fonts(plain: str, fixed: bool) -> tuple[QFont, QFont]:
    """The fonts of a cell's two lines."""
    first, second = QFont(), QFont()
    first.fromString(plain)
    second.fromString(plain)
    second.setPixelSize(12)
    return (mono_font(12) if fixed else first), second
