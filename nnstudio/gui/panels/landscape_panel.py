"""The loss around the weights as a landscape, with the run's way through it.

A click shows the network everywhere as it would be with the weights of that place. What is measured
is the loss around the weights as they are when nothing trains; while training runs, the present
point moves over what was measured before.
"""

from __future__ import annotations

from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.gui.background import Background
from nnstudio.gui.evaluating.answering import operations
from nnstudio.gui.evaluating.taking_along import TakeAlong
from nnstudio.gui.landscape.cut_plot import CutPlot
from nnstudio.gui.landscape.known_way import KnownWay, named
from nnstudio.gui.landscape.landscape_plot import NEAR, LandscapePlot
from nnstudio.gui.landscape.settings_row import LandscapeSettings
from nnstudio.gui.landscape.surveying import Measuring, Question, some_of
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.elided_label import ElidedLabel
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.gui.look.theme import Theme
from nnstudio.landscape.plane import Plane
from nnstudio.project.model import Model
from nnstudio.training.recording import Moment

#: At most so many examples are asked at each point, and about so many operations are worth it.
MOST_EXAMPLES, LEAST_EXAMPLES, OPERATIONS = 1000, 100, 160_000_000
#: A narrower panel has its settings in a line of their own; a lower one has none.
_WIDE, _LOW = 640, 200
#: How often it looks whether more is known, in milliseconds.
LOOK_EVERY = 50
#: The height of the line below the map, and what is left free at the sides.
_FOOT, _SIDE = 24, 12
_HINT = "Click: its weights"


