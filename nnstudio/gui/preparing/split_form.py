"""How the examples are dealt out: only what matters for the chosen way, and what it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.split import WAYS, Split
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.preparing.parts_bar import PartsBar
from nnstudio.messages import StudioError

#: What each way is called, and what it does.
_WORDS = {
    "class": ("By class", "By chance, each class with about the same share in every part."),
    "chance": ("By chance", "Each example by chance alone."),
    "group": ("Whole groups", "Examples of one group are never in two parts."),
    "order": ("In order", "The last ones are the test, those before them validation."),
    "part": ("By a column", "The column tells train, validation or test."),
}
#: The settings that matter to each way, besides the column.
_MATTERS = {
    "class": {"validation", "test", "seed"},
    "chance": {"validation", "test", "seed"},
    "group": {"validation", "test", "seed"},
    "order": {"validation", "test"},
    "part": set[str](),
}
_NEED_COLUMN = ("group", "part")


class SplitForm(QWidget):
    """Signals:

    asked: (label, data settings, is_gesture) the examples shall be dealt out so.
    """

    asked = Signal(str, object, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: DataSettings | None = None
        self._given: Dataset | None = None
        self._error_text = ""
        self._by = _choice("data_split_by", "Dealt out", {way: _WORDS[way][0] for way in WAYS})
        self._by.edited.connect(self._choose_way)
        self._meaning = _label("data_split_meaning", "dim")
        self._column_label = QLabel("Column")
        self._column = _choice("data_split_column", "The column the split goes by", {"": ""})
        self._column.edited.connect(lambda name: self._change("column", name))
        self._column_error = _label("data_split_column_error", "error")
        self._form = SettingsForm("data_split", theme)
        self._form.changed.connect(self._change)
        self._error = _label("data_split_error", "error")
        self._bar = PartsBar(theme)
        self._folds = _label("data_split_folds", "dim")
        self._folds.setText("k-fold: nnstudio cross-validate trains on all parts in turn.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (
            self._by, self._meaning, self._column_label, self._column, self._column_error,
            self._form, self._error, self._bar, self._folds,
        ):  # fmt: skip
            column.addWidget(widget)

    @property
    def error(self) -> str:
        """Why the examples can't be dealt out, as it is said at its field."""
        return self._error_text

    def summary(self) -> str:
        """The split in a few words."""
        if self._settings is None:
            return ""
        split = self._settings.split
        if not _MATTERS[split.by]:
            return _WORDS[split.by][0]
        test = 0 if self._published else split.test
        shares = (1 - split.validation - test, split.validation, test)
        return " · ".join(f"{100 * share:.3g}" for share in shares) + " %"

    @property
    def _published(self) -> int:
        return 0 if self._given is None else self._given.test_count

    def show_data(
        self,
        settings: DataSettings,
        given: Dataset | None,
        data: PreparedData | None,
        error: str = "",
    ) -> None:
        """Show the split of what is ``given``, and the parts that ``data`` has.

        Args:
            error: why there is no data.
        """
        self._settings, self._given = settings, given
        split = settings.split
        self._by.offer(self._ways(split))
        self._by.show_value(split.by)
        self._meaning.setText(_WORDS[split.by][1])
        self._show_column(split)
        matter = set(_MATTERS[split.by])
        if self._published:
            matter.discard("test")
            self._meaning.setText(
                f"{_WORDS[split.by][1]} The last {self._published:,} are the published test set."
                if matter
                else _WORDS[split.by][1]
            )
        hidden = {"validation", "test", "seed", "by", "column"} - matter
        self._form.show_settings(split, hidden)
        self._form.setVisible(bool(matter))
        self._say("")
        self._say_of_column(self._trouble(error))
        self._bar.setVisible(data is not None)
        if data is not None:
            self._bar.show_parts(data.parts, data.dataset)

    def _ways(self, split: Split) -> dict[str, str]:
        """Ways that the data allows, and the chosen one."""
        possible = {
            way for way in WAYS if way == split.by or way not in _NEED_COLUMN or self._columns(way)
        }
        return {way: _WORDS[way][0] for way in WAYS if way in possible}

    def _columns(self, way: str) -> list[str]:
        """The names of columns that the split could go by."""
        given = self._given
        if given is None:
            return []
        return [
            column.name
            for column in given.columns
            if column.values.size == given.size and (way != "part" or column.classes)
        ]

    def _show_column(self, split: Split) -> None:
        is_asked = split.by in (*_NEED_COLUMN, "order")
        for widget in (self._column_label, self._column):
            widget.setVisible(is_asked)
        if not is_asked:
            return
        choices = {name: name for name in self._columns(split.by)}
        if split.by == "order":
            choices = {"": "As they come", **choices}
        if split.column not in choices:
            choices = {split.column: split.column or "None", **choices}
        self._column.offer(choices)
        self._column.show_value(split.column)

    def _trouble(self, error: str) -> str:
        """``error``, if it is the split's doing."""
        if not error or self._given is None or self._settings is None:
            return ""
        try:
            self._settings.split.parts(self._given)
        except StudioError as trouble:
            return str(trouble)
        return ""

    def _say(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def _say_of_column(self, sentence: str) -> None:
        self._error_text = sentence
        self._column_error.setText(sentence)
        self._column_error.setVisible(bool(sentence))

    # ------------------------------------------------------------------ editing

    def _choose_way(self, way: str) -> None:
        """Another way, with the first column that it could go by where it needs one."""
        if self._settings is None or way == self._settings.split.by:
            return
        split, columns = self._settings.split, self._columns(way)
        column = ""
        if way in _NEED_COLUMN and columns:
            column = split.column if split.column in columns else columns[0]
        self._ask("split", replace(split, by=way, column=column), is_gesture=False)

    def _change(self, name: str, value: Any) -> None:
        if self._settings is not None:
            split = replace(self._settings.split, **{name: value})
            self._ask(f"split {name}", split, is_gesture=True)

    def _ask(self, name: str, split: Split, *, is_gesture: bool) -> None:
        assert self._settings is not None
        try:
            split.check()
        except StudioError as error:
            self._form.show_settings(self._settings.split, self._hidden_now())
            self._say(str(error))
            return
        self.asked.emit(f"Change {name}", replace(self._settings, split=split), is_gesture)

    def _hidden_now(self) -> set[str]:
        assert self._settings is not None
        matter = _MATTERS[self._settings.split.by] - ({"test"} if self._published else set())
        return {"validation", "test", "seed", "by", "column"} - matter


def _choice(name: str, accessible: str, choices: dict[Any, str]) -> ChoiceField:
    field = ChoiceField(choices)
    field.control().setObjectName(name)
    field.control().setAccessibleName(accessible)
    return field


def _label(name: str, role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setVisible(role != "error")
    return label
