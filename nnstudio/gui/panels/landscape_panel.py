"""The loss around the weights as a landscape, with the run's way through it.

A click shows the network everywhere as it would be with the weights of that place. What is measured
is the loss around the weights as they are when nothing trains; while training runs, the present
point moves over what was measured before.
"""

from __future__ import annotations

from math import isfinite
from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.gui.evaluating.answering import operations
from nnstudio.gui.evaluating.taking_along import TakeAlong
from nnstudio.gui.landscape.surveying import Measuring, Question, Surveying, some_of
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.landscape_plot import NEAR, LandscapePlot, Mark
from nnstudio.landscape.plane import Plane
from nnstudio.project.model import Model
from nnstudio.training.recording import Moment, Recording

PLANES = {"path": "Path of the run", "random": "Random directions"}
PARTS = {"train": "Training", "validation": "Validation"}
#: At most so many examples are asked at each point, and about so many operations are worth it.
MOST_EXAMPLES, LEAST_EXAMPLES, OPERATIONS = 1000, 100, 160_000_000
#: The range goes from an eighth of the usual one to eight times as much.
_ZOOM = 12
#: After a change of the settings so many milliseconds may pass before the next one.
_SETTLE = 250
#: So many seconds of a refresh may go to new places of the path.
_AT_ONCE = 0.004
#: A narrower panel has its settings in a line of their own; a lower one has none.
_WIDE, _LOW = 640, 200
#: The height of the line below the map.
_FOOT = 24


