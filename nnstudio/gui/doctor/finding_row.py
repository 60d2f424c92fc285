"""One finding: what is wrong, the evidence, and the remedy that can be tried."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.doctor.finding import Finding
from nnstudio.doctor.trial import Trial
from nnstudio.gui.doctor.evidence_plot import EvidencePlot
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.problem_sign import sign_icon
from nnstudio.gui.look.theme import Theme
from nnstudio.project.fixes.fix import Fix

#: From this width on the plot stands beside the words.
WIDE = 480
_SIGN = 18


class FindingRow(QFrame):
    """Shows one finding and its trial.

    Signals:
        try_asked: (fix) try this remedy.
        use_asked: take over the remedy that was tried.
        dismissed: give the trial up, or put its outcome away.
        ignore_asked: don't show this finding any more.
        layer_asked: the layer that ails is to be selected.
    """

    try_asked = Signal(object)
    use_asked = Signal()
    dismissed = Signal()
    ignore_asked = Signal()
    layer_asked = Signal()

    def __init__(self, number: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"doctor_finding_{number}")
        self.setProperty("finding", True)
        self._theme = theme
        self._fixes: tuple[Fix, ...] = ()
        self._sign = QLabel()
        self._sign.setFixedSize(_SIGN, _SIGN)
        self._text = QLabel()
        self._text.setObjectName(f"doctor_text_{number}")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._since = QLabel()
        self._since.setObjectName(f"doctor_since_{number}")
        self._since.setProperty("role", "dim")
        self._plot = EvidencePlot(theme)
        self._plot.setObjectName(f"doctor_evidence_{number}")
        self._make_controls(number)
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    def _make_controls(self, number: int) -> None:
        self._choice = QComboBox()
        self._choice.setObjectName(f"doctor_remedy_{number}")
        self._choice.setAccessibleName("Remedy")
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choice.setMinimumContentsLength(12)
        self._choice.setMaximumWidth(320)
        self._try = _button(f"doctor_try_{number}", "Try this fix")
        self._try.setToolTip("Train with this change from the same first weights, and compare")
        self._layer = _button(f"doctor_layer_{number}", "")
        self._layer.setProperty("link", True)
        self._layer.setToolTip("Select this layer")
        self._layer.clicked.connect(self.layer_asked)
        self._ignore = _button(f"doctor_ignore_{number}", "Ignore")
        self._ignore.setProperty("link", True)
        self._ignore.setToolTip("Don't show this any more in this run")
        self._bar = QProgressBar()
        self._bar.setObjectName(f"doctor_progress_{number}")
        self._bar.setAccessibleName("Progress of the trial")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._told = Notice(f"doctor_outcome_{number}", self._theme)
        self._use = _button(f"doctor_use_{number}", "Use it")
        self._use.setProperty("primary", True)
        self._use.setToolTip("Change the project so, with the weights of the trial; can be undone")
        self._cancel = _button(f"doctor_dismiss_{number}", "Cancel")
        self._try.clicked.connect(self._ask_to_try)
        self._ignore.clicked.connect(self.ignore_asked)
        self._use.clicked.connect(self.use_asked)
        self._cancel.clicked.connect(self.dismissed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._text, 1)
        controls = QHBoxLayout()
        controls.setSpacing(8)
        controls.addWidget(self._choice, 3)
        controls.addWidget(self._try)
        controls.addWidget(self._bar, 3)
        controls.addWidget(self._use)
        controls.addWidget(self._cancel)
        controls.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._since)
        below.addWidget(self._layer)
        below.addStretch(1)
        below.addWidget(self._ignore)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addLayout(head)
        words.addLayout(below)
        words.addWidget(self._told)
        words.addLayout(controls)
        words.addStretch()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(8, 8, 8, 12)
        self._row.setSpacing(16)
        self._row.addLayout(words, 3)
        self._row.addWidget(self._plot, 2)

    # ------------------------------------------------------------------ showing

    def show_finding(self, finding: Finding, layer: str) -> None:
        """What was found, and what the user calls the layer that ails; empty if none does."""
        words = str(finding)
        if words != self._text.text():
            self._text.setText(words)
            self.setAccessibleName(words)
        self._since.setText(f"Seen first after step {finding.step:,}")
        self._layer.setText(layer)
        self._layer.setAccessibleName(f"Select {layer}")
        self._layer.setVisible(bool(layer))

    def show_remedies(self, fixes: tuple[Fix, ...]) -> None:
        """What can be tried."""
        labels = [fix.label for fix in fixes]
        if labels != [fix.label for fix in self._fixes]:
            kept = self._choice.currentText()
            self._choice.clear()
            self._choice.addItems(labels)
            self._choice.setCurrentIndex(max(0, self._choice.findText(kept)))
        self._fixes = fixes

    def show_trial(self, finding: Finding, trial: Trial | None, *, may_try: bool) -> None:
        """How far the trial is, or what came of it."""
        outcome = None if trial is None else trial.outcome
        runs = trial is not None and not trial.done
        error = "" if trial is None else trial.error
        offers = not runs and outcome is None
        has_focus = self._choice.hasFocus() or any(b.hasFocus() for b in self._buttons())
        self._choice.setVisible(offers and bool(self._fixes))
        self._try.setVisible(offers and bool(self._fixes))
        self._try.setEnabled(may_try)
        self._bar.setVisible(runs)
        self._cancel.setVisible(runs or outcome is not None)
        self._cancel.setText("Cancel" if runs else "Discard")
        self._use.setVisible(outcome is not None and outcome.project is not None)
        self._ignore.setVisible(offers)
        if runs and trial is not None:
            self._bar.setValue(round(1000 * trial.progress))
            self._told.say(f"Trying: {trial.fix.label}…", "info")
        elif outcome is not None:
            self._told.say(outcome.text, "ok" if outcome.helped else "warning")
            self._recommend(outcome.helped)
        else:
            self._told.say(error, "error")
        if has_focus and not self.isAncestorOf(self.window().focusWidget()):
            self._keep_focus()
        compared = outcome is not None and any(len(s.y) for s in outcome.curves.series)
        evidence = outcome.curves if outcome is not None and compared else finding.evidence
        if evidence is not self._plot.evidence:
            self._plot.show_evidence(evidence)

    def _recommend(self, is_helpful: bool) -> None:
        """Only what has helped is the button that one sees first."""
        if self._use.property("primary") != is_helpful:
            self._use.setProperty("primary", is_helpful)
            self._use.style().unpolish(self._use)
            self._use.style().polish(self._use)
            QCoreApplication.sendEvent(self._use, QEvent(QEvent.Type.StyleChange))

    def _buttons(self) -> tuple[QPushButton, ...]:
        return self._use, self._cancel, self._try, self._ignore

    def _keep_focus(self) -> None:
        """The button that had the keyboard is gone: the one that matters now gets it."""
        shown = next((button for button in self._buttons() if not button.isHidden()), None)
        if shown is not None:
            shown.setFocus()

    def _ask_to_try(self) -> None:
        number = self._choice.currentIndex()
        if 0 <= number < len(self._fixes):
            self.try_asked.emit(self._fixes[number])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= WIDE
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.LeftToRight if wide else directions.TopToBottom)

    def _dress(self) -> None:
        colours = self._theme
        icon = sign_icon("warning", colours.colour("warning"), colours.colour("panel"))
        self._sign.setPixmap(icon.pixmap(_SIGN, _SIGN))


def _button(name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button
