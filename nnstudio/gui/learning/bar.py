"""The line above the learning curves: which of them, how they are seen, freeze and the menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from nnstudio.gui.learning.export import CurveExport
from nnstudio.gui.learning.kinds import Kind
from nnstudio.gui.learning.options import CurveMenu, CurveOptions, SmoothingSlider
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import CurveChart

#: From these widths on there is room for one control more beside the menu.
_LOG, _FREEZE, _SMOOTHING = 300, 380, 560
#: Beside two charts, whose titles need room.
_WIDE_SMOOTHING = 820
_CHOOSE = "Choose another figure"


class CurvesBar(QWidget):
    """Small and calm: what has no room is in the menu, where everything is.

    Attributes:
        menu: the menu.
        note: what is said while the curves stand still.

    Signals:
        turned: the other chart is to be shown.
        freeze_asked: stand still, or go on.
        everything_asked: no longer a part of the axes.
    """

    turned = Signal()
    freeze_asked = Signal(bool)
    everything_asked = Signal()

    def __init__(self, theme: Theme, options: CurveOptions, take: CurveExport) -> None:
        super().__init__()
        self.setObjectName("curves_bar")
        self._frozen = False
        self._arranged: object = None
        self.menu = CurveMenu(options, self)
        self._freeze_action = self.menu.addAction("Freeze")
        self._freeze_action.setObjectName("curves_freeze_action")
        self._freeze_action.triggered.connect(lambda *_: self.freeze_asked.emit(not self._frozen))
        self._everything = self.menu.addAction("Show the whole run")
        self._everything.setObjectName("curves_everything")
        self._everything.triggered.connect(lambda *_: self.everything_asked.emit())
        self.menu.addSeparator()
        take.fill(self.menu)
        self._options = options
        self.note = QLabel()
        self.note.setObjectName("curves_note")
        self.note.setProperty("role", "secondary")
        self.note.hide()
        self._make_titles()
        self._make_controls()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._left = QHBoxLayout()
        self._right = QHBoxLayout()
        for part in (self._left, self._right):
            part.setSpacing(4)
        for widget in (*self._buttons, self._loss_title):
            self._left.addWidget(widget)
        self._left.addStretch()
        self._right.addWidget(self._title)
        self._right.addStretch()
        row.addLayout(self._left, 1)
        row.addLayout(self._right, 1)
        self._row = row
        self._left.addWidget(self._controls)
        options.changed.connect(self._show_options)
        theme.changed.connect(lambda: self._dress(theme))
        self._dress(theme)

    def rows_for(self, first: CurveChart, second: CurveChart) -> QHBoxLayout:
        """A row of two charts, each below its half of the bar."""
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(first, 1)
        row.addWidget(second, 1)
        return row

    def _make_titles(self) -> None:
        self._group = QButtonGroup(self)
        self._buttons = []
        for name, text in (("loss", "Loss"), ("metric", "Accuracy")):
            button = QToolButton()
            button.setText(text)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setObjectName(f"curves_{name}_button")
            button.setCheckable(True)
            self._group.addButton(button)
            self._buttons.append(button)
        self._buttons[0].setChecked(True)
        self._buttons[0].setAccessibleName("Show loss")
        self._group.buttonToggled.connect(lambda _, on: self.turned.emit() if on else None)
        self._loss_title = QLabel("Loss")
        self._title = QToolButton()
        self._title.setObjectName("curves_kind_button")
        self._title.setAccessibleName("Figure beside the loss")
        self._title.setToolTip(_CHOOSE)
        self._title.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._title.setMenu(self.menu.kinds)

    def _make_controls(self) -> None:
        self._controls = QWidget()
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._smoothing = SmoothingSlider(self._options, "curves_smoothing")
        self._log = QCheckBox("Log")
        self._log.setObjectName("curves_log_check")
        self._log.setAccessibleName("Log scale upwards")
        self._log.setToolTip("Powers of ten evenly apart: small losses stay readable")
        self._log.toggled.connect(lambda on: self._options.choose("log_y", on))
        self._all = QToolButton()
        self._all.setObjectName("curves_everything_button")
        self._all.setText("Whole run")
        self._all.setToolTip("Show everything again (double-click on a chart)")
        self._all.clicked.connect(self.everything_asked)
        self._freeze = QToolButton()
        self._freeze.setObjectName("curves_freeze")
        self._freeze.clicked.connect(lambda: self.freeze_asked.emit(not self._frozen))
        self._more = QToolButton()
        self._more.setObjectName("curves_more")
        self._more.setText("⋯")
        self._more.setAccessibleName("Options of the curves")
        self._more.setToolTip("Figures, smoothing, scales, export")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self.menu)
        for widget in (self._smoothing, self._log, self._all, self._freeze, self._more):
            row.addWidget(widget)
        for button in (self._all, self._freeze, self._more):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_frozen(None)

    # ------------------------------------------------------------------ what is shown

    @property
    def shows_loss(self) -> bool:
        """Whether the loss is the chart that is shown, where there is one."""
        return self._buttons[0].isChecked()

    def arrange(
        self, kinds: list[Kind], kind: Kind, width: int, *, is_wide: bool, is_zoomed: bool
    ) -> None:
        """Show what there is room for, and the name of the chosen figure."""
        arranged = (kinds, kind, width, is_wide, is_zoomed, self._frozen, self.shows_loss)
        if arranged == self._arranged:
            return
        self._arranged = arranged
        self.menu.show_kinds(kinds)
        self._buttons[1].setText(kind.title)
        self._buttons[1].setAccessibleName(f"Show {kind.title.lower()}")
        self._title.setText(f"{kind.title}  ▾")
        for button in self._buttons:
            button.setVisible(not is_wide)
        self._loss_title.setVisible(is_wide)
        self._title.setVisible(is_wide)
        self._row.setStretch(1, 1 if is_wide else 0)
        self._row.setSpacing(16 if is_wide else 0)
        (self._right if is_wide else self._left).addWidget(self._controls)
        can_be_log = is_wide or self.shows_loss or kind.can_be_log
        needed = is_zoomed * 80 + (0 if is_wide else 6 * max(0, len(kind.title) - 8))
        room = width - needed
        self._smoothing.setVisible(room >= (_WIDE_SMOOTHING if is_wide else _SMOOTHING))
        self._log.setVisible(room >= _LOG and can_be_log)
        self._freeze.setVisible(self._frozen or room >= _FREEZE)
        self._all.setVisible(is_zoomed and width >= _FREEZE)
        self._everything.setEnabled(is_zoomed)

    def tell_output(self, name: str, *, are_several: bool) -> None:
        """Whose figures are drawn, where there are several outputs.

        Args:
            name: of the first output, if the figure beside the loss is its own.
        """
        whose = f"Of {name}, the first output; the others' are offered, too" if name else ""
        together = "Of all outputs together" if are_several else ""
        self._buttons[0].setToolTip(together)
        self._loss_title.setToolTip(together)
        self._buttons[1].setToolTip(whose)
        self._title.setToolTip(f"{whose}\n{_CHOOSE}" if whose else _CHOOSE)

    def show_frozen(self, step: int | None) -> None:
        """Say at which step the curves stand still; ``None``: they don't."""
        self._frozen = step is not None
        text = "Live" if self._frozen else "Freeze"
        tip = "Show what is new again" if self._frozen else "Stand still while training goes on"
        self._freeze.setText(text)
        self._freeze.setProperty("live", self._frozen)
        self._freeze.style().polish(self._freeze)
        self._freeze.setAccessibleName(text)
        self._freeze.setToolTip(tip)
        self._freeze_action.setText(text)
        self.note.setVisible(self._frozen)
        self.note.setText(f"Frozen at step {step:,}" if step is not None else "")

    def _show_options(self) -> None:
        self._log.setChecked(self._options.log_y)

    def _dress(self, theme: Theme) -> None:
        strong = f"color: {theme.colours.text}; font-weight: 600;"
        self._loss_title.setStyleSheet(strong)
        self._title.setStyleSheet(
            f"QToolButton {{ {strong} }} QToolButton::menu-indicator {{ image: none; }}"
        )
        self._freeze.setStyleSheet(
            f'QToolButton[live="true"] {{ color: {theme.colours.accent}; font-weight: 600; }}'
        )
        self._more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
