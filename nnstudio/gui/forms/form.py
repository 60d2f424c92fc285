"""A form made from what a class declares with ``schema.setting``."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from nnstudio.gui.forms.field import Field
from nnstudio.gui.forms.fields import ChoiceField, field_for, in_words
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme
from nnstudio.messages import StudioError
from nnstudio.schema import Setting, check_value, expected, settings_of

#: The width of the labels' column, the same in all forms so that fields stand in one line.
LABEL_WIDTH = 92
#: In a panel narrower than this, labels are narrower too, and choices stand beneath theirs.
NARROW = 220
_NARROW_LABEL = 76


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
        self._is_narrow = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        theme.changed.connect(self._dress)

    def show_settings(self, subject: object | None, hidden: Collection[str] = ()) -> None:
        """Show the settings of ``subject`` except those in ``hidden``."""
        cls = None if subject is None else type(subject)
        if cls is not self._class or frozenset(hidden) != self._hidden:
            self._class, self._hidden = cls, frozenset(hidden)
            self._rebuild()
        for row in self._rows.values():
            row.show_value(getattr(subject, row.item.name))

    def discard(self) -> None:
        """Forget what is typed and not taken, because the form is about to show another object."""
        for row in self._rows.values():
            row.field.discard()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to set."""
        return not self._rows

    @property
    def prefix(self) -> str:
        """What the object names of the fields begin with."""
        return self._prefix

    def _rebuild(self) -> None:
        """Rows for the settings to be seen; a row that stays keeps its focus."""
        cls, rows = self._class, self._rows
        items = () if cls is None else settings_of(cls)
        wanted = {item.name: item for item in items if item.name not in self._hidden}
        for name, row in list(rows.items()):
            if name not in wanted or row.owner is not cls:
                rows.pop(name).remove()
        if cls is not None:
            self._rows = {n: rows.get(n) or _Row(self, cls, item) for n, item in wanted.items()}
        self._arrange()
        self._dress()

    def _arrange(self) -> None:
        for place, row in enumerate(self._rows.values()):
            row.arrange(self._grid, 3 * place, self._is_narrow)
        rows = list(self._rows.values())
        for first, second in pairwise(rows):
            QWidget.setTabOrder(first.reset, second.field.control())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.size().width() < NARROW) != self._is_narrow:
            self._is_narrow = not self._is_narrow
            self._arrange()

    def _dress(self) -> None:
        for row in self._rows.values():
            row.reset.setIcon(icon("reset", self._theme, "dim"))


class _Row:
    """One setting: label, field, reset button, and the sentence when something is wrong."""

    def __init__(self, form: SettingsForm, owner: type, item: Setting) -> None:
        self.item, self.owner = item, owner
        self._form = form
        self._label = QLabel(item.label, form)
        self._label.setWordWrap(True)
        self.field: Field = field_for(item)
        self.field.setParent(form)
        name = f"{form.prefix}_{item.name}"
        self._control = self.field.control()
        self._control.setObjectName(name)
        self._control.setAccessibleName(item.label)
        self._control.setAccessibleDescription(item.rule.help)
        self._label.setBuddy(self._control)
        for widget in (self._label, self._control):
            widget.setToolTip(_tip(item))
        self.reset = QToolButton()
        self.reset.setObjectName(f"{name}_reset")
        self.reset.setAccessibleName(f"Reset {item.label}")
        self.reset.setToolTip(f"Back to {_value_text(item, item.default)}")
        self.reset.setIconSize(QSize(14, 14))
        self.reset.setFixedSize(20, 20)
        self.reset.setProperty("inside", True)
        self.reset.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reset.clicked.connect(self._reset)
        self.field.hold(self.reset)
        QWidget.setTabOrder(self._control, self.reset)
        self._error = QLabel(form)
        self._error.setObjectName(f"{name}_error")
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()
        self.field.edited.connect(self._edited)
        self.field.typed.connect(lambda value: self._refuse(self._complaint(value)))
        self.field.refused.connect(self._refuse)

    def arrange(self, grid: QGridLayout, place: int, is_narrow: bool) -> None:
        """Stand in three lines of ``grid`` from line ``place`` on."""
        wide = self.field.is_wide or (is_narrow and isinstance(self.field, ChoiceField))
        self._label.setMinimumWidth(0 if wide else _NARROW_LABEL if is_narrow else LABEL_WIDTH)
        self._label.setMaximumWidth(
            16_777_215 if wide else _NARROW_LABEL if is_narrow else LABEL_WIDTH
        )
        for widget in (self._label, self.field, self._error):
            grid.removeWidget(widget)
        if wide:
            grid.addWidget(self._label, place, 0, 1, 2)
            grid.addWidget(self.field, place + 1, 0, 1, 2)
        else:
            grid.addWidget(self._label, place, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self.field, place, 1)
        grid.addWidget(self._error, place + 2, 0, 1, 2)
        for widget in (self._label, self.field):
            widget.show()

    def show_value(self, value: Any) -> None:
        self.field.show_value(value)
        is_own = value != self.item.default
        self.reset.setVisible(is_own)
        _mark(self._control, "resettable", is_own)

    def remove(self) -> None:
        self.field.discard()  # or losing the focus would give what is typed to another object
        for widget in (self._label, self.field, self._error):
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()

    def _reset(self) -> None:
        self.field.discard()
        self._edited(self.item.default)
        self._control.setFocus()

    def _edited(self, value: Any) -> None:
        sentence = self._complaint(value)
        self._refuse(sentence)
        if not sentence:
            self._form.changed.emit(self.item.name, value)

    def _complaint(self, value: Any) -> str:
        """Why the setting can't be ``value``; empty if it can."""
        try:
            check_value(self.owner, self.item, value)
        except StudioError as error:
            return str(error)
        return ""

    def _refuse(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        _mark(self._control, "invalid", bool(sentence))


def _mark(widget: QWidget, name: str, value: bool) -> None:
    """Set a property that the style sheet looks at."""
    if bool(widget.property(name)) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _tip(item: Setting) -> str:
    """What the setting means, may be, and is at first."""
    lines = [item.rule.help] if item.rule.help else []
    if item.type in (int, float) and item.rule.choices is None and item.rule.unit != "%":
        lines.append(expected(item).capitalize())
    lines.append(f"Default: {_value_text(item, item.default)}")
    return "\n".join(lines)


def _value_text(item: Setting, value: Any) -> str:
    if item.rule.unit == "%":
        return f"{100 * value:g} %"
    return f"{in_words(value)} {item.rule.unit}".strip()
