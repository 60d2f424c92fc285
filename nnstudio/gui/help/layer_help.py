"""The help page of a layer: what it does, its formula and curve, its settings, when to use it."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.engine.catalogue import CATEGORIES
from nnstudio.engine.layer import Layer
from nnstudio.graph.counting import multiplication
from nnstudio.gui.forms.fields import choice_text
from nnstudio.gui.forms.form import default_text
from nnstudio.gui.help.layer_texts import TEXTS
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.mathematics.formula_view import FormulaView
from nnstudio.gui.plots.layer_curve import LayerCurve
from nnstudio.messages import shape_text
from nnstudio.schema import Setting, expected, settings_of

_WIDTH, _HEIGHT = 480, 640


class LayerHelp(QDialog):
    """Stands beside the work and shows one layer at a time; Esc closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_help")
        self.resize(_WIDTH, _HEIGHT)
        self._theme = theme
        self._area = QScrollArea()
        self._area.setObjectName("layer_help_page")
        self._area.setAccessibleName("Help")
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the arrows scroll
        close = QPushButton("Close")
        close.setObjectName("layer_help_close")
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 16)
        column.setSpacing(8)
        column.addWidget(self._area, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 0, 16, 0)
        foot.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        column.addLayout(foot)

    def show_layer(self, layer: Layer) -> None:
        """Show the page of ``layer``, its curve as it is set now."""
        self.setWindowTitle(f"Help: {type(layer).__name__}")
        self._area.setWidget(_Page(layer, self._theme))
        self.show()
        self.activateWindow()
        self._area.setFocus()


class _Page(QWidget):
    """All that is known of one layer, from above to below."""

    def __init__(self, layer: Layer, theme: Theme) -> None:
        super().__init__()
        cls, text = type(layer), TEXTS[type(layer).__name__]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 8, 16, 8)
        self._column.setSpacing(4)
        self._words("layer_help_title", cls.__name__, "title")
        self._words("layer_help_category", CATEGORIES[cls.category], "dim")
        self._column.addSpacing(4)
        self._words("layer_help_summary", f"{cls.summary}.")
        self._column.addSpacing(4)
        self._words("layer_help_does", text.does)
        for name, formula in (("formula", cls.formula), ("derivative", cls.derivative)):
            if formula:
                self._formula(f"layer_help_{name}", formula, theme)
        curve = LayerCurve(theme, self)
        curve.setObjectName("layer_help_curve")
        curve.show_layer(layer)
        self._column.addWidget(curve)
        self._part("When to use it", "layer_help_use", text.use)
        self._part("Shapes", "layer_help_shapes", f"{text.shapes} {_example(cls)}".strip())
        settings = settings_of(cls)
        if settings:
            self._head("Settings")
        for item in settings:
            self._words(f"layer_help_setting_{item.name}", _about(item))
            self._words(f"layer_help_range_{item.name}", _range(item), "dim")
            self._column.addSpacing(6)
        if text.source:
            self._part("Described by", "layer_help_source", f"{text.source}.")
        self._column.addStretch(1)

    def _part(self, title: str, name: str, text: str) -> None:
        self._head(title)
        self._words(name, text)

    def _head(self, title: str) -> None:
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        self._column.addSpacing(8)
        self._column.addWidget(line)
        self._column.addSpacing(4)
        self._words("", title, "section")

    def _words(self, name: str, text: str, role: str = "plain") -> None:
        label = QLabel(_unbroken(text))
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(label)

    def _formula(self, name: str, formula: str, theme: Theme) -> None:
        view = FormulaView(theme, size=20, parent=self)
        view.setObjectName(name)
        view.show_formula(formula)
        self._column.addSpacing(4)
        self._column.addWidget(view)


def _about(item: Setting) -> str:
    """Name and meaning of a setting."""
    meaning = f"<br>{escape(item.rule.help)}." if item.rule.help else ""
    return f"<b>{escape(item.label)}</b>{meaning}"


def _range(item: Setting) -> str:
    """What a setting may be, and what it is at first."""
    if item.rule.choices is not None:
        allowed = "One of: " + ", ".join(choice_text(choice) for choice in item.rule.choices)
    else:
        allowed = expected(item).capitalize()
    return f"{allowed}. Default: {default_text(item)}."


def _unbroken(text: str) -> str:
    """Shapes such as (T, F) and 28 × 28 stay on one line."""
    return re.sub(r"\([\w′, ·]{1,24}\)|\S+(?: × \S+)+", _without_spaces, text)


def _without_spaces(found: re.Match[str]) -> str:
    return found[0].replace(" ", "\u00a0")


def _example(cls: type[Layer]) -> str:
    """What the layer makes of an example at its defaults, computed by itself."""
    shapes = TEXTS[cls.__name__].example
    if not shapes:
        return ""
    layer = cls()
    taken = " and ".join(map(shape_text, shapes))
    words = f"For example {taken} → {shape_text(layer.output_shape(*shapes))}"
    count = multiplication(layer, layer.variables(*shapes))
    return f"{words}, with {count} parameters." if count else f"{words}."
