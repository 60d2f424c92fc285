"""What all parts of the window share: the document, its data, what is selected, and the run.

Panels know the workbench and never each other. An edit goes down through :meth:`Workbench.apply`;
what follows from it comes back up as a signal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.sources import IdxSet, Source
from nnstudio.graph.analysis import Analysis, Problem, analyse
from nnstudio.graph.model import Graph
from nnstudio.gui import garbage
from nnstudio.gui.blocks import Blocks
from nnstudio.gui.loading import Fetching, Loading
from nnstudio.gui.runner import Runner
from nnstudio.messages import StudioError
from nnstudio.project.document import Document
from nnstudio.project.fixes import Fix, fix_for
from nnstudio.project.problems import DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.project.waiting import paused_run

#: Lines of a pen, each points (x, y) as shares of the paper's side.
Strokes = tuple[tuple[tuple[float, float], ...], ...]
#: How soon an edit must follow to belong to the same gesture, in milliseconds.
ONE_GESTURE = 800


class Workbench(QObject):
    """The document and what is known about it at the moment.

    Attributes:
        pointed_unit: the node and the number of the unit that is pointed at in some view.
        example: the position in the dataset of the example that was asked for last, if any was.
        drawing: what is on the drawing pad.
        makes_room: (old, new) the new project with places for cards that an edit of the old one
            added without knowing of places; the canvas sees to it.

    Signals:
        project_changed: (old, new) after every change of the document, undo and redo included.
        opened: another project has taken the place of everything.
        data_changed: the data has been loaded, or can't be (see ``data`` and ``data_error``).
        selection_changed: other nodes are selected.
        problems_changed: the list of problems is another.
        loading_told: how far the reading or the download has come (see ``loading_progress``).
        said: (sentence, severity) something the user should read: ok, warning or error.
        unit_pointed: another unit is pointed at, or none (see ``pointed_unit``).
        example_wanted: somebody wants to see what the network makes of :attr:`example`.
        drawing_changed: what is on the drawing pad is something else.
    """

    project_changed = Signal(object, object)
    opened = Signal()
    data_changed = Signal()
    selection_changed = Signal()
    problems_changed = Signal()
    loading_told = Signal()
    said = Signal(str, str)
    example_wanted = Signal()
    unit_pointed = Signal()
    drawing_changed = Signal()

    def __init__(self, document: Document | None = None) -> None:
        super().__init__()
        self.document = document or Document()
        self.blocks = Blocks()
        self.runner = Runner(self.document)
        self.runner.said.connect(self.said)
        self.makes_room: Callable[[Project, Project], Project] = lambda old, new: new
        self.pointed_unit: tuple[str, int] | None = None
        self.example: int | None = None
        self.drawing: Strokes = ()
        self.data: PreparedData | None = None
        self.data_error = ""
        self.problems: tuple[Problem, ...] = ()
        self._fixes: dict[tuple[str, str, str], Fix | None] = {}
        self._selection: tuple[str, ...] = ()
        self._loading: Loading | Fetching | None = None
        self._given: tuple[Source, Dataset] | None = None
        self._stepped: PreparedData | None = None
        self._known: PreparedData | None = None  # the last that could be prepared
        self._poll = QTimer(self)
        self._poll.setInterval(20)
        self._poll.timeout.connect(self._look_at_loading)
        self._gesture = QTimer(self)
        self._gesture.setSingleShot(True)
        self._gesture.setInterval(ONE_GESTURE)
        self._gesture.timeout.connect(self.document.end_merge)
        self._when_loaded: list[Callable[[], Any]] = []
        self.document.subscribe(self._changed)
        self._load_data()

    # ------------------------------------------------------------------ reading

    @property
    def project(self) -> Project:
        """The present project."""
        return self.document.project

    @property
    def graph(self) -> Graph:
        """The present graph."""
        return self.document.project.graph

    @property
    def analysis(self) -> Analysis:
        """Shapes, order and parameters of the present graph."""
        return analyse(self.graph)

    @property
    def given(self) -> Dataset | None:
        """The data as its source gives it, without any steps, if it has been read."""
        known = self._given
        return known[1] if known is not None and known[0] == self.project.data.source else None

    @property
    def stepped(self) -> PreparedData | None:
        """The data, whether or not the augmentation can be applied to it."""
        return self._stepped

    @property
    def is_loading(self) -> bool:
        """Whether data is being read in the background."""
        return self._loading is not None

    @property
    def obstacle(self) -> str:
        """Why the network can't be trained now, in a sentence; empty if it can."""
        if self.is_loading:
            return "The data is being read…"
        error = next((p for p in self.problems if p.severity == "error"), None)
        return str(error) if error else self.data_error

    @property
    def run_project(self) -> Project | None:
        """The project whose run is on or paused, as it is without the edits that must wait."""
        return self.runner.run_project or paused_run(self.project)

    @property
    def is_fetching(self) -> bool:
        """Whether data is being downloaded."""
        return isinstance(self._loading, Fetching)

    @property
    def loading_progress(self) -> tuple[int, int]:
        """How much has been read or downloaded, of how much (0: nobody knows)."""
        return (0, 0) if self._loading is None else self._loading.progress

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected nodes."""
        return self._selection

    def select(self, nodes: tuple[str, ...]) -> None:
        """Select these nodes and no others."""
        known = tuple(node for node in nodes if node in self.graph.by_id)
        if known != self._selection:
            self._selection = known
            self.selection_changed.emit()

    def point_at_unit(self, node: str, unit: int | None) -> None:
        """Somebody points at a unit of ``node``, or at none any more: views let it stand out."""
        pointed = None if unit is None else (node, unit)
        if pointed != self.pointed_unit:
            self.pointed_unit = pointed
            self.unit_pointed.emit()

    def show_example(self, position: int) -> None:
        """Show what the network makes of the example that is at ``position`` of the dataset."""
        self.example = position
        self.example_wanted.emit()

    def show_drawing(self, strokes: Strokes) -> None:
        """This is on the drawing pad now."""
        self.drawing = strokes
        self.drawing_changed.emit()

    # ------------------------------------------------------------------ editing

    def apply(self, label: str, project: Project, merge_key: object = None) -> bool:
        """Make ``project`` the present one, undoable as ``label``."""
        return self.document.apply(label, self.makes_room(self.project, project), merge_key)

    def edit_graph(
        self, label: str, edit: Callable[[Graph], Graph], merge_key: object = None
    ) -> str:
        """Apply a pure edit of the graph; returns why not, in a sentence, or an empty string."""
        try:
            graph = edit(self.graph)
        except StudioError as error:
            return str(error)
        self.apply(label, self.project.with_graph(graph), merge_key)
        return ""

    def change_settings(self, label: str, merge_key: object = None, **values: Any) -> None:
        """Change fields of the training settings."""
        settings = replace(self.project.settings, **values)
        self.apply(label, replace(self.project, settings=settings), merge_key)

    def open(self, project: Project) -> None:
        """Replace everything by another project, which counts as saved."""
        self.runner.discard()
        self._when_loaded.clear()
        self._selection = ()
        self.document.replace(project)
        self.selection_changed.emit()
        self.opened.emit()

    def begin_gesture(self) -> None:
        """Edits with the same merge key that follow within a moment are one undo step."""
        self._gesture.start()

    # ------------------------------------------------------------------ mending

    def fix_for(self, problem: Problem) -> Fix | None:
        """The way out of one of :attr:`problems`, if one is obvious; it is looked for once."""
        key = problem.node, problem.code, str(problem)
        if key not in self._fixes:
            self._fixes[key] = fix_for(self.project, problem, self._facts)
        return self._fixes[key]

    def mend(self, problem: Problem) -> None:
        """Take the way out of ``problem``, as one undo step."""
        fix = self.fix_for(problem) if problem in self.problems else None
        if fix is not None:
            self.document.end_merge()
            self.apply(fix.label, fix.project)

    @property
    def _facts(self) -> DataFacts | None:
        return facts_of(self.data) if self.data is not None else None

    # ------------------------------------------------------------------ running

    def when_loaded(self, action: Callable[[], Any]) -> None:
        """Do ``action`` now, or as soon as the data that is being read is there."""
        if self.is_loading:
            self._when_loaded.append(action)
        else:
            action()

    # ------------------------------------------------------------------ following

    def _changed(self, old: Project, new: Project) -> None:
        augmented = replace(old.data, augmentation=new.data.augmentation)
        if old.data != new.data == augmented and not self.is_loading and self._stepped:
            self._augment(self._stepped)
        elif old.data != new.data:
            self._load_data()
        self.runner.follow(new)
        self.select(self._selection)
        self._find_problems()
        self.project_changed.emit(old, new)

    def _find_problems(self) -> None:
        self._fixes.clear()
        found = problems(self.project, self._facts)
        if found != self.problems:
            self.problems = found
            self.problems_changed.emit()

    # ------------------------------------------------------------------ loading data

    def cancel_loading(self) -> None:
        """Give up what is being read or downloaded."""
        if self._loading is not None:
            self._loading.cancelled = True

    def read_again(self) -> None:
        """Read the project's data anew: the file may be another one by now."""
        self._given = self._known = None
        self._load_data()

    def fetch_data(self) -> None:
        """Download the project's data, because the user asked for it, and read it."""
        source = self.project.data.source
        if isinstance(source, IdxSet) and not self.is_loading:
            self._begin_loading(Fetching(source))

    def _load_data(self) -> None:
        """Read the project's data: at once if that is quick, else on a thread."""
        self.cancel_loading()
        if self.given is None:
            self._given = self._known = None
        loading = Loading(self.project.data, self.given, self._known)
        self._stepped = None
        if loading.settings.source.slow:
            self._begin_loading(loading)
        else:
            self._loading = loading
            loading.work()
            self._look_at_loading()

    def _begin_loading(self, loading: Loading | Fetching) -> None:
        self._loading = loading
        self._take_data(None, "")
        garbage.start(threading.Thread(target=loading.work, name="nnstudio-data", daemon=True))
        self._poll.start()
        self.data_changed.emit()

    def _look_at_loading(self) -> None:
        loading = self._loading
        if loading is None or not loading.done:
            self.loading_told.emit()
            return
        self._poll.stop()
        self._loading = None
        if loading.cancelled and not loading.error:
            loading.forget()
        if isinstance(loading, Fetching):
            if loading.error:
                self._take_data(None, loading.error)
                self.data_changed.emit()
            else:
                self._load_data()
            return
        if loading.given is not None:
            self._given = loading.settings.source, loading.given
        self._stepped = loading.stepped
        self._known = loading.stepped or self._known
        self._take_data(loading.data, loading.error)
        self.data_changed.emit()
        if loading.data is not None and loading.data.dataset.notes:
            self.said.emit(" ".join(loading.data.dataset.notes), "warning")
        actions, self._when_loaded = self._when_loaded, []
        for action in actions:
            action()

    def _augment(self, stepped: PreparedData) -> None:
        """Only the augmentation is another: nothing has to be read or fitted again."""
        try:
            data, error = stepped.with_augmentation(self.project.data.augmentation), ""
        except StudioError as reason:
            data, error = None, str(reason)
        self._take_data(data, error)
        self.data_changed.emit()

    def _take_data(self, data: PreparedData | None, error: str) -> None:
        self.data, self.data_error = data, error
        self.runner.set_data(data)
        self._find_problems()
