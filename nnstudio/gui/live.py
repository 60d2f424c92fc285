"""Keeping views up to date while training runs, without slowing it down.

The interpreter runs either the window or the training loop's Python, never both, so what
matters is the share of time the window is busy. A view is refreshed again only after cost /
BUDGET, at most one view per tick; a hidden view is never refreshed, and weights are copied only
if a visible view wants them.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError
from nnstudio.project.model import Model, model_for
from nnstudio.project.project import Project
from nnstudio.project.runs import fitted_weights
from nnstudio.training.history import History
from nnstudio.training.recording import Moment, Recording
from nnstudio.training.trained import Trained

#: The share of time that live views together may take while training runs. The window's thread may
#: be busy 7 % of it; the rest is for the beat and for what moves at every look at the run.
BUDGET = 0.055
#: Bounds on the time between two refreshes of one view, in seconds; a view may wait longer.
SOONEST, LATEST = 0.033, 0.3
#: The timer's beat in milliseconds.
TICK = 33
#: After an edit of the network views wait so many seconds for the next one.
AFTER_EDIT = 0.1
#: While training runs it is looked after so many seconds which views can still be seen. One that
#: comes into sight says so itself.
LOOK_AGAIN = 0.2
#: Where nothing trains, so much of a beat may be spent on views, in seconds.
AT_REST = 0.02


class LiveView(QWidget):
    """A widget that shows something of the network as it is right now.

    Subclasses implement :meth:`refresh` and read everything from :attr:`live`; they set
    ``needs_weights`` if they show weights or answers, and unset ``follows_training`` if nothing of
    what they show changes while training runs. Two refreshes are at most ``latest`` seconds apart.
    """

    needs_weights = False
    follows_training = True
    latest = LATEST

    def __init__(self, live: Live, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.live = live
        live.add(self)

    def refresh(self) -> None:
        """Show what is now. Called only while visible."""
        raise NotImplementedError

    def is_seen(self) -> bool:
        """Whether a user can see anything of it.

        A panel behind the tab of another is visible to Qt, which only moves it aside. A view
        without a face of its own is seen where its parent is.
        """
        if not self.isVisible() or self.window().isMinimized():
            return False
        face = self.parentWidget() if self.size().isEmpty() else self
        return face is not None and not face.visibleRegion().isEmpty()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.live.mark(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Its tab may have been brought forward, of which nothing else tells."""
        super().paintEvent(event)
        self.live.wake(self)


