"""Runs: the book of every run, with comparisons, forks and runs with several seeds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.page_tabs import PageTabs
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.book import RunBook
from nnstudio.gui.runs.compare_page import ComparePage
from nnstudio.gui.runs.compared import Comparison
from nnstudio.gui.runs.seed_training import SeedTraining
from nnstudio.gui.runs.seeds_page import SeedsPage
from nnstudio.gui.runs.table_page import TablePage

PAGES = {"table": "Runs", "compare": "Compare", "seeds": "Seeds"}


class RunsPanel(LiveView):
    """The table of runs, and beside it two pages about some of them.

    Signals:
        compared: (label, history, colour) of each run whose curves are to be drawn.
        curves_wanted: show these curves.

    Attributes:
        book: reads and changes the book of runs.
        comparison: which runs are compared.
        training: repeats runs with several seeds.
    """

    compared = Signal(list)
    curves_wanted = Signal()

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("runs_panel")
        self.setAccessibleName("Runs")
        self.setMinimumSize(220, 144)
        self.book = RunBook(live.workbench, self)
        self.training = SeedTraining(live.workbench, self)
        self.comparison = Comparison(self.book, self)
        self.table = TablePage(
            self.book, self.training, self.comparison, theme, lambda: self.show_page("compare")
        )
        self._compare = ComparePage(theme)
        self._seeds = SeedsPage(self.training, theme)
        self._pages = QStackedWidget()
        for page in (self.table, self._compare, self._seeds):
            self._pages.addWidget(page)
        self._empty = EmptyState("runs_empty")
        self._empty.asked.connect(lambda: live.workbench.when_loaded(live.workbench.runner.run))
        button = self._empty.findChild(QPushButton)
        if button is not None:
            button.setProperty("primary", True)
        self._filled = QWidget()
        column = QVBoxLayout(self._filled)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(4)
        column.addLayout(self._make_head())
        column.addWidget(self._pages, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._filled)
        outer.addWidget(self._empty)
        self._connect()
        self.show_page("table")
        self._follow()

    def _make_head(self) -> QHBoxLayout:
        """The pages' names, and the tools of the one in front."""
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 4, 0)
        head.setSpacing(2)
        self._tabs = PageTabs("runs_{}_button", PAGES)
        self._tabs.chosen.connect(self.show_page)
        head.addLayout(self._tabs)
        head.addSpacing(8)
        head.addStretch(1)
        self._tools: dict[str, QWidget] = {
            "table": self.table.filter,
            "compare": self._compare.tools,
            "seeds": self._seeds.tools,
        }
        for name, tools in self._tools.items():
            head.addWidget(tools, 2 if name == "table" else 0)
        return head

    def _connect(self) -> None:
        workbench = self.live.workbench
        self.book.changed.connect(self._follow)
        self.comparison.changed.connect(self._follow)
        self.training.changed.connect(self._training_changed)
        self.training.kept.connect(self._seeds.choose)
        self._compare.curves_wanted.connect(self.curves_wanted)
        self._seeds.repeat_asked.connect(self.table.actions_.ask_seeds)
        workbench.runner.started.connect(self.table.look_at_newest)
        workbench.problems_changed.connect(self._say_empty)
        workbench.data_changed.connect(self._say_empty)

    # ------------------------------------------------------------------ following

    def refresh(self) -> None:
        """Show how far the run is that goes on; all else is told by signals."""
        self.table.show_progress()

    def _follow(self) -> None:
        """The book, or what is compared, has changed."""
        runs = self.book.runs
        is_empty = not runs and not self.book.deleted  # what was deleted last can be brought back
        self._filled.setVisible(not is_empty)
        self._empty.setVisible(is_empty)
        self._say_empty()
        self.comparison.forget_others(runs)
        self.table.show_rows()
        colours = self.comparison.colours
        self._tabs.buttons["compare"].setText(f"Compare ({len(colours)})" if colours else "Compare")
        self._compare.show_rows(self.comparison.rows(), colours)
        self._seeds.show_groups(runs)
        self.compared.emit(self.comparison.curves())

    def _training_changed(self) -> None:
        self.table.actions_.update()
        self._seeds.follow()

    def _say_empty(self) -> None:
        obstacle = self.live.workbench.obstacle
        words = "Every run is kept here: with its settings, curves and figures, to be compared"
        self._empty.say(words, "" if obstacle else "Run")

    # ------------------------------------------------------------------ pages

    def show_page(self, name: str) -> None:
        """Bring ``table``, ``compare`` or ``seeds`` forward."""
        self._pages.setCurrentIndex(list(PAGES).index(name))
        self._tabs.show_chosen(name)
        for page, tools in self._tools.items():
            tools.setVisible(page == name)

    def finish(self) -> None:
        """End what runs in the background, before the window closes."""
        self.training.finish()
