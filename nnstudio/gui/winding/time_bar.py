"""The time bar: back to any moment of the run, forwards again as a film, and on from there."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from time import perf_counter

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from nnstudio.gui.live import Live
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.number_text import number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.winding.time_slider import TimeSlider
from nnstudio.messages import StudioError, sentence
from nnstudio.project.rewinding import can_rewind, rewound
from nnstudio.project.summary_text import bytes_text
from nnstudio.training.recording import Moment, Recording

#: How long the film of a run lasts, and the bounds for one picture, in seconds.
FILM = 10.0
QUICKEST, SLOWEST = 0.033, 0.4
#: While training runs the bar grows only so often, in seconds.
GROWS_EVERY = 0.2
#: Below this width words are shortened.
ROOMY = 660
#: A loss from here on is told by its power of ten, for which there is room.
_FAR = 1e5
#: What Continue from here does, by whether the moment holds all that going on needs.
_CONTINUES = {
    True: "Make this the present: Run goes on from this step",
    False: "Make these weights the present: another run begins from them, for the network is too"
    " large to record the optimizer's memory",
}
#: While a run goes on, the project may already ask for another one.
_EDITED = "What was changed meanwhile makes another run: undo it, and Run can go on from here"


class TimeBar(QWidget):
    """Hidden while there is nothing to wind back."""

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_bar")
        self.setAccessibleName("Time")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(44)
        self._live, self._theme = live, theme
        self._moments: tuple[Moment, ...] = ()
        self._known: tuple[Recording | None, bool] = (None, False)
        self._grown = 0.0
        self._film = QTimer(self)
        self._film.setTimerType(Qt.TimerType.PreciseTimer)
        self._film.timeout.connect(self._show_next)
        self._build()
        runner = live.workbench.runner
        live.moment_changed.connect(self.show_state)
        live.workbench.project_changed.connect(self.show_state)
        runner.started.connect(self.show_state)
        runner.ended.connect(self.show_state)
        runner.looked.connect(self._grow)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_state()

    # ------------------------------------------------------------------ parts

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        self._play = self._tool("time_play", self._toggle_film)
        self.slider = TimeSlider(self._theme)
        self.slider.setObjectName("time_slider")
        self.slider.setAccessibleName("Step of the run that is shown")
        self.slider.setMinimumWidth(96)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderPressed.connect(self.stop_film)
        self._text = QLabel()
        self._text.setObjectName("time_text")
        self._text.setFont(tabular(self._text.font()))
        self._now = QPushButton("Now")
        self._now.setObjectName("time_now")
        self._now.setAccessibleName("Back to now")
        self._now.clicked.connect(self.go_to_now)
        self._continue = QPushButton()
        self._continue.setObjectName("time_continue")
        self._continue.setAccessibleName("Continue from here")
        self._continue.clicked.connect(self.continue_from_here)
        self._more = self._tool("time_more", self._open_menu)
        self._more.setAccessibleName("More about the recording")
        self._more.setToolTip("More")
        self._menu = QMenu(self)
        self._menu.setObjectName("time_menu")
        self._menu.setToolTipsVisible(True)
        self._to_best = self._action("time_best", "Go to the best moment", self.go_to_best)
        self._menu.addSeparator()
        self._keep = self._action("time_keep", "Save with the project", self.keep)
        self._keep.setCheckable(True)
        row.addWidget(self._play)
        row.addWidget(self.slider, 1)
        row.addWidget(self._text)
        row.addWidget(self._now)
        row.addWidget(self._continue)
        row.addWidget(self._more)

    def _tool(self, name: str, do: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(do)
        return button

    def _action(self, name: str, text: str, do: object) -> QAction:
        action = self._menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(do)
        return action

    def _open_menu(self) -> None:
        """Above its button: there is more room."""
        self._show_size()
        size, corner = self._menu.sizeHint(), self._more.rect().topRight()
        self._menu.popup(self._more.mapToGlobal(corner - QPoint(size.width(), size.height() + 4)))

    def _show_size(self) -> None:
        recording = self._live.recording
        size = 0 if recording is None else recording.size
        self._keep.setText(f"Save with the project ({bytes_text(size)})")
        self._keep.setToolTip(
            f"The moments of this run add about {bytes_text(size)} to the file: whoever opens it"
            " can wind the run back too"
        )

    # ------------------------------------------------------------------ what the user asks

    def go_to_now(self) -> None:
        """Show the network as it is now."""
        self.stop_film()
        self._live.look_at(None)

    def go_to_best(self) -> None:
        """Show the best moment."""
        self.stop_film()
        recording = self._live.recording
        if recording is not None and recording.best is not None:
            self._live.look_at(recording.best.step)

    def continue_from_here(self) -> None:
        """Make the moment that is looked at the present one: Run goes on from there."""
        moment, workbench = self._live.moment, self._live.workbench
        if moment is None:
            return
        self.stop_film()
        workbench.runner.finish()
        project = replace(workbench.project, trained=self._live.left)
        if not can_rewind(project, moment):
            workbench.said.emit(sentence("moment_gone"), "warning")
            return
        try:
            forked = rewound(project, moment)
        except StudioError as error:
            workbench.said.emit(str(error), "error")
            return
        workbench.document.end_merge()
        workbench.apply(f"Continue from step {moment.step:,}", forked)
        self._live.look_at(None)
        told = "rewound" if moment.slots is not None else "rewound_weights"
        workbench.said.emit(sentence(told, step=moment.step), "ok")

    def keep(self, keeps: bool) -> None:
        """Whether the recording is written into the project's file, as one step of undo."""
        workbench = self._live.workbench
        label = "Save the recording too" if keeps else "Leave the recording out"
        workbench.apply(label, replace(workbench.project, keeps_recording=keeps))

    def _moved(self, place: int) -> None:
        moments = self._moments
        self._live.look_at(moments[place].step if place < len(moments) else None)

    # ------------------------------------------------------------------ the film

    @property
    def is_playing(self) -> bool:
        """Whether the run is shown as a film."""
        return self._film.isActive()

    def _toggle_film(self) -> None:
        if self.is_playing:
            self.stop_film()
            return
        if self.slider.value() >= len(self._moments):
            self.slider.setValue(0)
        seconds = FILM / max(1, len(self._moments))
        self._film.start(round(1000 * min(SLOWEST, max(QUICKEST, seconds))))
        self._dress()

    def stop_film(self) -> None:
        """Stay at the picture that is shown."""
        if self.is_playing:
            self._film.stop()
            self._dress()

    def _show_next(self) -> None:
        self.slider.setValue(self.slider.value() + 1)
        if self.slider.value() >= len(self._moments):
            self.stop_film()

    # ------------------------------------------------------------------ following

    def _grow(self) -> None:
        """A run has come further: what can't be seen to change costs nothing."""
        now = perf_counter()
        if now >= self._grown + GROWS_EVERY:
            self._grown = now
            if self._live.recording is not self._known[0]:
                self.show_state()

    def show_state(self, *_: object) -> None:
        """Show which moments there are, and which is looked at."""
        live = self._live
        recording = live.recording
        self.setVisible(recording is not None and len(recording.moments) > 1)
        if recording is None or self.isHidden():
            self._known = (None, False)
            self._moments = ()
            self.stop_film()
            return
        if self._known != (recording, live.is_running):
            self._known = (recording, live.is_running)
            self._moments = self._before_now(recording)
            self._show_places(recording)
        self._keep.setChecked(live.workbench.project.keeps_recording)
        moment = live.moment
        self._show_past(moment is not None or bool(live.point))
        with QSignalBlocker(self.slider):
            place = len(self._moments) if moment is None else recording.index_at(moment.step)
            self.slider.setValue(place)
        self._show_words(moment)

    def _before_now(self, recording: Recording) -> tuple[Moment, ...]:
        """The moments, without the last one where that is how things are now."""
        return recording.moments[:-1] if self._ends_now() else recording.moments

    def _ends_now(self) -> bool:
        """Whether the last moment is how things are now."""
        trained = self._live.workbench.project.trained
        if self._live.is_running or trained is None or trained is not self._live.left:
            return False
        return trained.progress is not None and not trained.progress.result

    def _show_places(self, recording: Recording) -> None:
        best = recording.best
        place = None if best is None else recording.index_at(best.step)
        with QSignalBlocker(self.slider):
            self.slider.show_places(len(self._moments), place)
        self._to_best.setEnabled(best is not None)
        first, last = recording.moments[0], recording.moments[-1]
        told = f"{len(recording.moments):,} moments from step {first.step:,} to {last.step:,}"
        if best is not None:
            told += f"\n◆ the best: {_where(best)}"
        self.slider.setToolTip(f"{told}\nArrows, Home, End and B go through them")

    def _show_past(self, is_past: bool) -> None:
        """Whoever looks back sees that they do."""
        self._now.setEnabled(is_past)
        self._now.setToolTip("Show the network as it is now" if is_past else "This is now")
        if self.property("past") != is_past:
            self.setProperty("past", is_past)
            self.style().unpolish(self)
            self.style().polish(self)

    def _show_words(self, moment: Moment | None) -> None:
        live, roomy = self._live, self.width() >= ROOMY
        recording = live.recording
        last = None if recording is None else recording.last
        if live.point:
            words = full = live.point
        elif moment is not None:
            words, full = _step(moment), f"{_where(moment)}{_loss(moment)}"
        else:
            words = full = "now"
            if last is not None and self._ends_now():
                full = f"now · {_where(last)}"
        self._text.setText(full if roomy else words)
        self._text.setToolTip(full)
        self.slider.setAccessibleDescription(full)
        if last is not None:  # the slider keeps its length while it is dragged
            longest = f"{_where(last)} · loss 0.00000" if roomy else _step(last)
            self._text.setFixedWidth(self._text.fontMetrics().horizontalAdvance(longest) + 8)
        why_not = self._why_not(moment)
        self._continue.setEnabled(not why_not)
        self._continue.setToolTip(why_not or _CONTINUES[moment is None or moment.slots is not None])

    def _why_not(self, moment: Moment | None) -> str:
        """Why nothing can go on from here; empty if it can."""
        if moment is None:
            return "Move the slider to an earlier step first"
        project = self._live.workbench.project
        if moment.progress.run != project.run_hash():
            return _EDITED
        if moment.epoch >= project.settings.epochs:
            return "All epochs are done here: raise Epochs to go on"
        return ""

    def _dress(self) -> None:
        playing = self.is_playing
        self._play.setIcon(icon("pause" if playing else "run", self._theme, "text"))
        words = "Stop the film" if playing else "Show the run as a film"
        self._play.setAccessibleName(words)
        self._play.setToolTip(words)
        self._more.setIcon(icon("more", self._theme, "text"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._continue.setText("Continue from here" if self.width() >= ROOMY else "Continue")
        self._show_words(self._live.moment)


def _step(moment: Moment) -> str:
    return f"step {moment.step:,}"


def _where(moment: Moment) -> str:
    """A moment in words; the epoch is the one that it ends or is within."""
    epoch = moment.epoch + (1 if moment.progress.position else 0)
    return f"{_step(moment)} · epoch {epoch:,}"


def _loss(moment: Moment) -> str:
    if not isfinite(moment.loss):
        return ""
    text = number_text(moment.loss) if moment.loss < _FAR else f"{moment.loss:.1e}"
    return f" · loss {text}"
