"""The wall of drawings that were kept: each as the network sees it, with its name beneath."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.sources import Drawings
from nnstudio.data.sources.by_hand import MOST
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.painting.gesture import Gesture
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
#: The side of a picture and of its place, in pixels; how high the wall may become.
_SIDE, _WIDE, _HIGH, _LARGEST = 36, 42, 58, 360
#: What the brightest pixel is in each style.
_WHITE = {"mnist": 255, "digits": 16}


class SignsModel(QAbstractListModel):
    """The drawings sorted by sign, the latest last.

    Signals:
        renamed: (numbers, sign) the user typed another name.
    """

    renamed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._source = Drawings()
        self._order: list[int] = []
        self._pictures: dict[tuple[str, str], QPixmap] = {}

    def show_source(self, source: Drawings) -> None:
        """Show these drawings."""
        if source is self._source:
            return
        self.beginResetModel()
        self._source = source
        self._order = np.argsort(np.array(source.labels, int), kind="stable").tolist()
        known = {(source.style, text) for text in source.drawings}
        self._pictures = {key: pixmap for key, pixmap in self._pictures.items() if key in known}
        self.endResetModel()

    def number(self, index: _Index) -> int:
        """Which drawing of the set stands there."""
        return self._order[index.row()]

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._order)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        number = self._order[index.row()]
        label = self._source.labels[number] if number < len(self._source.labels) else -1
        sign = self._source.signs[label] if 0 <= label < len(self._source.signs) else "?"
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return sign
            case Qt.ItemDataRole.DecorationRole:
                return self._pixmap(number)
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return f"Drawing {number + 1}: {sign}"
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        sign = str(value).strip()
        if sign == self.data(index):
            return False
        number = self.number(index)
        # Once the name is closed: the wall is sorted anew, and Qt still holds its editor.
        QTimer.singleShot(0, self, lambda: self.renamed.emit([number], sign))
        return True

    def _pixmap(self, number: int) -> QPixmap:
        source = self._source
        key = (source.style, source.drawings[number])
        if key not in self._pictures:
            try:
                picture = source.picture(number) * (255.0 / _WHITE[source.style])
            except StudioError:
                picture = np.zeros((1, 1))  # the panel says which one is damaged
            grey = picture.astype(np.uint8)
            height, width = grey.shape
            image = QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
            way = Qt.TransformationMode
            smooth = way.SmoothTransformation if width > 8 else way.FastTransformation
            self._pictures[key] = QPixmap.fromImage(image.scaled(2 * _SIDE, 2 * _SIDE, mode=smooth))
            self._pictures[key].setDevicePixelRatio(2)
        return self._pictures[key]


class _Wall(QListView):
    """The pictures in rows.

    Signals:
        deleted: the selected ones shall go.
    """

    deleted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # Enter belongs to the name, which is closed by it
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.deleted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class SignWall(QWidget):
    """Deletes and renames drawings of the project's :class:`Drawings`."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sign_wall")
        self._source = Drawings()
        self._gesture = Gesture(workbench, self)
        self._model = SignsModel()
        self._model.renamed.connect(self._rename)
        self.wall = _Wall()
        self.wall.setObjectName("sign_list")
        self.wall.setAccessibleName("Drawings that were kept")
        self.wall.setToolTip("F2 gives another name, Delete deletes")
        self.wall.setModel(self._model)
        self.wall.setViewMode(QListView.ViewMode.IconMode)
        self.wall.setMovement(QListView.Movement.Static)
        self.wall.setResizeMode(QListView.ResizeMode.Adjust)
        self.wall.setUniformItemSizes(True)
        self.wall.setIconSize(QSize(_SIDE, _SIDE))
        self.wall.setGridSize(QSize(_WIDE, _HIGH))
        self.wall.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.wall.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        self.wall.deleted.connect(self._delete)
        self._notice = Notice("signs_error", theme)
        self._counts = QLabel()
        self._counts.setObjectName("signs_count")
        self._counts.setProperty("role", "dim")
        self._counts.setWordWrap(True)
        self._rename_button = self._link("signs_rename", "Rename", "Give another name (F2)")
        self._delete_button = self._link("signs_delete", "Delete", "Delete the selected drawings")
        self._rename_button.clicked.connect(lambda: self.wall.edit(self.wall.currentIndex()))
        self._delete_button.clicked.connect(self._delete)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addStretch(1)
        buttons.addWidget(self._rename_button)
        buttons.addWidget(self._delete_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._counts, self.wall):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self._notice)
        self.wall.selectionModel().selectionChanged.connect(self._update_buttons)
        self.show_source(self._source)

    def _link(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("link", True)
        button.setAutoDefault(False)  # Enter belongs to what is typed
        button.setAccessibleName(tip.split(" (")[0])
        button.setToolTip(tip)
        return button

    # ------------------------------------------------------------------ showing

    def show_source(self, source: Drawings) -> None:
        """Show the drawings as they are in the project."""
        place = self.wall.currentIndex().row()
        self._source = source
        self._model.show_source(source)
        self._counts.setText(_counted(source))
        self.wall.setVisible(source.size > 0)
        self._rename_button.setVisible(source.size > 0)
        self._delete_button.setVisible(source.size > 0)
        self._fit_height()
        if place >= 0 and source.size and not self.wall.currentIndex().isValid():
            index = self._model.index(min(place, source.size - 1))
            self.wall.setCurrentIndex(index)
            self.wall.clearSelection()
        self._update_buttons()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        across = max(1, (self.width() - 12) // _WIDE)
        rows = -(-self._source.size // across)
        self.wall.setFixedHeight(min(rows * _HIGH + 8, _LARGEST))

    def _update_buttons(self, *_: object) -> None:
        chosen = self.wall.selectionModel().hasSelection()
        self._rename_button.setEnabled(chosen)
        self._delete_button.setEnabled(chosen)

    # ------------------------------------------------------------------ editing

    def _chosen(self) -> list[int]:
        return [self._model.number(index) for index in self.wall.selectedIndexes()]

    def _delete(self) -> None:
        if chosen := self._chosen():
            label = "Delete drawing" if len(chosen) == 1 else "Delete drawings"
            self._gesture.do(label, self._source.without(chosen))

    def _rename(self, numbers: list[int], sign: str) -> None:
        """The name typed at one drawing is given to all that are selected with it."""
        chosen = self._chosen()
        numbers = chosen if numbers[0] in chosen else numbers
        try:
            source = self._source.relabelled(numbers, sign)
        except StudioError as error:
            self._notice.say(str(error))
            return
        self._notice.say("")
        self._gesture.do("Rename drawing" if len(numbers) == 1 else "Rename drawings", source)


def _counted(source: Drawings) -> str:
    """How many drawings of each sign, and what is missing."""
    if not source.size:
        return "No drawings yet. Draw a sign in Try it and keep it with its name: ten of each do."
    counts = " · ".join(f"{sign}\u00a0{count}" for sign, count in source.counts().items())
    if source.size >= MOST:
        return f"{counts}: the set is full"
    return counts
