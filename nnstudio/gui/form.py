"""A form made from what a class declares with ``schema.setting``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from nnstudio.gui.fields import Field, field_for
from nnstudio.gui.icons import icon
from nnstudio.gui.theme import Theme
from nnstudio.messages import StudioError
from nnstudio.schema import Setting, check_value, settings_of


#: The width of the labels' column, the same in all forms so that fields stand in one line.
LABEL_WIDTH = 92


class SettingsForm(QWidget):
    """Edits the settings of one object, which it never changes itself.

    A value that isn't legal is marked and explained at its field and goes nowhere.

    Signals:
        changed: (name, value) the user chose a legal value.
    """

    changed = Signal(str, object)

    def __init__(self, prefix: str, theme: Theme, parent: QWidget | None = None) -> None:
        """``prefix`` begins the object name of each field: ``<prefix>_<setting>``."""
        super().__init__(parent)
        self._prefix = prefix
        self._theme = theme
        self._class: type | None = None
        self._hidden: frozenset[str] = frozenset()
        self._rows: dict[str, _Row] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        theme.changed.connect(self._dress)

    def show_settings(self, subject: object | None, hidden: Collection[str] = ()) -> None:
        """Show the settings of ``subject`` except those in ``hidden``."""
        cls = None if subject is None else type(subject)
        if cls is not self._class or frozenset(hidden) != self._hidden:
            self._class, self._hidden = cls, frozenset(hidden)
            self._rebuild()
        for row in self._rows.values():
            row.show_value(getattr(subject, row.item.name))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to set."""
        return not self._rows

    def _rebuild(self) -> None:
        for row in self._rows.values():
            row.remove()
        self._rows = {}
        if self._class is None:
            return
        for item in settings_of(self._class):
            if item.name not in self._hidden:
                place = 2 * len(self._rows)
                self._rows[item.name] = _Row(self, self._grid, place, self._class, item)
        self._dress()

    def _dress(self) -> None:
        for row in self._rows.values():
            row.reset.setIcon(icon("reset", self._theme, "dim"))

    @property
    def prefix(self) -> str:
        return self._prefix


class _Row:
    """One setting: label, field, reset button, and the sentence when something is wrong."""

    def __init__(
        self, form: SettingsForm, grid: QGridLayout, place: int, owner: type, item: Setting
    ) -> None:
        self.item = item
        self._form, self._owner = form, owner
        self._label = QLabel(item.label)
        self._label.setWordWrap(True)
        self._label.setFixedWidth(LABEL_WIDTH)
        self.field: Field = field_for(item)
        control = self.field.control()
        control.setObjectName(f"{form.prefix}_{item.name}")
        control.setAccessibleName(item.label)
        self._label.setBuddy(control)
        tip = _tip(item)
        for widget in (self._label, control):
            widget.setToolTip(tip)
        self.reset = QToolButton()
        self.reset.setObjectName(f"{form.prefix}_{item.name}_reset")
        self.reset.setAccessibleName(f"Reset {item.label}")
        self.reset.setToolTip(f"Back to {_in_words(item.default)}")
        self.reset.setIconSize(QSize(14, 14))
        self.reset.setFixedSize(22, 22)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(lambda: self._edited(item.default))
        self._error = QLabel()
        self._error.setObjectName(f"{form.prefix}_{item.name}_error")
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()
        grid.addWidget(self._label, place, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.field, place, 1)
        grid.addWidget(self.reset, place, 2)
        grid.addWidget(self._error, place + 1, 0, 1, 3)
        self.field.edited.connect(self._edited)
        self.field.refused.connect(self._refuse)

    def show_value(self, value: Any) -> None:
        self.field.show_value(value)
        self.reset.setVisible(value != self.item.default)

    def remove(self) -> None:
        for widget in (self._label, self.field, self.reset, self._error):
            widget.setParent(None)  # at once, so that its name is free for the next form
            widget.deleteLater()

    def _edited(self, value: Any) -> None:
        try:
            check_value(self._owner, self.item, value)
        except StudioError as error:
            self._refuse(str(error))
            return
        self._refuse("")
        self._form.changed.emit(self.item.name, value)

    def _refuse(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        control = self.field.control()
        if control.property("invalid") != bool(sentence):
            control.setProperty("invalid", bool(sentence))
            control.style().unpolish(control)
            control.style().polish(control)


def _tip(item: Setting) -> str:
    default = f"Default: {_in_words(item.default)}"
    return f"{item.rule.help}\n{default}" if item.rule.help else default


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return " × ".join(map(str, value)) if value else "none"
    return str(value) if value != "" else "empty"
