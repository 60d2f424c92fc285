"""An ordered list of what is done to examples: add, take out, put elsewhere, set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.preparing.entry_row import EntryRow


class EntryList(QWidget):
    """Shows entries and asks for others; what it shows is what it was told last.

    Signals:
        asked: (label, entries, is_gesture) the list shall be these; a gesture goes on for a moment.
    """

    asked = Signal(str, object, bool)

    def __init__(
        self,
        prefix: str,
        word: str,
        catalogue: dict[str, type[Any]],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """``prefix`` begins the object names, ``word`` is what an entry is called."""
        super().__init__(parent)
        self._prefix, self._word = prefix, word
        self._catalogue = catalogue
        self._theme = theme
        self._entries: tuple[Any, ...] = ()
        self._rows: list[EntryRow] = []
        self._open: list[bool] = []
        self._is_stale = False
        self._applies: Callable[[type[Any]], bool] = lambda cls: True
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._empty = QLabel()
        self._empty.setObjectName(f"{prefix}_empty")
        self._empty.setProperty("role", "dim")
        self._empty.setWordWrap(True)
        self._add = QPushButton(f"Add {word}…")
        self._add.setObjectName(f"{prefix}_add")
        self._add.clicked.connect(self._offer)
        self.menu = QMenu(self._add)
        self.menu.setObjectName(f"{prefix}_menu")
        self._marker = QFrame(self._holder)
        self._marker.setObjectName(f"{prefix}_marker")
        self._marker.setProperty("marker", True)
        self._marker.setFixedHeight(2)
        self._marker.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        outer.addWidget(self._empty)
        outer.addWidget(self._holder)
        outer.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_entries(
        self,
        entries: Sequence[Any],
        notes: Sequence[str],
        errors: Sequence[str],
        applies: Callable[[type[Any]], bool],
        empty: str,
    ) -> None:
        """Show ``entries``, each with a few words and what is wrong with it.

        Args:
            applies: whether an entry of this class can be added.
            empty: what is said while there is none.
        """
        self._applies = applies
        kinds = [type(entry) for entry in entries]
        if self._is_stale or kinds != [type(entry) for entry in self._entries]:
            self._is_stale = False
            self._open = (self._open + [False] * len(kinds))[: len(kinds)]
            self._entries = tuple(entries)
            self._rebuild()
        self._entries = tuple(entries)
        for row, entry, note, error in zip(self._rows, entries, notes, errors, strict=True):
            row.show_entry(entry, note, error)
        self._empty.setText(empty)
        self._empty.setVisible(not entries)
        self._holder.setVisible(bool(entries))
        self._add.setEnabled(any(map(applies, self._catalogue.values())))

    # ------------------------------------------------------------------ rows

    def _rebuild(self) -> None:
        for row in self._rows:
            row.discard()
            row.hide()
            self._column.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self._rows = []
        for place, entry in enumerate(self._entries):
            name = f"{self._prefix}_{place}"
            row = EntryRow(name, entry.title, entry, self._theme, is_open=self._open[place])
            row.asked_to_move.connect(lambda by, place=place: self._move(place, place + by))
            row.dragged.connect(lambda point, place=place: self._mark(point))
            row.dropped.connect(lambda point, place=place: self._drop(place, point))
            row.removed.connect(lambda place=place: self._take_out(place))
            row.edited.connect(lambda name, value, place=place: self._set(place, name, value))
            row.folded.connect(lambda is_open, place=place: self._open.__setitem__(place, is_open))
            self._rows.append(row)
            self._column.addWidget(row)
            row.show()
        self._order_tabs()

    def _order_tabs(self) -> None:
        before: QWidget | None = None
        for row in self._rows:
            if before is not None:
                QWidget.setTabOrder(before, row)
            before = row
        if before is not None:
            QWidget.setTabOrder(before, self._add)

    def _focus(self, place: int) -> None:
        if self._rows:
            self._rows[min(place, len(self._rows) - 1)].line.setFocus()
        else:
            self._add.setFocus()

    # ------------------------------------------------------------------ gestures

    def _offer(self) -> None:
        """A menu of what applies, each with a line about it."""
        self.menu.clear()
        for cls in self._catalogue.values():
            if self._applies(cls):
                action = self.menu.addAction(f"{cls.title}\t{cls.description}")
                action.triggered.connect(lambda _=False, cls=cls: self._append(cls()))
        self.menu.popup(self._add.mapToGlobal(QPoint(0, self._add.height())))

    def _append(self, entry: Any) -> None:
        self._open.append(True)
        self._ask(f"Add {self._word} {entry.title}", (*self._entries, entry), len(self._entries))

    def _take_out(self, place: int) -> None:
        entry = self._entries[place]
        del self._open[place]
        rest = self._entries[:place] + self._entries[place + 1 :]
        self._ask(f"Take out {self._word} {entry.title}", rest, place)

    def _move(self, old: int, new: int) -> None:
        if old == new or not 0 <= new < len(self._entries):
            return
        entries = list(self._entries)
        entries.insert(new, entries.pop(old))
        self._open.insert(new, self._open.pop(old))
        self._ask(f"Move {self._word} {entries[new].title}", tuple(entries), new)

    def _set(self, place: int, name: str, value: Any) -> None:
        entries = list(self._entries)
        entries[place] = replace(entries[place], **{name: value})
        self.asked.emit(f"Change {self._word} {entries[place].title}", tuple(entries), True)

    def _ask(self, label: str, entries: tuple[Any, ...], focus: int) -> None:
        # Two of a kind change places without the list seeing other kinds.
        self._is_stale = True
        self.asked.emit(label, entries, False)
        self._focus(focus)

    # ------------------------------------------------------------------ dragging

    def _gap(self, point: QPoint) -> int:
        """Before which row something dropped at ``point`` of the screen would stand."""
        y = self._holder.mapFromGlobal(point).y()
        return sum(y > row.geometry().center().y() for row in self._rows)

    def _mark(self, point: QPoint) -> None:
        gap = self._gap(point)
        rows = [row.geometry() for row in self._rows]
        y = rows[gap].top() - 3 if gap < len(rows) else rows[-1].bottom() + 2
        limits = 0, self._holder.height() - 2
        self._marker.setGeometry(0, min(max(y, limits[0]), limits[1]), self._holder.width(), 2)
        self._marker.show()
        self._marker.raise_()

    def _drop(self, place: int, point: QPoint) -> None:
        self._marker.hide()
        gap = self._gap(point)
        self._move(place, gap - 1 if gap > place else gap)