class Live(QObject):
    """The network as it is right now, or as it was, and the order in which views are refreshed.

    Signals:
        moment_changed: something else is looked at: a moment of the run, a point, or now again
            (see ``moment`` and ``point``).
    """

    moment_changed = Signal()

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self._views: list[LiveView] = []
        self._stale: dict[LiveView, None] = {}
        self._due: dict[LiveView, float] = {}
        self._seen: tuple[float, list[LiveView]] = (0.0, [])  # until when, and which views
        self._moment: Moment | None = None
        self._point: tuple[Array, str] | None = None  # variables looked at that no run has had
        self._latest: Array | None = None  # the variables as they are now, if they are known
        self._held: Array | None = None  # those that the model holds
        self._model: tuple[Project, object, Model | None] | None = None
        self._history: tuple[object, History | None] = (None, None)
        self._fitted: tuple[Project | None, bool] = (None, False)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)
        self._soon = QTimer(self)  # who drags through time waits for no beat
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._tick)
        workbench.project_changed.connect(self._project_changed)
        workbench.opened.connect(lambda: self.look_at(None))
        workbench.data_changed.connect(self.mark_all)
        workbench.runner.started.connect(self._started)
        workbench.runner.ended.connect(self._ended)

    # ------------------------------------------------------------------ for views to read

    @property
    def is_running(self) -> bool:
        """Whether training runs."""
        return self.workbench.runner.is_running

    @property
    def project(self) -> Project:
        """The project that the numbers belong to: the running one, else the document's."""
        return self.workbench.runner.run_project or self.workbench.project

    @property
    def history(self) -> History | None:
        """The curves of the running or the last run."""
        if (history := self.workbench.runner.history) is not None:
            return history
        arrays = None if (left := self.left) is None else left.history
        if self._history[0] is not arrays:
            self._history = (arrays, None if arrays is None else History.from_arrays(arrays))
        return self._history[1]

    @property
    def left(self) -> Trained | None:
        """What the last run has left: where the project stands, or, if it diverged, the wreck."""
        project, wreck = self.workbench.project, self.workbench.runner.wreck
        progress = None if wreck is None else wreck.progress
        return wreck if progress and progress.run == project.run_hash() else project.trained

    def model(self) -> Model | None:
        """A model with the latest weights known, for the window's thread alone.

        ``None`` while the graph can't run, or nothing is known about its data.
        """
        project, data = self.project, self.workbench.data
        if self._model is None or self._model[0] is not project or self._model[1] is not data:
            self._model = (project, data, self._make_model(project))
            self._held = None
            if not self.is_running:
                self._latest = None
        model = self._model[2]
        if model is not None:
            self._hold(model, self._wanted())
        return model

    def present(self) -> Array | None:
        """All variables as they are now, whatever is looked at; to be read only, and at once."""
        model = self.model()
        if model is None:
            return None
        return model.workspace.flat if self._latest is None else self._latest

    def _wanted(self) -> Array | None:
        """The variables that views are to show; ``None``: those of the project."""
        if self._point is not None:
            return self._point[0]
        return self._latest if self._moment is None else self._moment.flat

    def _hold(self, model: Model, wanted: Array | None) -> None:
        """See to it that ``model`` has the variables ``wanted``, or its own."""
        own = model.workspace.flat
        if wanted is None or wanted is self._held or wanted.shape != own.shape:
            return
        if self._latest is None:  # to come back to
            self._latest = own.copy()
        model.set_weights(wanted)
        self._held = wanted

    def caution(self) -> str:
        """Why answers aren't those of a trained network, in a sentence; empty if they are."""
        project = self.project
        if self.is_running or self._moment is not None or self._point is not None:
            return ""
        if project.trained is None:
            return "Not trained yet: these are the first weights"
        if self._fitted[0] is not project:
            self._fitted = (project, fitted_weights(project))
        return "" if self._fitted[1] else "Changed since it was trained: some weights are random"

    # ------------------------------------------------------------------ looking back

    @property
    def recording(self) -> Recording | None:
        """The moments of the running or the last run, if the network is still the one it had."""
        runner = self.workbench.runner
        if runner.is_running:
            return runner.recording
        recording = None if (left := self.left) is None else left.recording
        if recording is None or recording.run != self.workbench.project.run_hash():
            return None
        return recording

    @property
    def moment(self) -> Moment | None:
        """The moment of the run that is looked at; ``None`` for now."""
        return self._moment

    def _is_recorded(self, moment: Moment) -> bool:
        """Whether ``moment`` is one of the run that can be looked at, thinned since or not."""
        recording = self.recording
        last = None if recording is None else recording.last
        return (
            last is not None
            and last.step >= moment.step
            and last.progress.run == moment.progress.run
        )

    @property
    def point(self) -> str:
        """What is looked at though no run was there, such as a point of the landscape; or empty."""
        return "" if self._point is None else self._point[1]

    def look_at(self, step: int | None) -> None:
        """Show the run as it was after ``step``, or the moment before that; ``None``: as it is."""
        recording = self.recording
        moment = recording.at(step) if recording is not None and step is not None else None
        if moment is not self._moment or self._point is not None:
            self._look(moment, None)

    def look_at_weights(self, flat: Array, name: str) -> None:
        """Show the network with these variables, which are called ``name``."""
        self._look(None, (flat, name))

    def _look(self, moment: Moment | None, point: tuple[Array, str] | None) -> None:
        self._moment, self._point = moment, point
        for view in self._views:
            self.mark(view)
        self.moment_changed.emit()
        if not self.is_running:
            self._soon.start()

    def _make_model(self, project: Project) -> Model | None:
        session = self.workbench.runner.session
        try:
            if session is not None:
                return Model.around(project, session.data.preparation)
            if project.trained is not None:
                return Model.around(project, project.trained.preparation)
            if self.workbench.data is not None:
                return model_for(project, self.workbench.data)
        except (StudioError, ValueError):
            pass  # the problems list says why
        return None

    # ------------------------------------------------------------------ refreshing

    def add(self, view: LiveView) -> None:
        """Keep ``view`` up to date from now on."""
        self._views.append(view)
        view.destroyed.connect(lambda: self._forget(view))
        self.mark(view)

    def mark(self, view: LiveView) -> None:
        """``view`` shows something old: refresh it soon."""
        self._stale[view] = None
        if not self._timer.isActive():
            self._timer.start()

    def wake(self, view: LiveView) -> None:
        """``view`` can be seen: refresh it soon if what it shows is old."""
        if view not in self._seen[1]:
            self._seen = (0.0, [])
        if (view in self._stale or self._moves(view)) and not self._timer.isActive():
            self._timer.start()

    def mark_all(self) -> None:
        """Everything may have changed."""
        self._due.clear()
        for view in self._views:
            self.mark(view)

    def _forget(self, view: LiveView) -> None:
        if view in self._views:
            self._views.remove(view)
        self._seen = (0.0, [])
        self._stale.pop(view, None)
        self._due.pop(view, None)

    def _project_changed(self, old: Project, new: Project) -> None:
        if replace(old, layout=new.layout, runs=new.runs) == new:
            return
        if self._moment is not None or self._point is not None:
            stays = self._moment is None or self._is_recorded(self._moment)
            if not stays or old.run_hash() != new.run_hash():
                self.look_at(None)
        self.mark_all()
        document = self.workbench.document
        was_edited = bool(document.undo_label or document.redo_label)  # rather than opened
        if was_edited and old.graph is not new.graph:  # the next key may change it again
            later = perf_counter() + AFTER_EDIT
            self._due.update(dict.fromkeys(self._views, later))

    def _started(self) -> None:
        self._latest = None
        self._seen = (0.0, [])
        self.look_at(None)
        self.mark_all()

    def _ended(self) -> None:
        self._latest = None
        self._model = None
        if self._moment is not None and not self._is_recorded(self._moment):
            self.look_at(None)  # the run that it was a moment of has left nothing
        self.mark_all()

    def share(self) -> float:
        """The share of time that one view may take while training runs: each gets as much."""
        return BUDGET / max(1, len(self._seen[1]))

    def _tick(self) -> None:
        """Refresh the one visible view that has waited longest beyond its time.

        Where nothing trains, as many as a beat has room for.
        """
        running, began = self.is_running, perf_counter()
        if not running or began >= self._seen[0]:
            self._seen = (began + LOOK_AGAIN, [view for view in self._views if view.is_seen()])
        visible = self._seen[1]
        if running:
            if (snapshot := self.workbench.runner.take_weights()) is not None:
                self._latest = snapshot.flat
            if any(view.needs_weights for view in visible):
                self.workbench.runner.ask_weights()
        now = began
        waiting = [view for view in visible if view in self._stale or self._moves(view)]
        while due := [view for view in waiting if self._due.get(view, 0.0) <= now]:
            view = min(due, key=lambda v: self._due.get(v, 0.0))
            self._stale.pop(view, None)
            cost = self.show(view)
            wait = min(view.latest, max(SOONEST, cost / self.share()))
            self._due[view] = now + cost + (wait if running else 0.0)
            now = perf_counter()
            waiting = [view for view in waiting if view in self._stale]
            if running or now - began > AT_REST:
                return
        if not waiting:  # whatever comes into sight wakes it up
            self._timer.stop()

    def _moves(self, view: LiveView) -> bool:
        """Whether what ``view`` shows goes on changing by itself: weights of the past don't."""
        looks_back = self._wanted() is not self._latest
        follows = view.follows_training and not (looks_back and view.needs_weights)
        return self.is_running and follows

    @np.errstate(all="ignore")  # weights on their way to infinity are told by the loss
    def show(self, view: LiveView) -> float:
        """Refresh and paint ``view``, and return what that took, in seconds.

        Painting is done at once: a widget asked to update would be painted after this returns, and
        what that costs, often the larger part, would not be counted.
        """
        began = perf_counter()
        view.refresh()
        QCoreApplication.sendPostedEvents(view.window(), QEvent.Type.UpdateRequest.value)
        return perf_counter() - began
