"""The panels' places: which dock holds which panel, and the layout a fresh window has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QVBoxLayout, QWidget

from nnstudio.data.dataset import INPUTS
from nnstudio.gui.canvas.view import CanvasView
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.study import Study
from nnstudio.gui.panels.curves_panel import CurvesPanel
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.panels.data_view_panel import DataViewPanel
from nnstudio.gui.panels.doctor_panel import DoctorPanel
from nnstudio.gui.panels.evaluate_panel import EvaluatePanel
from nnstudio.gui.panels.example_panel import ExamplePanel
from nnstudio.gui.panels.features_panel import FeaturesPanel
from nnstudio.gui.panels.function_panel import FunctionPanel
from nnstudio.gui.panels.histograms_panel import HistogramsPanel
from nnstudio.gui.panels.inspector_panel import InspectorPanel
from nnstudio.gui.panels.landscape_panel import LandscapePanel
from nnstudio.gui.panels.neurons_panel import NeuronsPanel
from nnstudio.gui.panels.outline_panel import OutlinePanel
from nnstudio.gui.panels.palette_panel import PalettePanel
from nnstudio.gui.panels.runs_panel import RunsPanel
from nnstudio.gui.panels.summary_panel import SummaryPanel
from nnstudio.gui.panels.try_panel import TryPanel
from nnstudio.gui.panels.weights_panel import WeightsPanel
from nnstudio.gui.winding.time_bar import TimeBar
from nnstudio.gui.workbench import Workbench
from nnstudio.schema import settings_of

#: Below this width the bottom shows one panel at a time.
NARROW = 1160
#: Bump when docks are added or renamed, so that an older remembered layout is not used.
LAYOUT_VERSION = 7

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


#: The groups at the sides; those at the bottom stand side by side in this order.
AREAS = {"left": LEFT, "right": RIGHT}
BOTTOM_GROUPS = ("curves", "pictures", "try")

#: The smallest width of the docks at the sides, at which nothing in them is clipped.
SMALLEST = {LEFT: 208, RIGHT: 272}


@dataclass(frozen=True)
class Place:
    """Where a dock stands in a fresh window.

    Attributes:
        group: docks of one group are tabs of one place; those of the bottom are all in one place
            where the window is narrow.
        panel: the panel, or what makes it when its dock is first opened.
        is_open: whether a fresh window shows it; the View menu opens the others.
    """

    name: str
    title: str
    group: str
    panel: QWidget | Callable[[], QWidget]
    is_open: bool = True

    @property
    def area(self) -> Qt.DockWidgetArea:
        """The side of the window."""
        return AREAS.get(self.group, BOTTOM)


class Docks(QMainWindow):
    """The canvas with all panels around it as docks: movable, closable, remembered.

    Attributes:
        canvas: the canvas in the middle.
        docks: every dock by its short name, such as ``curves``.
    """

    def __init__(self, workbench: Workbench, live: Live, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("docks")
        self.setWindowFlags(Qt.WindowType.Widget)
        options = QMainWindow.DockOption
        # Grouped dragging is what lets a dock be dragged out by its tab.
        self.setDockOptions(
            options.AllowTabbedDocks | options.AllowNestedDocks | options.GroupedDragging
        )
        for area in (LEFT, RIGHT):
            self.setTabPosition(area, self.tabPosition(area).North)
        self.setTabPosition(BOTTOM, self.tabPosition(BOTTOM).North)
        self.setCorner(Qt.Corner.BottomLeftCorner, BOTTOM)
        self.setCorner(Qt.Corner.BottomRightCorner, BOTTOM)
        self._workbench = workbench
        self.canvas = CanvasView(workbench, theme, live=live)
        self.setCentralWidget(self._with_time_bar(TimeBar(live, theme)))
        self.palette_panel = PalettePanel(workbench, theme)
        self.palette_panel.layer_chosen.connect(self.canvas.add_layer)
        self.canvas.edit_wanted.connect(self._edit_settings)
        self.inspector_panel = InspectorPanel(workbench, theme, live)
        self.try_panel = TryPanel(live, theme)
        self.doctor_panel = DoctorPanel(live, theme)
        self.doctor_panel.practice.changed.connect(self._count_findings)
        self.curves_panel = CurvesPanel(live, theme)
        study = Study(workbench, self)
        self.data_panel = DataPanel(workbench, theme, study)
        example = partial(ExamplePanel, live, theme)
        landscape = partial(LandscapePanel, live, theme)
        histograms = partial(HistogramsPanel, live, theme)
        places = (
            Place("data", "Data", "left", self.data_panel),
            Place("palette", "Layers", "left", self.palette_panel),
            Place("outline", "Outline", "left", OutlinePanel(workbench, theme)),
            Place("inspector", "Inspector", "right", self.inspector_panel),
            Place("curves", "Learning", "curves", self.curves_panel),
            Place("doctor", "Doctor", "curves", self.doctor_panel),
            Place("weights", "Weights", "pictures", WeightsPanel(live, theme)),
            Place("function", "Fit", "pictures", FunctionPanel(live, theme)),
            Place("features", "Features", "pictures", FeaturesPanel(live, theme)),
            Place("neurons", "Neurons", "pictures", NeuronsPanel(live, theme)),
            Place("landscape", "Landscape", "pictures", landscape, is_open=False),
            Place("histograms", "Histograms", "pictures", histograms, is_open=False),
            Place("example", "Example", "pictures", example, is_open=False),
            Place("try", "Try it", "try", self.try_panel),
            Place("summary", "Summary", "curves", SummaryPanel(live, theme)),
            Place("data_view", "Data view", "curves", DataViewPanel(live, study, theme)),
            Place("evaluate", "Evaluate", "curves", EvaluatePanel(live, theme)),
            Place("runs", "Runs", "curves", partial(self._make_runs, live, theme)),
        )
        workbench.example_wanted.connect(self.show_example)
        self.docks: dict[str, QDockWidget] = {}
        self._places = {place.name: place for place in places}
        for place in places:
            dock = QDockWidget(place.title, self)
            dock.setObjectName(f"{place.name}_dock")
            if isinstance(place.panel, QWidget):
                dock.setWidget(place.panel)
                if place.area in SMALLEST:  # elsewhere a panel's own bound counts
                    place.panel.setMinimumWidth(SMALLEST[place.area])
            else:
                dock.visibilityChanged.connect(partial(self._make_panel, dock, place.panel))
            self.docks[place.name] = dock
            for moved in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged):
                moved.connect(self._plan_titles)
            dock.topLevelChanged.connect(self._touched)
            dock.dockLocationChanged.connect(self._touched)
            dock.toggleViewAction().triggered.connect(self._touched)
            dock.toggleViewAction().triggered.connect(partial(self._raise_opened, dock))
        self._fresh = True
        self._arranging = False
        self._narrow: bool | None = None
        self.reset_layout()

    def _with_time_bar(self, time_bar: TimeBar) -> QWidget:
        """The canvas, and below it the bar that winds a run back."""
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(time_bar)
        return centre

    def _raise_opened(self, dock: QDockWidget) -> None:
        """Who opens a dock wants to see it, though it may be a tab behind others."""
        if dock.toggleViewAction().isChecked():
            dock.raise_()

    def _make_runs(self, live: Live, theme: Theme) -> RunsPanel:
        """The runs, whose curves are drawn where those of the present one are."""
        panel = RunsPanel(live, theme)
        panel.compared.connect(self.curves_panel.compare)
        panel.curves_wanted.connect(partial(self.show_dock, "curves"))
        return panel

    def show_dock(self, name: str) -> None:
        """Open a dock and bring it forward."""
        self.docks[name].show()
        self.docks[name].raise_()

    def finish(self) -> None:
        """End what panels do in the background, before the window closes."""
        runs = self.docks["runs"].widget()
        if isinstance(runs, RunsPanel):
            runs.finish()

    def _make_panel(self, dock: QDockWidget, make: Callable[[], QWidget], is_seen: bool) -> None:
        """What a fresh window doesn't show costs nothing until it is opened."""
        if is_seen and dock.widget() is None:
            dock.setWidget(make())

    # ------------------------------------------------------------------ layout

    def reset_layout(self) -> None:
        """Put every dock where a fresh window has it."""
        self._arranging = True
        for name, dock in self.docks.items():
            dock.setFloating(False)
            self.addDockWidget(self._places[name].area, dock)
            dock.setVisible(self._places[name].is_open)
        docks = self.docks
        self._tabify(self._of_group("left"))
        docks["palette"].raise_()
        self._arranging = False
        self._fresh = True
        self._narrow = None
        self._arrange_bottom(self.width() < NARROW)
        self._size_docks()

    def _arrange_bottom(self, narrow: bool) -> None:
        """One tab group when narrow; else curves, pictures and try-it side by side."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._arranging = True
        docks = self.docks
        groups = [self._of_group(group) for group in BOTTOM_GROUPS]
        bottom = [dock for group in groups for dock in group]
        for dock in bottom:
            self.removeDockWidget(dock)
        self.addDockWidget(BOTTOM, docks["curves"])
        if narrow:
            self._tabify(bottom)
        else:
            for before, after in pairwise(group[0] for group in groups):
                self.splitDockWidget(before, after, Qt.Orientation.Horizontal)
            for group in groups:
                self._tabify(group)
        for name, dock in docks.items():
            if dock in bottom:
                dock.setVisible(self._places[name].is_open)
        self._suit_to_data()
        docks["curves"].raise_()
        self._arranging = False

    def _of_group(self, group: str) -> list[QDockWidget]:
        return [self.docks[name] for name, place in self._places.items() if place.group == group]

    def _tabify(self, docks: list[QDockWidget]) -> None:
        for before, after in pairwise(docks):
            self.tabifyDockWidget(before, after)

    def _touched(self, *_: object) -> None:
        """The user has moved, closed or resized a dock: from now on the layout is theirs."""
        if not self._arranging:
            self._fresh = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only the lines between docks are not covered by a widget: one is being dragged."""
        self._touched()
        super().mousePressEvent(event)

    def _size_docks(self) -> None:
        """Sizes nearly as in the drawings: 200 and 280 px at the sides, a good third below."""
        docks = self.docks
        horizontal = Qt.Orientation.Horizontal
        self.resizeDocks([docks["palette"], docks["inspector"]], [216, 312], horizontal)
        self.resizeDocks(
            [docks["curves"]], [max(250, self.height() * 36 // 100)], Qt.Orientation.Vertical
        )
        if not self._narrow:
            width = self.width()
            parts = [width * 38 // 100, width * 24 // 100, width * 38 // 100]
            names = ("curves", "weights", "try")
            self.resizeDocks([docks[name] for name in names], parts, horizontal)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fresh and (event.size().width() < NARROW) != self._narrow:
            self._arrange_bottom(event.size().width() < NARROW)
        if self._fresh:
            QTimer.singleShot(0, self, self._size_docks)

    def sizeHint(self) -> QSize:
        return QSize(1280, 760)

    def _plan_titles(self, *_: object) -> None:
        """Once the docks have found their places: while one moves, its title must stay."""
        if not self._titles_planned:
            self._titles_planned = True
            QTimer.singleShot(0, self, self._show_titles)

    _titles_planned = False

    def _show_titles(self) -> None:
        """A dock that shares its place has a tab with its name: the title would say it again."""
        self._titles_planned = False
        for dock in self.docks.values():
            tabbed = bool(self.tabifiedDockWidgets(dock)) and not dock.isFloating()
            if tabbed and dock.titleBarWidget() is None:
                dock.setTitleBarWidget(QWidget(dock))
            elif not tabbed and dock.titleBarWidget() is not None:
                dock.setTitleBarWidget(None)  # type: ignore[arg-type]
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            # Whole names, some of them to be scrolled to, tell more than the first letters of all.
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)

    # ------------------------------------------------------------------ bringing forward

    def show_stage(self, stage: str) -> None:
        """Bring forward the panels for a stage of the work; none is a mode."""
        wanted = {
            "data": ("data", "data_view"),
            "build": ("palette", "inspector"),
            "train": ("inspector", "curves"),
            "evaluate": ("evaluate",),
            "try": ("try",),
        }[stage]
        for name in wanted:
            self.docks[name].show()
            self.docks[name].raise_()
        if stage == "train":
            self._workbench.select(())

    def _count_findings(self) -> None:
        """The doctor's tab tells how much is found."""
        count = len(self.doctor_panel.practice.findings)
        title = f"Doctor · {count}" if count else "Doctor"
        if self.docks["doctor"].windowTitle() != title:
            self.docks["doctor"].setWindowTitle(title)

    def show_doctor(self) -> None:
        """Bring the doctor forward."""
        self.docks["doctor"].show()
        self.docks["doctor"].raise_()

    def show_example(self) -> None:
        """Bring forward what the network makes of the example that was asked for."""
        self.docks["example"].show()
        self.docks["example"].raise_()

    def _edit_settings(self, node: str) -> None:
        """Give the keyboard to the first setting of a node in the inspector."""
        dock = self.docks["inspector"]
        dock.show()
        dock.raise_()
        layer = self._workbench.graph.by_id[node].layer
        names = [f"inspector_{item.name}" for item in settings_of(type(layer))]
        fields = (dock.findChild(QWidget, name) for name in (*names, "inspector_name"))
        first = next((field for field in fields if field and field.isVisible()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def suit_to_project(self) -> None:
        """After another project was opened: show the view that says most about its data."""
        self._suit_to_data()

    def _suit_to_data(self) -> None:
        # Once the docks have found their places: a tab that isn't there yet can't be raised.
        QTimer.singleShot(0, self, self._raise_best_view)

    def _raise_best_view(self) -> None:
        if self._narrow:
            return  # there the learning curves stay in front
        data = self._workbench.data
        flat = data is not None and len(data.input_shape) == 1 and data.input_shape[0] <= 2
        project = self._workbench.project
        # Whose output is compared with the inputs has a bottleneck that says what was learned.
        encodes = any(project.settings.target_of(node) == INPUTS for node in project.graph.outputs)
        if self.docks["weights"] in self.tabifiedDockWidgets(self.docks["function"]):
            best = "features" if encodes else "function" if flat else "weights"
            self.docks[best].raise_()

    # ------------------------------------------------------------------ remembering

    def state(self) -> bytes:
        """The layout, for the preferences; empty while the user has not touched it."""
        if self._fresh:
            return b""
        return bytes(self.saveState(LAYOUT_VERSION).data())

    def restore(self, state: bytes) -> None:
        """Take over a remembered layout; one that doesn't fit is passed over."""
        if state and self.restoreState(QByteArray(state), LAYOUT_VERSION):
            self._fresh = False