class LandscapePanel(LiveView):
    """The map, what decides about it, and what is looked at."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("landscape_panel")
        self.setAccessibleName("Landscape")
        self.setMinimumSize(220, 144)
        self._theme = theme
        runner = live.workbench.runner
        self.surveying = Surveying(lambda: runner.is_running, self)
        self.surveying.grown.connect(self._grown)
        self.seed = 0
        self._wanted_plane = self._asked_for = ""
        self._asked: tuple[object, ...] = ()
        self._known: dict[int, tuple[Moment, Array]] = {}  # places of the path on the plane
        self._known_on: Plane | None = None
        self._parts_shown: tuple[object, ...] = ()
        self._suited_to: tuple[str, int, bool] | None = None
        self._job_shown: tuple[object, ...] = ()
        self.plot = LandscapePlot(theme)
        self.plot.setObjectName("landscape_plot")
        self.plot.setMinimumHeight(60)
        self.plot.chosen.connect(self.look_at)
        self.plot.pointed.connect(self._say_where)
        self.plot.zoomed.connect(lambda steps: self._range.setValue(self._range.value() - steps))
        self.plot.left.connect(lambda: live.look_at(None))
        self._empty = EmptyState("landscape_empty")
        self._caption = _line("landscape_caption")
        self._told = _line("landscape_told")
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._progress = QProgressBar()
        self._progress.setObjectName("landscape_progress")
        self._progress.setAccessibleName("How much of the landscape is measured")
        self._progress.setTextVisible(False)
        keeps = self._progress.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the map doesn't jump
        self._progress.setSizePolicy(keeps)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(lambda: live.mark(self))
        self._notice = self._make_notice()
        self._choices, self._settings = self._make_choices(), self._make_settings()
        self._head, self._second = QHBoxLayout(), QHBoxLayout()
        for row in (self._head, self._second):
            row.setSpacing(8)
        self._head.addWidget(self._choices)
        self._head.addWidget(self._settings)
        self._head.addStretch(1)
        self.take = TakeAlong(lambda: self.plot, self.table, "landscape")
        self._head.addWidget(self.take)
        self._foot = QWidget()
        self._foot.setFixedHeight(_FOOT)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._caption, 3)
        foot.addWidget(self._notice, 3)
        foot.addWidget(self._told, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 6)
        layout.setSpacing(4)
        layout.addLayout(self._head)
        layout.addLayout(self._second)
        layout.addWidget(self._progress)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._foot)
        layout.addWidget(self._empty, 1)
        live.moment_changed.connect(lambda: live.mark(self))
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._other.setIcon(icon("new-weights", self._theme, "text"))
        self.live.mark(self)

    def _make_choices(self) -> QWidget:
        self._plane = _chooser("landscape_plane", "Plane through the weights", PLANES)
        self._plane.activated.connect(self._choose_plane)
        self._part = _chooser("landscape_part", "Part of the data whose loss it is", PARTS)
        self._part.activated.connect(self._changed)
        return _row(self._plane, self._part)

    def _make_settings(self) -> QWidget:
        self._other = QToolButton()
        self._other.setObjectName("landscape_seed")
        self._other.setAccessibleName("Other random directions")
        self._other.clicked.connect(self._choose_seed)
        self._range = QSlider(Qt.Orientation.Horizontal)
        self._range.setObjectName("landscape_range")
        self._range.setAccessibleName("How much of the plane is seen")
        self._range.setToolTip("How much of the plane is seen; the wheel on the map does the same")
        self._range.setRange(-_ZOOM, _ZOOM)
        self._range.setPageStep(4)
        self._range.setMinimumWidth(64)
        self._range.setMaximumWidth(120)
        self._range.valueChanged.connect(self._zoom)
        self._range_text = QLabel()
        self._range_text.setObjectName("landscape_range_text")
        self._range_text.setProperty("role", "dim")
        self._range_text.setMinimumWidth(36)
        self._measure = QToolButton()
        self._measure.setObjectName("landscape_measure")
        self._measure.setProperty("segment", True)
        self._measure.clicked.connect(self._measure_or_cancel)
        self._zoom(announce=False)
        return _row(self._other, self._range, self._range_text, self._measure)

    def _make_notice(self) -> QWidget:
        notice = QWidget()
        self._notice_text = QLabel()
        self._notice_text.setObjectName("landscape_notice")
        self._notice_text.setProperty("role", "warning")
        back = QPushButton("Now")
        back.setObjectName("landscape_now")
        back.setAccessibleName("Show the weights as they are now")
        back.setToolTip("Show the weights as they are now (Esc)")
        back.setProperty("link", True)
        back.clicked.connect(lambda: self.live.look_at(None))
        row = QHBoxLayout(notice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._notice_text)
        row.addWidget(back)
        row.addStretch(1)
        notice.hide()
        return notice

    # ------------------------------------------------------------------ what is chosen

    @property
    def plane(self) -> Plane | None:
        """The plane that is drawn."""
        job = self.surveying.job
        return None if job is None else job.plane

    @property
    def reach(self) -> float:
        """How much of the plane is seen: 1 for the usual."""
        return float(2.0 ** (self._range.value() / 4))

    def table(self) -> list[list[str]]:
        """The losses: a row for each place up, a column for each place across."""
        surface = self.plot.surface
        if surface is None:
            return []
        head = ["", *(f"{x:.6g}" for x in surface.x)]
        rows = zip(surface.y, surface.losses, strict=True)
        return [head, *([f"{y:.6g}", *(f"{v:.6g}" for v in losses)] for y, losses in rows)]

    def look_at(self, a: float, b: float) -> None:
        """Show the weights at a place everywhere: a moment of the run if one is drawn there."""
        plane = self.plane
        if plane is None:
            return
        moment = self._moment_near(a, b)
        if moment is not None:
            self.live.look_at(moment.step)
            return
        flat = plane.at(a, b)
        flat.flags.writeable = False
        self.live.look_at_weights(flat, f"Landscape ({number_text(a)}, {number_text(b)})")

    def _moment_near(self, a: float, b: float) -> Moment | None:
        """The moment whose mark is at this place."""
        recording, here = self.live.recording, self.plot.pixel_of(a, b)
        for moment in () if recording is None else _named(recording).values():
            known = self._known.get(moment.step)
            if known is not None and _distance(self.plot.pixel_of(*known[1]), here) <= NEAR:
                return moment
        return None

    def _choose_plane(self) -> None:
        self._wanted_plane = str(self._plane.currentData())
        self._changed()

    def _choose_seed(self) -> None:
        self.seed += 1
        self._changed()

    def _zoom(self, *_: object, announce: bool = True) -> None:
        self._range_text.setText(f"× {self.reach:.2g}")
        if announce:
            self._asked_for = "settings"
            self._settle.start()

    def _changed(self) -> None:
        self._asked_for = "settings"
        self.live.mark(self)

    def _measure_or_cancel(self) -> None:
        if self.surveying.is_busy:
            self.surveying.cancel()
        else:
            self._asked = ()
            self._asked_for = "settings"
        self.live.mark(self)

    # ------------------------------------------------------------------ following

    def _grown(self) -> None:
        """More is known; but what nobody sees isn't measured any further."""
        if self.surveying.is_busy and not self.is_seen():
            self.surveying.cancel()
            self._asked = ()  # whoever looks again has it measured
        self.live.mark(self)

    def refresh(self) -> None:
        """Measure what is to be seen now, and draw what is known of it."""
        data, model = self.live.workbench.data, self.live.model()
        reason = self._reason_for_nothing(data, model)
        if data is not None and model is not None and not reason:
            self._suit_choices(data)
            self._ask(model, data)
            self._draw(model)
        elif self.surveying.is_busy:
            self.surveying.cancel()
        self._show_parts(reason, self.surveying.is_busy, self._looked_at())

    def _show_parts(self, reason: str, busy: bool, looked_at: str) -> None:
        """Show what has its place now; while training runs nothing is to be done mostly."""
        if (reason, busy, looked_at) == self._parts_shown:
            return
        self._parts_shown = (reason, busy, looked_at)
        shown = not reason
        for part in (self._choices, self._settings, self.plot, self._foot):
            part.setVisible(shown)
        self.take.setVisible(shown)
        self._progress.setVisible(shown and busy)
        self._empty.setVisible(not shown)
        self._empty.say(reason)
        self._notice_text.setText(f"Views show {looked_at}")
        self._notice.setVisible(bool(looked_at))
        self._caption.setVisible(not looked_at)
        self._suit_to_size()

    def _looked_at(self) -> str:
        if self.live.point:
            return self.live.point
        moment = self.live.moment
        return "" if moment is None else f"step {moment.step:,}"

    def _reason_for_nothing(self, data: PreparedData | None, model: Model | None) -> str:
        workbench = self.live.workbench
        if workbench.is_loading:
            return "The data is being read"
        if data is None:
            return workbench.data_error or "Choose data: the loss around the weights appears here"
        if model is None or any(problem.severity == "error" for problem in workbench.problems):
            errors = [str(p) for p in workbench.problems if p.severity == "error"]
            if self.live.project.graph.nodes and errors and not self.live.is_running:
                return errors[0]
            if model is None:
                return "Lay out a network: the loss around its weights appears here"
        return ""

    def _suit_choices(self, data: PreparedData) -> None:
        """Bring the choices in line with what there is."""
        plane = self._wanted_plane or ("path" if self._path() else "random")
        if self._plane.currentData() != plane:
            self._plane.setCurrentIndex(self._plane.findData(plane))
        now = (plane, self.seed, len(data.parts.validation) > 0)
        if now != self._suited_to:
            self._suited_to = now
            self._part.setVisible(now[2])
            if not now[2]:
                self._part.setCurrentIndex(0)
            self._other.setToolTip(f"Other random directions (these: seed {self.seed})")
            self._other.setVisible(plane == "random")

    def _path(self) -> list[Array]:
        """The variables that the run passed through."""
        recording, present = self.live.recording, self.live.present()
        if recording is None or present is None:
            return []
        return [m.flat for m in recording.moments if m.flat.shape == present.shape]

    def _ask(self, model: Model, data: PreparedData) -> None:
        """Have it measured if nobody has yet: while training runs only what the user asked for."""
        if self._settle.isActive():
            return
        plane, part = str(self._plane.currentData()), str(self._part.currentData())
        settings = (plane, part, self.seed if plane == "random" else 0, self.reach)
        project = self.live.project
        now = (settings, project.run_hash(), project.trained, data)
        running = self.live.is_running
        is_same = len(self._asked) == len(now) and all(
            a is b or (k < 2 and a == b)
            for k, (a, b) in enumerate(zip(self._asked, now, strict=True))
        )
        if is_same or (running and self._asked and not self._asked_for):
            return
        present = self.live.present()
        if present is None:
            return
        self._asked, self._asked_for = now, ""
        rows = data.parts.validation if part == "validation" else data.parts.train
        most = min(MOST_EXAMPLES, max(LEAST_EXAMPLES, OPERATIONS // operations(model)))
        index = some_of(rows, most, project.data.split.seed)
        path, follows = self._path(), plane == "path"
        self.surveying.ask(
            Question(
                model.network, data, present.copy(), path, follows, self.seed, self.reach, index
            )
        )

    # ------------------------------------------------------------------ drawing

    def _draw(self, model: Model) -> None:
        job = self.surveying.job
        if job is None:
            return
        plane = job.plane
        if job.surface is not None and plane is not None:
            self.plot.show_surface(job.surface, plane.names)
            self._draw_path(plane, model)
        elif job.error:
            self.plot.show_surface(None)
        busy = self.surveying.is_busy
        now = (job, plane, job.surface, job.progress, busy)
        if now != self._job_shown:
            self._job_shown = now
            self._progress.setRange(0, 0 if plane is None else 100)
            self._progress.setValue(round(100 * job.progress))
            words = "Stop measuring" if busy else "Measure the landscape again"
            self._measure.setText("Cancel" if busy else "Measure")
            self._measure.setAccessibleName(words)
            self._measure.setToolTip(words)
            self._say(job)
            self._say_where()

    def _draw_path(self, plane: Plane, model: Model) -> None:
        recording = self.live.recording
        moments = () if recording is None else recording.moments
        if plane is not self._known_on:
            self._known_on, self._known = plane, {}
        began = perf_counter()
        size, places = plane.centre.shape, []
        for moment in moments:
            known = self._known.get(moment.step)
            if known is None or known[0] is not moment:
                if moment.flat.shape != size:
                    continue
                if perf_counter() - began > _AT_ONCE:
                    self.live.mark(self)
                    break
                known = self._known[moment.step] = (moment, plane.places([moment.flat])[0])
            places.append(known[1])
        marks = []
        for name, moment in ({} if recording is None else _named(recording)).items():
            if name == "end" and self.live.is_running:
                continue
            known = self._known.get(moment.step)
            if known is not None:
                marks.append(Mark(name, *known[1].tolist()))
        point = None
        if model.workspace.flat.shape == size:
            a, b = plane.places([model.workspace.flat])[0].tolist()
            point = (a, b) if isfinite(a) and isfinite(b) else None
        goes_on = self.live.is_running and not self._looked_at()
        path = np.array(places).reshape(-1, 2)
        finite = path[np.isfinite(path).all(axis=1)]
        self.plot.show_path(finite, marks, point, goes_on=goes_on)

    def _say(self, job: Measuring) -> None:
        """What it is that is drawn, in a line."""
        if job.error:
            self._caption.setText(job.error)
            return
        question = job.question
        part = "validation" if self._part.currentData() == "validation" else "training"
        words = [f"Loss of {len(question.index):,} {part} examples"]
        if len(question.path) > 1:
            words.append(f"{percent_text(job.share)} of the path lies in this plane")
        elif question.follows:
            words.append("no run yet: random directions")
        if not (question.follows and len(question.path) > 1):
            words.append(f"seed {question.seed}")
        self._caption.setText(" · ".join(words))
        if len(question.path) > 1:
            words.append("the path goes from white to orange")
        if not question.follows and question.network.trainable_size > 2:
            words.append("1 along an axis is a change as large as each unit's own weights")
        self._caption.setToolTip("\n".join(words))

    def _say_where(self) -> None:
        self._told.setText(self.plot.words() or "Click: show the weights there")

    # ------------------------------------------------------------------ room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._suit_to_size()

    def _suit_to_size(self) -> None:
        wide, shown = self.width() >= _WIDE, not self.plot.isHidden()
        row = self._head if wide else self._second
        if row.indexOf(self._settings) < 0:
            (self._second if wide else self._head).removeWidget(self._settings)
            row.insertWidget(1 if wide else 0, self._settings)
        low = not wide and self.height() < _LOW
        self._settings.setVisible(shown and not low)
        self._told.setVisible(self.width() >= 380)


def _named(recording: Recording) -> dict[str, Moment]:
    """The moments of a run that have a name."""
    moments = recording.moments
    named: dict[str, Moment | None] = {}
    if moments:
        named = {"start": moments[0], "best": recording.best, "end": moments[-1]}
    return {name: moment for name, moment in named.items() if moment is not None}


def _same(now: tuple[object, ...], before: tuple[object, ...]) -> bool:
    """Whether settings and run are equal, weights and data the very same."""
    same = zip(now[2:], before[2:], strict=False)
    return now[:2] == before[:2] and all(a is b for a, b in same)


def _distance(one: QPointF, other: QPointF) -> float:
    return float(np.hypot(one.x() - other.x(), one.y() - other.y()))


def _line(name: str) -> QLabel:
    """A line of secondary text that may be cut."""
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", "dim")
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return label


def _chooser(name: str, title: str, choices: dict[str, str]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setToolTip(title)
    box.setMinimumWidth(88)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for key, text in choices.items():
        box.addItem(text, key)
    return box


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return holder
