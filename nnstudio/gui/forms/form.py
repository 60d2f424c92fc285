"""A form made from what a class declares with ``schema.setting``, or several have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from nnstudio.gui.forms.common import CommonSetting, common_settings
from nnstudio.gui.forms.field import Field
from nnstudio.gui.forms.fields import ChoiceField, field_for, in_words
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme
from nnstudio.messages import sentence
from nnstudio.schema import Setting, expected

#: The width of the labels' column, the same in all forms so that fields stand in one line.
LABEL_WIDTH = 100
#: In a panel narrower than this, labels are narrower too, and choices stand beneath theirs.
NARROW = 220
_NARROW_LABEL = 76
#: Said of what was changed but can't change within the run that is on or paused.
LATER = "from the next restart"
#: Lines of the grid for one setting: it, perhaps its field beneath, when it counts, what is wrong.
_LINES = 4


class SettingsForm(QWidget):
    """Edits the settings of one object, or those that several share; it never changes them itself.

    A value that isn't legal is marked and explained at its field and goes nowhere.

    Signals:
        changed: (name, value) the user chose a legal value.
        reset_all: all settings shown shall have their defaults again.
    """

    changed = Signal(str, object)
    reset_all = Signal()

    def __init__(
        self,
        prefix: str,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        resets_all: bool = False,
    ) -> None:
        """``prefix`` begins the object name of each field: ``<prefix>_<setting>``.

        ``resets_all`` offers to reset all where more than one setting isn't at its default.
        """
        super().__init__(parent)
        self._prefix = prefix
        self._theme = theme
        self._classes: tuple[type, ...] = ()
        self._are_several = False
        self._hidden: frozenset[str] = frozenset()
        self._rows: dict[str, _Row] = {}
        self._is_narrow = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._resets_all = resets_all
        self._reset_all = QPushButton("Reset all to defaults", self)
        self._reset_all.setObjectName(f"{prefix}_reset_all")
        self._reset_all.setProperty("link", True)
        self._reset_all.clicked.connect(self._ask_reset_all)
        self._reset_all.hide()
        theme.changed.connect(self._dress)

    def show_settings(self, subject: object | None, hidden: Collection[str] = ()) -> None:
        """Show the settings of ``subject`` except those in ``hidden``."""
        self.show_several(() if subject is None else (subject,), hidden)

    def show_several(self, subjects: Sequence[object], hidden: Collection[str] = ()) -> None:
        """Show what all ``subjects`` let be set; where values differ, a field says so."""
        classes = tuple(dict.fromkeys(type(subject) for subject in subjects))
        new = (classes, frozenset(hidden), len(subjects) > 1)
        if new != (self._classes, self._hidden, self._are_several):
            self._classes, self._hidden, self._are_several = new
            self._rebuild()
        for row in self._rows.values():
            row.show_values([getattr(subject, row.item.name) for subject in subjects])
        self._reset_all.setVisible(self._resets_all and len(self.resettable) > 1)

    def show_waiting(self, names: Collection[str]) -> None:
        """Say of the settings with these names that they wait for the next restart."""
        for name, row in self._rows.items():
            row.later.setVisible(name in names)

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

    @property
    def resettable(self) -> tuple[Setting, ...]:
        """The settings shown that aren't at their default."""
        return tuple(row.item for row in self._rows.values() if row.is_own)

    def _rebuild(self) -> None:
        """Rows for the settings to be seen; a row that stays keeps its focus."""
        rows = self._rows
        found = common_settings(self._classes)
        wanted = {each.item.name: each for each in found if each.item.name not in self._hidden}
        for name, row in list(rows.items()):
            if wanted.get(name) != row.setting or row.of_several != self._are_several:
                rows.pop(name).remove()
        several = self._are_several
        self._rows = {
            name: rows.get(name) or _Row(self, setting, of_several=several)
            for name, setting in wanted.items()
        }
        self._arrange()
        self._dress()

    def _ask_reset_all(self) -> None:
        self.discard()
        self.reset_all.emit()
        if self._rows:
            next(iter(self._rows.values())).field.control().setFocus()

    def _arrange(self) -> None:
        for place, row in enumerate(self._rows.values()):
            row.arrange(self._grid, _LINES * place, self._is_narrow)
        self._grid.removeWidget(self._reset_all)
        left = Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(self._reset_all, _LINES * len(self._rows), 0, 1, 2, left)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Fields come where the form stands, though they are made long after its neighbours.

        The button that resets all has been there from the beginning, so it marks the place.
        """
        before: QWidget = self._reset_all
        for row in self._rows.values():
            for widget in (row.field.control(), row.reset):
                QWidget.setTabOrder(before, widget)
                before = widget
        if before is not self._reset_all:
            QWidget.setTabOrder(before, self._reset_all)

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

    def __init__(self, form: SettingsForm, setting: CommonSetting, *, of_several: bool) -> None:
        self.setting, self.of_several = setting, of_several
        self.item = item = setting.item
        self.is_own = False
        self._form = form
        self._label = QLabel(item.label, form)
        self._label.setWordWrap(True)
        self.field: Field = field_for(item, of_several=of_several)
        self.field.setParent(form)
        name = f"{form.prefix}_{item.name}"
        self._control = self.field.control()
        self._control.setObjectName(name)
        self._control.setAccessibleName(item.label)
        self._control.setAccessibleDescription(item.rule.help)
        self._label.setBuddy(self._control)
        if isinstance(self._control, QLineEdit) and item.type in (int, float):
            self._control.setPlaceholderText(expected(item).capitalize())
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
        self.later = later_label(name, form)
        self._error = QLabel(form)
        self._error.setObjectName(f"{name}_error")
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()
        self.field.edited.connect(self._edited)
        self.field.typed.connect(lambda value: self._refuse(self._complaint(value)))
        self.field.refused.connect(self._refuse)

    def arrange(self, grid: QGridLayout, place: int, is_narrow: bool) -> None:
        """Stand in the lines of ``grid`` from line ``place`` on."""
        wide = self.field.is_wide or (is_narrow and isinstance(self.field, ChoiceField))
        self._label.setMinimumWidth(0 if wide else _NARROW_LABEL if is_narrow else LABEL_WIDTH)
        self._label.setMaximumWidth(
            16_777_215 if wide else _NARROW_LABEL if is_narrow else LABEL_WIDTH
        )
        for widget in (self._label, self.field, self.later, self._error):
            grid.removeWidget(widget)
        if wide:
            grid.addWidget(self._label, place, 0, 1, 2)
            grid.addWidget(self.field, place + 1, 0, 1, 2)
        else:
            grid.addWidget(self._label, place, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self.field, place, 1)
        grid.addWidget(self.later, place + 2, 0 if wide else 1, 1, 2 if wide else 1)
        grid.addWidget(self._error, place + 3, 0, 1, 2)
        for widget in (self._label, self.field):
            widget.show()

    def show_values(self, values: Sequence[Any]) -> None:
        """Show the value that all have, or that there are several."""
        are_same = all(value == values[0] for value in values)
        if are_same:
            self.field.show_value(values[0])
        else:
            self.field.show_several()
        default = self.item.default
        self.is_own = self.setting.has_default and any(value != default for value in values)
        self.reset.setVisible(self.is_own)
        _mark(self._control, "resettable", self.is_own)
        _mark(self._label, "changed", self.is_own)

    def remove(self) -> None:
        self.field.discard()  # or losing the focus would give what is typed to another object
        for widget in (self._label, self.field, self.later, self._error):
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()

    def _reset(self) -> None:
        self.field.discard()
        self._edited(self.item.default)
        self._control.setFocus()

    def _edited(self, value: Any) -> None:
        complaint = self._complaint(value)
        self._refuse(complaint)
        if not complaint:
            self._form.changed.emit(self.item.name, value)

    def _complaint(self, value: Any) -> str:
        """Why the setting can't be ``value``; empty if it can."""
        return self.setting.complaint(value)

    def _refuse(self, complaint: str) -> None:
        self._error.setText(complaint)
        self._error.setVisible(bool(complaint))
        _mark(self._control, "invalid", bool(complaint))


def later_label(name: str, parent: QWidget | None = None) -> QLabel:
    """What stands below the field ``name`` while its value waits for the next restart; hidden."""
    label = QLabel(LATER, parent)
    label.setObjectName(f"{name}_later")
    label.setProperty("role", "waiting")
    label.setToolTip(sentence("later_why"))
    label.hide()
    return label


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


def default_text(item: Setting) -> str:
    """The value a setting has at first, as a person reads it."""
    return _value_text(item, item.default)


def _value_text(item: Setting, value: Any) -> str:
    if item.rule.unit == "%":
        return f"{100 * value:g} %"
    return f"{in_words(value)} {item.rule.unit}".strip()
