"""The table of runs: its keys, its mouse, its order and its widths."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QWidget,
)

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.cell_painter import ARROW, MARGIN, ROW_HEIGHT, CellPainter
from nnstudio.gui.runs.cells import NAMES, Row, cell
from nnstudio.gui.runs.rows import starts_descending
from nnstudio.gui.runs.run_model import RunModel

#: Room for the mark of sorting in a head.
_MARK = 16
_WIDTHS = {"compare": 30, "name": 88, "differs": 168, "note": 120}
#: Where nobody has written anything yet.
_UNWRITTEN = {"name": 64, "note": 64}
#: So many rows decide how wide a column is.
_ROWS_MEASURED = 40
_LEAST = {"number": 40, "end": 72}


class RunTable(QTableView):
    """Rows can be selected, ticked, renamed, annotated, unfolded and sorted.

    Signals:
        sorted_by: (column, is_descending) the user wants this order; an empty column is the usual.
        folded: (group) its members are to be shown, or not any more.
        opened: (number) reopen this run.
        delete_asked, copy_asked: what is selected.
        typing_ended: a name or note is typed no more.
    """

    sorted_by = Signal(str, bool)
    folded = Signal(int)
    opened = Signal(int)
    delete_asked = Signal()
    copy_asked = Signal()
    typing_ended = Signal()

    def __init__(self, model: RunModel, theme: Theme) -> None:
        super().__init__()
        self._model = model
        self.setObjectName("runs_table")
        self.setAccessibleName("Runs")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setItemDelegate(CellPainter(theme, self))
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = _Heads(self)
        self.setHorizontalHeader(head)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(28)
        head.setResizeContentsPrecision(_ROWS_MEASURED)
        head.sectionClicked.connect(self._sort)
        for name, width in _WIDTHS.items():
            self.setColumnWidth(NAMES.index(name), width)
        self._order: tuple[str, int] = ("", 0)
        self._fitting = False
        self._set: set[int] = set()  # the columns whose width is the user's
        head.sectionResized.connect(self._resized)

    # ------------------------------------------------------------------ rows

    def selected(self) -> list[Row]:
        """The selected rows, from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.rows[place] for place in places if place < len(self._model.rows)]

    def current(self) -> Row | None:
        """The row that has the keyboard."""
        place = self.currentIndex().row()
        return self._model.rows[place] if 0 <= place < len(self._model.rows) else None

    @property
    def is_typing(self) -> bool:
        """Whether a name or a note is being typed."""
        return self.state() == QAbstractItemView.State.EditingState

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self.typing_ended.emit()

    def edit_cell(self, key: tuple[int, bool], name: str) -> None:
        """Let the user type a name or a note."""
        place = self._model.place_of(key)
        if place >= 0:
            index = self._model.index(place, NAMES.index(name))
            self.scrollTo(index)
            self.setCurrentIndex(index)
            self._give_room(index.column())
            self.edit(index)

    def _give_room(self, place: int) -> None:
        """A column in which something is typed is no longer as narrow as an empty one."""
        self.setColumnWidth(place, max(self.columnWidth(place), _WIDTHS[NAMES[place]]))
        self._use_room()

    def fit_columns(self) -> None:
        """Columns of figures as wide as what they hold; only the others can be dragged."""
        for place, name in enumerate(NAMES):
            if name not in _WIDTHS:
                hint = max(self.sizeHintForColumn(place), _LEAST.get(name, 0))
                width = max(hint, self.horizontalHeader().sectionSizeHint(place))
                if width != self.columnWidth(place):
                    self.setColumnWidth(place, width)
        self._fitting = True
        for name, narrow in _UNWRITTEN.items():
            place = NAMES.index(name)
            if place not in self._set:
                empty = not any(cell(row, name) for row in self._model.rows)
                self.setColumnWidth(place, narrow if empty else _WIDTHS[name])
        self._fitting = False
        self._use_room()

    def _use_room(self) -> None:
        """What is left of the width goes to what differs, unless the user has set it."""
        place = NAMES.index("differs")
        if place in self._set:
            return
        used = sum(self.columnWidth(n) for n in range(len(NAMES)) if n != place)
        width = max(_WIDTHS["differs"], self.viewport().width() - used)
        if width != self.columnWidth(place):
            self._fitting = True
            self.setColumnWidth(place, width)
            self._fitting = False

    def _resized(self, section: int, *_: int) -> None:
        if NAMES[section] in _WIDTHS and not self._fitting:
            self._set.add(section)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._use_room()

    # ------------------------------------------------------------------ order

    def _sort(self, section: int) -> None:
        """By this column, the best first; again: the other way; again: as usual."""
        name = NAMES[section]
        if name == "compare":
            return
        before, clicks = self._order
        clicks = clicks + 1 if before == name else 1
        self._order = (name, clicks) if clicks < 3 else ("", 0)
        first = starts_descending(name)
        is_descending = first if clicks == 1 else not first
        head = self.horizontalHeader()
        head.setSortIndicatorShown(clicks < 3)
        orders = Qt.SortOrder
        order = orders.DescendingOrder if is_descending else orders.AscendingOrder
        head.setSortIndicator(section if clicks < 3 else -1, order)
        self.sorted_by.emit(self._order[0], is_descending)
        self.fit_columns()

    # ------------------------------------------------------------------ keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, row = Qt.Key, self.current()
        if self.is_typing:
            super().keyPressEvent(event)  # Return ends the typing and means nothing else
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.key() in (keys.Key_Delete, keys.Key_Backspace):
            self.delete_asked.emit()
        elif row is None:
            super().keyPressEvent(event)
        elif event.key() == keys.Key_F2:
            column = NAMES[self.currentIndex().column()]
            self.edit_cell(row.key, "note" if column == "note" else "name")
        elif event.key() in (keys.Key_Return, keys.Key_Enter):
            self._open(row)
        elif event.key() == keys.Key_Space and not row.group:
            self._tick(self.currentIndex().row())
        elif event.key() in (keys.Key_Right, keys.Key_Left) and row.group:
            if (row.record.group in self._model.unfolded) == (event.key() == keys.Key_Left):
                self.folded.emit(row.record.group)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and index.isValid():
            name, row = NAMES[index.column()], self._model.rows[index.row()]
            if name == "compare" and not row.group:
                self._tick(index.row())
                return
            near = event.position().x() - self.visualRect(index).left() < ARROW + MARGIN
            if name == "name" and row.group and near:
                self.folded.emit(row.record.group)
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        name, row = NAMES[index.column()], self._model.rows[index.row()]
        if name == "compare":
            self.mousePressEvent(event)
        elif name in ("name", "note") and not (name == "name" and row.group):
            self.edit_cell(row.key, name)
        else:
            self._open(row)

    def _open(self, row: Row) -> None:
        if row.group:
            self.folded.emit(row.record.group)
        else:
            self.opened.emit(row.record.number)

    def _tick(self, place: int) -> None:
        index = self._model.index(place, 0)
        ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        state = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
        self._model.setData(index, state, Qt.ItemDataRole.CheckStateRole)


class _Heads(QHeaderView):
    """The heads, each no wider than its word and the mark of sorting."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def sectionSizeFromContents(self, section: int) -> QSize:
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setWeight(QFont.Weight.DemiBold)
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        width = QFontMetrics(font).horizontalAdvance(text) + 2 * MARGIN + 2
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == section:
            width += _MARK
        return QSize(width, super().sectionSizeFromContents(section).height())