class LandscapePanel(LiveView):
    """The map, what decides about it, and what is looked at."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("landscape_panel")
        self.setAccessibleName("Landscape")
        self.setMinimumSize(220, 144)
        self.surveying = Background[Measuring](self, LOOK_EVERY)
        self.surveying.grown.connect(self._grown)
        self._captions = "", ""  # in all words, and in few
        self._asked: tuple[object, ...] = ()
        self._is_asked_for = False
        self._way = KnownWay()
        self._parts_shown: tuple[object, ...] = ()
        self._job_shown: tuple[object, ...] = ()
        self.plot = LandscapePlot(theme)
        self.plot.setObjectName("landscape_plot")
        self.plot.setMinimumHeight(60)
        self.cut = CutPlot(theme)
        self.cut.setMinimumHeight(60)
        self.settings = LandscapeSettings(theme, self)
        self.settings.changed.connect(self._changed)
        self.settings.asked.connect(self._measure_or_cancel)
        for plot in (self.plot, self.cut):
            plot.chosen.connect(self.look_at)
            plot.pointed.connect(self._say_where)
            plot.zoomed.connect(self.settings.zoom)
            plot.left.connect(lambda: live.look_at(None))
        self._empty = EmptyState("landscape_empty")
        self._caption = _line("landscape_caption")
        self._told = _line("landscape_told")
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._told.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._progress = QProgressBar()
        self._progress.setObjectName("landscape_progress")
        self._progress.setAccessibleName("How much of the landscape is measured")
        self._progress.setTextVisible(False)
        keeps = self._progress.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the map doesn't jump
        self._progress.setSizePolicy(keeps)
        self._notice = self._make_notice()
        self._head, self._second = QHBoxLayout(), QHBoxLayout()
        for row in (self._head, self._second):
            row.setSpacing(8)
        self._head.addWidget(self.settings.choices)
        self._head.addWidget(self.settings.tuning)
        self._head.addStretch(1)
        self.take = TakeAlong(lambda: self.shown, self.table, "landscape")
        self._head.addWidget(self.take)
        self._foot = QWidget()
        self._foot.setFixedHeight(_FOOT)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._caption, 1)
        foot.addWidget(self._notice, 1)
        foot.addWidget(self._told)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE, 4, _SIDE, 6)
        layout.setSpacing(4)
        layout.addLayout(self._head)
        layout.addLayout(self._second)
        layout.addWidget(self._progress)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.cut, 1)
        layout.addWidget(self._foot)
        layout.addWidget(self._empty, 1)
        live.moment_changed.connect(lambda: live.mark(self))
        theme.changed.connect(lambda: live.mark(self))

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
    def shown(self) -> LandscapePlot:
        """The map, or the cut if a line is drawn."""
        plane = self.plane
        is_line = self.settings.cuts if plane is None else plane.is_line
        return self.cut if is_line else self.plot

    def table(self) -> list[list[str]]:
        """The losses: a row for each place up, a column for each place across."""
        surface = self.shown.surface
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
        where = number_text(a) if plane.is_line else f"{number_text(a)}, {number_text(b)}"
        self.live.look_at_weights(flat, f"Landscape ({where})")

    def _moment_near(self, a: float, b: float) -> Moment | None:
        """The moment whose mark is at this place."""
        recording, here = self.live.recording, self.shown.pixel_of(a, b)
        for moment in () if recording is None else named(recording).values():
            place = self._way.place_of(moment)
            if place is not None and _distance(self.shown.pixel_of(*place), here) <= NEAR:
                return moment
        return None

    def _changed(self) -> None:
        self._is_asked_for = True
        self.live.mark(self)

    def _measure_or_cancel(self) -> None:
        if self.surveying.is_busy:
            self.surveying.cancel()
        else:
            self._asked, self._is_asked_for = (), True
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
            self.settings.suit(bool(self._path()), len(data.parts.validation) > 0)
            self._ask(model, data)
            self._draw(model)
        elif self.surveying.is_busy:
            self.surveying.cancel()
        self._show_parts(reason, self.surveying.is_busy, self._looked_at())

    def _show_parts(self, reason: str, busy: bool, looked_at: str) -> None:
        """Show what has its place now; while training runs nothing is to be done mostly."""
        now = (reason, busy, looked_at, self.shown)
        if now == self._parts_shown:
            return
        self._parts_shown = now
        shown = not reason
        for part in (self.settings.choices, self.settings.tuning, self._foot):
            part.setVisible(shown)
        for plot in (self.plot, self.cut):
            plot.setVisible(shown and plot is self.shown)
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

    def _path(self) -> list[Array]:
        """The variables that the run passed through."""
        recording, present = self.live.recording, self.live.present()
        if recording is None or present is None:
            return []
        return [m.flat for m in recording.moments if m.flat.shape == present.shape]

    def _ask(self, model: Model, data: PreparedData) -> None:
        """Have it measured if nobody has yet: while training runs only what the user asked for."""
        if self.settings.is_settling:
            return
        project = self.live.project
        now = (self.settings.values, project.run_hash(), project.trained, data)
        if _same(now, self._asked):
            return
        if self.live.is_running and self._asked and not self._is_asked_for:
            return
        present = self.live.present()
        if present is None:
            return
        self._asked, self._is_asked_for = now, False
        validates = self.settings.part == "validation"
        rows = data.parts.validation if validates else data.parts.train
        most = min(MOST_EXAMPLES, max(LEAST_EXAMPLES, OPERATIONS // operations(model)))
        question = Question(
            network=model.network,
            data=data,
            centre=present.copy(),
            path=self._path(),
            follows=self.settings.follows,
            cuts=self.settings.cuts,
            seed=self.settings.seed,
            reach=self.settings.reach,
            part="validation" if validates else "training",
            index=some_of(rows, most, project.data.split.seed),
        )
        runner = self.live.workbench.runner
        self.surveying.ask(Measuring(question, lambda: runner.is_running))

    # ------------------------------------------------------------------ drawing

    def _draw(self, model: Model) -> None:
        job = self.surveying.job
        if job is None:
            return
        plane = job.plane
        if job.surface is not None and plane is not None:
            self.shown.show_surface(job.surface, plane.names)
            self._draw_path(plane, model)
        elif job.error:
            self.shown.show_surface(None)
        busy = self.surveying.is_busy
        now = (job, plane, job.surface, job.progress, busy)
        if now != self._job_shown:
            self._job_shown = now
            self._progress.setRange(0, 0 if plane is None else 100)
            self._progress.setValue(round(100 * job.progress))
            self.settings.show_busy(busy)
            self._say(job)
            self._say_where()

    def _draw_path(self, plane: Plane, model: Model) -> None:
        recording, running = self.live.recording, self.live.is_running
        self._way.follow(plane, recording)
        if not self._way.is_whole:
            self.live.mark(self)
        point = None
        if model.workspace.flat.shape == plane.centre.shape:
            a, b = plane.places([model.workspace.flat])[0].tolist()
            point = (a, b) if isfinite(a) and isfinite(b) else None
        goes_on = running and not self._looked_at()
        job = self.surveying.job
        shows_way = job is None or not plane.is_line or job.question.shows_way
        marks = self._way.marks(recording, running) if shows_way else []
        self.shown.show_path(self._way.path, marks, point, goes_on=goes_on)

    def _say(self, job: Measuring) -> None:
        """What it is that is drawn, in a line."""
        if job.error:
            self._captions = job.error, job.error
            self._caption.setText(job.error)
            return
        question = job.question
        count = len(question.index)
        words = [f"Loss of {count:,} {question.part} example" + ("s" if count != 1 else "")]
        few = list(words)
        if question.shows_way:
            where = "on this line" if question.cuts else "in this plane"
            few.append(f"{percent_text(job.share)} of the path")
            words.append(f"{few[-1]} lies {where}")
        elif question.follows:
            words.append("no run yet: random directions")
        if not (question.follows and question.shows_way):
            words.append(f"seed {question.seed}")
        self._captions = " · ".join(words), " · ".join(few)
        self._fit_caption()
        if question.shows_way and question.cuts:
            words.append("best is the place of the line that is nearest to it")
        elif question.shows_way:
            words.append("the path goes from white to orange")
        if not question.follows and question.network.trainable_size > 2:
            words.append("1 along an axis is a change as large as each unit's own weights")
        self._caption.setToolTip("\n".join(words))

    def _say_where(self) -> None:
        self._told.setText(self.shown.words() or _HINT)

    def _fit_caption(self) -> None:
        """In fewer words where all of them have no room beside what a click does."""
        metrics = self._caption.fontMetrics()
        hint = 0 if self._told.isHidden() else metrics.horizontalAdvance(_HINT) + 8
        words, few = self._captions
        fits = metrics.horizontalAdvance(words) <= self.width() - 2 * _SIDE - hint
        self._caption.setText(words if fits else few)

    # ------------------------------------------------------------------ room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._suit_to_size()

    def _suit_to_size(self) -> None:
        wide, shown = self.width() >= _WIDE, not self._foot.isHidden()
        row = self._head if wide else self._second
        if row.indexOf(self.settings.tuning) < 0:
            (self._second if wide else self._head).removeWidget(self.settings.tuning)
            row.insertWidget(1 if wide else 0, self.settings.tuning)
        low = not wide and self.height() < _LOW
        self.settings.tuning.setVisible(shown and not low)
        self._told.setVisible(self.width() >= 380)
        if self._captions[0]:
            self._fit_caption()


def _same(now: tuple[object, ...], before: tuple[object, ...]) -> bool:
    """Whether settings and run are equal, weights and data the very same."""
    same = zip(now[2:], before[2:], strict=False)
    return now[:2] == before[:2] and all(a is b for a, b in same)


def _distance(one: QPointF, other: QPointF) -> float:
    return float(np.hypot(one.x() - other.x(), one.y() - other.y()))


def _line(name: str) -> QLabel:
    """A line of secondary text that may be cut."""
    label = ElidedLabel()
    label.setObjectName(name)
    label.setProperty("role", "dim")
    return label
