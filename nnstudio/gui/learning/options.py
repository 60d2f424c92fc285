"""How the learning curves are to be seen: chosen in a small menu, heard by the panel."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QWidget,
    QWidgetAction,
)

from nnstudio.gui.learning.kinds import Kind

#: The slider's steps; the last one is a weight of 0.99.
_STEPS = 100
SMOOTHEST = 0.99


class CurveOptions(QObject):
    """What has been chosen.

    Attributes:
        smoothing: the weight of the moving average, 0 for none.
        log_x, log_y: whether axes are logarithmic.
        bands: whether every second epoch is shaded.
        kind: the key of the figure beside the loss.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.smoothing = 0.0
        self.log_x = self.log_y = False
        self.bands = True
        self.kind = "metric"

    def choose(self, name: str, value: object) -> None:
        """Choose another value for the option ``name``."""
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()


class SmoothingSlider(QWidget):
    """A slider for the weight of the moving average, with its value beside it."""

    def __init__(self, options: CurveOptions, name: str) -> None:
        super().__init__()
        self._options = options
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(name)
        self.slider.setAccessibleName("Smoothing")
        self.slider.setRange(0, _STEPS - 1)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(88)
        tip = "Moving average, as in TensorBoard: 0 is off, and the curve itself stays faint behind"
        self.setToolTip(tip)
        self._value = QLabel()
        self._value.setMinimumWidth(28)
        self._value.setProperty("role", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = QLabel("Smoothing")
        label.setBuddy(self.slider)
        row.addWidget(label)
        row.addWidget(self.slider)
        row.addWidget(self._value)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(
            lambda value: options.choose("smoothing", round(value * SMOOTHEST / (_STEPS - 1), 2))
        )
        options.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        weight = self._options.smoothing
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(weight / SMOOTHEST * (_STEPS - 1)))
        self.slider.blockSignals(blocked)
        self._value.setText(f"{weight:.2f}" if weight else "off")


class CurveMenu(QMenu):
    """All options, and what can be done with the curves."""

    def __init__(self, options: CurveOptions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("curves_menu")
        self.setToolTipsVisible(True)
        self._options = options
        self.kinds = QMenu("Beside the loss", self)
        self.kinds.setObjectName("curves_kind_menu")
        self._group = QActionGroup(self)
        self._shown: list[Kind] = []
        self.addMenu(self.kinds)
        smoothing = QWidgetAction(self)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 4, 12, 4)
        slider = SmoothingSlider(options, "curves_smoothing_menu")
        row.addWidget(slider)
        holder.setFocusProxy(slider)
        holder.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        smoothing.setDefaultWidget(holder)
        smoothing.setObjectName("curves_smoothing_action")
        self.addAction(smoothing)
        self._checks: dict[str, QAction] = {}
        for name, text, tip in (
            ("log_y", "Log scale upwards", "Powers of ten evenly apart: small values can be read"),
            ("log_x", "Log scale across", "The beginning of the run takes more room"),
            ("bands", "Shade every second epoch", ""),
        ):
            action = self.addAction(text)
            action.setObjectName(f"curves_{name}")
            action.setCheckable(True)
            action.setToolTip(tip)
            action.toggled.connect(partial(options.choose, name))
            self._checks[name] = action
        self.addSeparator()
        options.changed.connect(self._show)
        self._show()

    def show_kinds(self, kinds: list[Kind]) -> None:
        """Offer these figures."""
        if kinds != self._shown:
            self._shown = kinds
            for action in self._group.actions():
                self._group.removeAction(action)
                self.kinds.removeAction(action)
                action.deleteLater()
            for kind in kinds:
                action = self.kinds.addAction(kind.title)
                action.setObjectName(f"curves_kind_{kind.key}")
                action.setCheckable(True)
                action.triggered.connect(lambda *_, key=kind.key: self._options.choose("kind", key))
                self._group.addAction(action)
            self._show()

    def _show(self) -> None:
        for name, action in self._checks.items():
            action.setChecked(bool(getattr(self._options, name)))
        for action in self._group.actions():
            action.setChecked(action.objectName() == f"curves_kind_{self._options.kind}")
