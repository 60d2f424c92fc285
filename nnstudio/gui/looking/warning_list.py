"""What is suspicious about the data: sentences, each with its way out or why there is none."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.data.facts.warnings import DataWarning
from nnstudio.gui.look.icons import pixmap
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.study import Study
from nnstudio.gui.workbench import Workbench
from nnstudio.project.data_fixes import data_fix, matters, why_no_fix

_SIGN = 18


class WarningList(QWidget):
    """Hidden while there is nothing to warn of. Asks only while its panel can be seen.

    Signals:
        data_wanted: (label, settings) a fix reads other data, which the network has to fit.
    """

    data_wanted = Signal(str, object)

    def __init__(self, workbench: Workbench, study: Study, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("data_warnings")
        self.setAccessibleName("Warnings about the data")
        self._workbench, self._study, self._theme = workbench, study, theme
        self._shown: tuple[tuple[DataWarning, str], ...] = ()
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        study.changed.connect(self._soon.start)
        workbench.data_changed.connect(self._soon.start)
        workbench.project_changed.connect(lambda *_: self._soon.start())
        workbench.runner.ended.connect(self._soon.start)
        theme.changed.connect(self._dress)
        self.hide()

    @property
    def shown(self) -> tuple[DataWarning, ...]:
        """The warnings that are shown."""
        return tuple(warning for warning, _ in self._shown)

    def refresh(self) -> None:
        """Show what is known now."""
        if (parent := self.parentWidget()) is None or not parent.isVisible():
            return
        project = self._workbench.project
        found = matters(project, self._study.warnings() or ())
        fixes = [data_fix(project, warning) for warning in found]
        shown = tuple(
            (warning, "" if fix is None else fix.label)
            for warning, fix in zip(found, fixes, strict=True)
        )
        if shown != self._shown or [str(w) for w in found] != [str(w) for w in self.shown]:
            self._shown = shown
            self._build()
        self.setVisible(bool(shown))

    def _build(self) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [self._row(k, *shown) for k, shown in enumerate(self._shown)]
        for row in self._rows:
            self._column.addWidget(row)
        self._dress()

    def _row(self, k: int, warning: DataWarning, fix: str) -> QWidget:
        row = QWidget()
        row.setProperty("notice", True)
        row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sign = QLabel()
        sign.setProperty("sign", True)
        sign.setFixedSize(_SIGN, _SIGN)
        words = QLabel(str(warning))
        words.setObjectName(f"data_warning_{k}")
        words.setAccessibleName(f"Warning: {warning}")
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        across = QHBoxLayout()
        across.setSpacing(8)
        across.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(words, 1)
        down = QVBoxLayout(row)
        down.setContentsMargins(8, 8, 8, 8)
        down.setSpacing(6)
        down.addLayout(across)
        if fix:
            button = QPushButton(fix)
            button.setObjectName(f"data_fix_{k}")
            button.setAccessibleDescription(f"Mends: {warning}")
            button.setProperty("fix", True)
            button.setMinimumWidth(1)  # the panel is as wide as its dock
            button.clicked.connect(partial(self._mend, warning))
            down.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        elif why := why_no_fix(warning):
            words.setToolTip(why)
            words.setAccessibleDescription(why)
        return row

    def _mend(self, warning: DataWarning, *_: object) -> None:
        fix = data_fix(self._workbench.project, warning)
        if fix is None or warning not in self.shown:
            return
        if fix.project.data.source != self._workbench.project.data.source:
            self.data_wanted.emit(fix.label, fix.project.data)
        else:
            self._workbench.document.end_merge()
            self._workbench.apply(fix.label, fix.project)

    def _dress(self) -> None:
        colour = self._theme.colours.warning
        picture = pixmap("warning", colour, _SIGN, self.devicePixelRatioF())
        for sign in (label for row in self._rows for label in row.findChildren(QLabel)):
            if sign.property("sign"):
                sign.setPixmap(picture)

    # While there is nothing to show this widget is hidden: its parent tells that it could be seen.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        parent = self.parentWidget()
        if event.type() == QEvent.Type.ParentChange and parent is not None:
            parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and watched is self.parentWidget():
            self._soon.start()
        return False
