"""The top of the window: project name, stages of the work, run controls, progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from nnstudio.gui.files import SUFFIX
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.slow_motion import PaceButton
from nnstudio.gui.speed import Speed, clock, rounded
from nnstudio.gui.workbench import Workbench
from nnstudio.project.runs import continues, is_finished, progress_of
from nnstudio.training.session import Session

STAGES = {
    "data": "Data",
    "build": "Build",
    "train": "Train",
    "evaluate": "Evaluate",
    "try": "Try",
}

#: How often the progress is written anew while training runs, in seconds.
LOOK_EVERY = 0.2
#: From here on there is room for a wide bar and the doctor's words.
ROOMY = 1240
#: Below this everything stands closer together.
CRAMPED = 1000
_EPOCH, _LEFT = "epoch ", " left"
#: Between the epoch and the time left, in pixels.
GAP = 12
#: The project's name is never longer, nor shorter while something else can give way.
LONGEST_NAME, SHORTEST_NAME, CRAMPED_NAME = 280, 96, 64


class Header(QWidget):
    """Everything one needs while training, always in sight.

    Signals:
        stage_chosen: (a key of :data:`STAGES`) the user wants to see its panels.
        doctor_asked: the badge was pressed that tells of findings.
    """

    stage_chosen = Signal(str)
    doctor_asked = Signal()

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(50)
        self._workbench = workbench
        self._runner = workbench.runner
        self._theme = theme
        self._icons: list[tuple[QToolButton, str, str]] = []
        self._speed = Speed()
        self._full_name = ""
        self._is_modified = False
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        self._name = QLabel(self)
        self._name.setObjectName("project_name")
        self._edited = QLabel("edited", self)
        self._edited.setObjectName("edited_mark")
        self._edited.setProperty("role", "dim")
        row.addWidget(self._name)
        row.addWidget(self._edited)
        row.addSpacing(16)
        self._stages = self._add_stages(row)
        row.addStretch(1)
        self._add_controls(row)
        row.addWidget(self._make_badge())
        row.addSpacing(8)
        row.addWidget(self._make_progress())
        self._connect()
        self._dress()
        self.update_state()

    # ------------------------------------------------------------------ building

    def _add_stages(self, row: QHBoxLayout) -> QButtonGroup:
        group = QButtonGroup(self)
        for name, text in STAGES.items():
            button = QPushButton(text, self)
            button.setObjectName(f"stage_{name}")
            button.setAccessibleName(f"Show the panels for: {text}")
            button.setProperty("stage", True)
            button.setCheckable(True)
            button.clicked.connect(lambda *_, name=name: self.stage_chosen.emit(name))
            group.addButton(button)
            row.addWidget(button)
        return group

    def _add_controls(self, row: QHBoxLayout) -> None:
        runner = self._runner
        tool = self._tool
        self._restart = tool("restart", "Restart with the same weights", runner.restart)
        self._new_weights = tool("new_weights", "New weights", runner.new_weights)
        row.addWidget(self._restart)
        row.addWidget(self._new_weights)
        self._run = tool("run", "Run", self._start, primary=True)
        self._pause = tool("pause", "Pause", runner.pause, primary=True)
        row.addWidget(self._run)
        row.addWidget(self._pause)
        self._step_batch = tool("step_batch", "Step one batch", runner.step_batch)
        self._step_epoch = tool("step_epoch", "Step one epoch", runner.step_epoch)
        self._stop = tool("stop", "Stop: end this run, keep its weights", runner.stop)
        for button in (self._step_batch, self._step_epoch, self._stop):
            row.addWidget(button)
        self._pace = PaceButton(runner, self)
        row.addWidget(self._pace)

    def _tool(
        self, name: str, text: str, do: Callable[[], object], *, primary: bool = False
    ) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{name}_button")
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setProperty("primary", primary)
        button.clicked.connect(lambda *_: do())
        self._icons.append((button, name.replace("_", "-"), "on_accent" if primary else "text"))
        return button

    def _make_badge(self) -> QToolButton:
        """Seen while the doctor has something to say."""
        self._badge = self._tool("doctor", "Doctor", self.doctor_asked.emit)
        self._icons[-1] = (self._badge, "doctor", "warning")
        self._badge.hide()
        return self._badge

    def show_findings(self, sentences: Sequence[str]) -> None:
        """What the doctor has found; the badge is hidden where that is nothing."""
        if len(sentences) == self._found:
            return
        self._found = len(sentences)
        self._badge.setText(f"{len(sentences)}")
        words = f"The doctor found {len(sentences)} thing" + ("s" if len(sentences) != 1 else "")
        self._badge.setAccessibleName(words)
        self._badge.setToolTip("\n".join([words, *sentences]))
        self._badge.setVisible(bool(sentences))
        self._fit_name()

    _found = 0

    def _make_progress(self) -> QWidget:
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(4)
        self._epoch = QLabel(box)
        self._epoch.setObjectName("epoch_label")
        self._epoch.setFont(tabular(self._epoch.font()))
        self._left = QLabel(box)
        self._left.setObjectName("time_left_label")
        self._left.setFont(tabular(self._left.font()))
        self._left.setProperty("role", "dim")
        self._left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar(box)
        self._bar.setObjectName("progress_bar")
        self._bar.setAccessibleName("Progress of the run")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        grid.addWidget(self._epoch, 0, 0)
        grid.addWidget(self._left, 0, 1)
        grid.addWidget(self._bar, 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self._progress = box
        return box

    def _connect(self) -> None:
        runner, workbench = self._runner, self._workbench
        runner.started.connect(self._begun)
        runner.ended.connect(self.update_state)
        runner.looked.connect(self._looked)
        runner.paced.connect(self._paced)
        workbench.project_changed.connect(self.update_state)
        workbench.data_changed.connect(self.update_state)
        workbench.problems_changed.connect(self.update_state)
        self._theme.changed.connect(self._dress)

    # ------------------------------------------------------------------ for the window

    def set_title(self, name: str, modified: bool) -> None:
        """The document's name and whether it is saved."""
        self._full_name, self._is_modified = name, modified
        self._fit_name()

    def set_stage(self, stage: str) -> None:
        """Mark the stage whose panels are in front."""
        for button in self._stages.buttons():
            if button.objectName() == f"stage_{stage}":
                button.setChecked(True)

    # ------------------------------------------------------------------ following

    def _start(self) -> None:
        self._workbench.when_loaded(self._runner.run)

    def _begun(self) -> None:
        self._speed = Speed()
        self.update_state()

    def update_state(self, *_: object) -> None:
        """Which controls make sense now, and where the run stands."""
        running = self._runner.is_running
        project = self._workbench.project
        reason = self._workbench.obstacle
        self._show_run_or_pause(running)
        for button in (self._run, self._step_batch, self._step_epoch):
            button.setEnabled(not running and not reason)
        run = "Run again from the start" if is_finished(project) else "Run"
        self._run.setToolTip(reason or f"{run} (Space)")
        self._step_batch.setToolTip(reason or "Step one batch (→)")
        self._step_epoch.setToolTip(reason or "Step one epoch (Shift+→)")
        self._stop.setEnabled(running or progress_of(project) is not None)
        self._restart.setEnabled(running or project.trained is not None)
        self._new_weights.setEnabled(bool(project.graph.nodes))
        if running:
            self._show_run()
        else:
            self._show_rest()

    def _paced(self) -> None:
        """What was measured at another pace says nothing of this one."""
        self._speed = Speed()
        self._dress()
        self._fit_name()

    def _looked(self) -> None:
        """Numbers that change ten times a second can't be read; and it all costs training time."""
        now = perf_counter()
        if now >= self._next_look and self.isVisible():
            self._next_look = now + LOOK_EVERY
            self._show_run()

    _next_look = 0.0

    def _show_run_or_pause(self, running: bool) -> None:
        """One of the two, in the same place; the keyboard's focus goes from one to the other."""
        gone, shown = (self._run, self._pause) if running else (self._pause, self._run)
        had_focus = gone.hasFocus()
        shown.setEnabled(True)
        shown.show()
        if had_focus:
            shown.setFocus()
        gone.hide()

    def _show_run(self) -> None:
        session = self._runner.session
        if session is None:
            return
        epochs = session.settings.epochs  # the user may have asked for more, or for fewer than done
        done = _epochs_done(session)
        end = max(epochs, ceil(done))
        self._speed.look(done)
        seconds = self._speed.seconds(end - done)
        count = len(session.data.parts.train)
        texts = [] if seconds is None else [f"{clock(seconds)}{_LEFT}"]
        if self._speed.per_second:
            texts.append(f"{rounded(self._speed.per_second * count)} samples/s")
        self._left.setToolTip(" · ".join(texts))
        epoch = _epoch_text(min(end, session.epoch + 1), epochs)
        room = self._show_epoch(epoch, epochs, "".join(texts[:1]))
        while texts and self._left.fontMetrics().horizontalAdvance(" · ".join(texts)) > room:
            # The time left is what people look for, if need be without that word.
            last = texts.pop()
            if not texts and last.endswith(_LEFT):
                texts = [last.removesuffix(_LEFT)]
        self._set(self._left, " · ".join(texts))
        self._bar.setValue(round(1000 * done / end))

    def _show_epoch(self, text: str, epochs: int, left: str) -> int:
        """The epoch, without that word where the time left has no room else; returns what remains.

        It is measured with the last epoch's number, so that nothing moves while numbers grow.
        """
        metrics = QFontMetrics(self._epoch.font())
        last = _epoch_text(epochs, epochs)
        room = self._progress.minimumWidth() - GAP - metrics.horizontalAdvance(last)
        if self._left.fontMetrics().horizontalAdvance(left) > room:
            text, last = text.removeprefix(_EPOCH), last.removeprefix(_EPOCH)
        self._epoch.setMinimumWidth(metrics.horizontalAdvance(last))
        self._set(self._epoch, text)
        return (
            self._progress.minimumWidth()
            - GAP
            - metrics.horizontalAdvance(max(text, last, key=len))
        )

    def _show_rest(self) -> None:
        self._epoch.setMinimumWidth(0)
        project = self._workbench.project
        trained, epochs = project.trained, project.settings.epochs
        progress = progress_of(project)
        if self._workbench.is_loading:
            self._show_words("loading data…", "")
            self._bar.setValue(0)
        elif progress is not None and (continues(project) or is_finished(project)):
            size = self._workbench.data and len(self._workbench.data.parts.train)
            part = progress.position / size if size else 0
            end = "ended early" if progress.ended_early else "trained"
            is_over = is_finished(project)
            within = 1 if progress.position and not is_over else 0  # begun, as while it runs
            now = _epoch_text(progress.epoch + within, epochs)
            self._show_words(now, end if is_over else "paused")
            self._bar.setValue(round(1000 * min(1.0, (progress.epoch + part) / epochs)))
        else:
            words = f"{epochs:,} epoch{'s' if epochs != 1 else ''}"
            if trained is None:
                self._show_words("not trained yet", words)
            else:
                self._show_words("new run", f"{words} · weights kept")
            self._bar.setValue(0)

    def _show_words(self, text: str, left: str) -> None:
        """Both, as far as there is room: neither is ever cut."""
        room = self._progress.minimumWidth() - GAP
        wide, dim = QFontMetrics(self._epoch.font()), self._left.fontMetrics()

        def fits() -> bool:
            return wide.horizontalAdvance(text) + dim.horizontalAdvance(left) <= room

        self._left.setToolTip(left)
        if not fits():
            text = text.removeprefix(_EPOCH)
        if not fits():
            left = left.split(" · ")[0]
        self._set(self._epoch, text)
        self._set(self._left, left if fits() else "")

    def _set(self, label: QLabel, text: str) -> None:
        if label.text() != text:
            label.setText(text)

    # ------------------------------------------------------------------ looks

    def _dress(self) -> None:
        for button, name, role in self._icons:
            button.setIcon(icon(name, self._theme, role))
        is_slow = self._runner.pace is not None
        self._pace.setIcon(icon("pace", self._theme, "accent" if is_slow else "text"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= ROOMY
        if self.property("narrow") != (not roomy):
            self.setProperty("narrow", not roomy)
            self._pace.set_roomy(roomy)
            for button in self._stages.buttons():  # they stand closer to each other
                button.style().unpolish(button)
                button.style().polish(button)
                # A button remembers how wide it has to be until it hears of another style.
                QCoreApplication.sendEvent(button, QEvent(QEvent.Type.StyleChange))
        cramped = self.width() < CRAMPED
        self._row.setSpacing(4 if cramped else 8)
        self._row.setContentsMargins(*((8, 6, 8, 6) if cramped else (16, 6, 16, 6)))
        self._progress.setFixedWidth(332 if roomy else 180 if cramped else 200)
        if not self._runner.is_running:
            self._show_rest()
        styles = Qt.ToolButtonStyle
        self._badge.setToolButtonStyle(
            styles.ToolButtonTextBesideIcon if roomy else styles.ToolButtonIconOnly
        )
        self._fit_name()

    def _fit_name(self) -> None:
        """The whole name if there is room; else the mark goes, the ending, the middle."""
        self._name.setText("")
        self._edited.hide()
        self._row.invalidate()
        room = self.width() - self._row.minimumSize().width() - self._row.spacing()
        metrics = QFontMetrics(self._name.font())
        mark = self._edited.sizeHint().width() + self._row.spacing()
        name = min(LONGEST_NAME, metrics.horizontalAdvance(self._full_name))
        self._edited.setVisible(self._is_modified and room >= name + mark)
        least = CRAMPED_NAME if self.width() < CRAMPED else SHORTEST_NAME
        most = max(least, min(LONGEST_NAME, room))
        shown = self._full_name
        if metrics.horizontalAdvance(shown) > most:
            shown = shown.removesuffix(SUFFIX)
        shown = metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, most)
        self._name.setText(shown)
        tip = f"{self._full_name}, edited" if self._is_modified else self._full_name
        self._name.setToolTip(tip)


def _epoch_text(epoch: int, epochs: int) -> str:
    """Which epoch of how many; alone if fewer were asked for after it was begun."""
    return f"epoch {epoch:,} of {epochs:,}" if epoch <= epochs else f"epoch {epoch:,}"


def _epochs_done(session: Session) -> float:
    count = max(1, len(session.data.parts.train))
    return session.epoch + session.position / count
