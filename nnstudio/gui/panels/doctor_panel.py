"""The doctor: what ails the run, with the evidence, and a remedy that can be tried."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from nnstudio.doctor.finding import Finding
from nnstudio.gui.doctor.finding_row import FindingRow
from nnstudio.gui.doctor.practice import Practice
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.project.fixes.fix import Fix

_BEFORE = (
    "While a network learns, the doctor watches, and says here what ails it and what may help."
)
_WELL = (
    "Nothing wrong so far. Losses, gradients, updates, units and the data's scale were looked at"
)


class DoctorPanel(LiveView):
    """Quiet while all is well; else a row for each finding.

    Attributes:
        practice: what is known and being tried.
    """

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("doctor_panel")
        self.setAccessibleName("Doctor")
        self.setMinimumSize(220, 144)
        self._theme = theme
        self.practice = Practice(live.workbench)
        self._rows: dict[tuple[str, str], FindingRow] = {}
        self._made = 0
        self._quiet = EmptyState("doctor_quiet")
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(8, 4, 8, 8)
        self._column.setSpacing(0)
        self._column.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setObjectName("doctor_list")
        self._scroll.setAccessibleName("Findings")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._list)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._quiet)
        self._pages.addWidget(self._scroll)
        self._shown: object = None
        self.practice.changed.connect(self._changed)

    def findings(self) -> tuple[Finding, ...]:
        """What is shown."""
        return self.practice.findings

    def _changed(self) -> None:
        self._shown = None
        self.live.mark(self)

    # ------------------------------------------------------------------ showing

    def refresh(self) -> None:
        """Show what is found by now; a refresh without news costs nothing."""
        if self._shown is not None:
            if not self.practice.findings:  # that nothing was found is news too
                self._quiet.say(self._well())
            return
        self._shown = findings = self.practice.findings
        self._show_rows(findings)
        if not findings:
            self._quiet.say(self._well())
        self._pages.setCurrentWidget(self._scroll if findings else self._quiet)

    def _well(self) -> str:
        looks = self.practice.looks
        if not looks:
            return _BEFORE
        times = "once" if looks == 1 else f"{looks:,} times"
        ignored = self.practice.ignored
        more = f" {ignored} ignored." if ignored else ""
        return f"{_WELL} {times}.{more}"

    def _show_rows(self, findings: tuple[Finding, ...]) -> None:
        """A row for each finding, made once and kept while it is there."""
        keys = [finding.key for finding in findings]
        for key in [key for key in self._rows if key not in keys]:
            row = self._rows.pop(key)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, finding in enumerate(findings):
            row = self._rows.get(finding.key) or self._make_row(finding, place)
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
            self._fill(row, finding)

    def _make_row(self, finding: Finding, place: int) -> FindingRow:
        taken = {row.objectName() for row in self._rows.values()}
        number = next(i for i in range(len(taken) + 1) if f"doctor_finding_{i}" not in taken)
        row = FindingRow(number, self._theme, self._list)
        row.try_asked.connect(partial(self._try, finding.key))
        row.use_asked.connect(partial(self._do, self.practice.use, finding.key))
        row.dismissed.connect(partial(self._do, self.practice.dismiss, finding.key))
        row.layer_asked.connect(partial(self._do, self._select, finding.key))
        row.ignore_asked.connect(partial(self._do, self.practice.ignore, finding.key))
        self._rows[finding.key] = row
        self._column.insertWidget(place, row)
        row.show()
        return row

    def _fill(self, row: FindingRow, finding: Finding) -> None:
        node = self.live.workbench.graph.by_id.get(finding.node)
        # As in its sentence, where layers with one name are numbered.
        title = "" if node is None else str(finding.values.get("layer", node.title))
        row.show_finding(finding, title)
        row.show_remedies(self.practice.remedies(finding))
        trial = self.practice.trial(finding)
        row.show_trial(finding, trial, may_try=not self.practice.is_trying)

    # ------------------------------------------------------------------ asking

    def _finding(self, key: tuple[str, str]) -> Finding | None:
        return next((f for f in self.practice.findings if f.key == key), None)

    def _select(self, finding: Finding) -> None:
        self.live.workbench.select((finding.node,))

    def _try(self, key: tuple[str, str], fix: Fix) -> None:
        finding = self._finding(key)
        if finding is not None:
            self.practice.try_fix(finding, fix)

    def _do(self, action: Callable[[Finding], None], key: tuple[str, str]) -> None:
        finding = self._finding(key)
        if finding is not None:
            action(finding)
