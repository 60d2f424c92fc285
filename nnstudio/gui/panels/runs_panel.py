"""Runs: the book of every run, with comparisons, forks and runs with several seeds."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.actions import RunActions
from nnstudio.gui.runs.book import RunBook
from nnstudio.gui.runs.compare_page import ComparePage
from nnstudio.gui.runs.compared import Comparison
from nnstudio.gui.runs.rows import Row, arranged, rows_of
from nnstudio.gui.runs.run_model import RunModel
from nnstudio.gui.runs.run_table import RunTable
from nnstudio.gui.runs.seed_training import SeedTraining
from nnstudio.gui.runs.seeds_page import SeedsPage

PAGES = {"table": "Runs", "compare": "Compare", "seeds": "Seeds"}
#: A narrower panel has short words on its buttons.
_WIDE = 440


class RunsPanel(LiveView):
    """The table of runs, and beside it two pages about some of them.

    Signals:
        compared: (label, history, colour) of each run whose curves are to be drawn.
        curves_wanted: show these curves.

    Attributes:
        book: reads and changes the book of runs.
        training: repeats runs with several seeds.
        actions: what can be done with what is selected.
    """

    compared = Signal(list)
    curves_wanted = Signal()

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("runs_panel")
        self.setAccessibleName("Runs")
        self.setMinimumSize(220, 144)
        self._theme = theme
        self.book = RunBook(live.workbench, self)
        self.training = SeedTraining(live.workbench, self)
        self.comparison = Comparison(self.book, self)
        self._order: tuple[str, bool] = ("", True)
        self._unfolded: set[int] = set()
        self._model = RunModel(theme)
        self._table = RunTable(self._model, theme)
        self.actions_ = RunActions(
            self.book,
            self.training,
            self._table,
            theme,
            self,
            rows=lambda: self._model.rows,
            compare=self._compare_selected,
        )
        self._compare_page = ComparePage(theme)
        self._seeds_page = SeedsPage(self.training, theme)
        self._empty = EmptyState("runs_empty")
        self._empty.asked.connect(lambda: live.workbench.when_loaded(live.workbench.runner.run))
        self._build()
        self._connect()
        self.show_page("table")
        self._follow()

    # ------------------------------------------------------------------ parts

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 4, 0)
        head.setSpacing(2)
        group = QButtonGroup(self)
        self._tabs: dict[str, QToolButton] = {}
        for name, text in PAGES.items():
            tab = QToolButton()
            tab.setObjectName(f"runs_{name}_button")
            tab.setText(text)
            tab.setAccessibleName(f"Show: {text}")
            tab.setCheckable(True)
            tab.setProperty("segment", True)
            tab.clicked.connect(lambda *_, name=name: self.show_page(name))
            group.addButton(tab)
            self._tabs[name] = tab
            head.addWidget(tab)
        self._filter = QLineEdit()
        self._filter.setObjectName("runs_filter")
        self._filter.setAccessibleName("Filter runs")
        self._filter.setPlaceholderText("Filter")
        self._filter.setToolTip("Runs with all these words: in notes, settings, layers, data")
        self._filter.setClearButtonEnabled(True)
        self._filter.setMaximumWidth(200)
        self._filter.setMinimumWidth(56)
        head.addSpacing(8)
        head.addStretch(1)
        head.addWidget(self._filter, 2)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_table_page())
        self._pages.addWidget(self._compare_page)
        self._pages.addWidget(self._seeds_page)
        self._book_page = QWidget()
        column = QVBoxLayout(self._book_page)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._book_page)
        outer.addWidget(self._empty)

    def _make_table_page(self) -> QWidget:
        page = QWidget()
        self._nothing = QLabel()
        self._nothing.setObjectName("runs_nothing")
        self._nothing.setProperty("role", "dim")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        below = QHBoxLayout()
        below.setContentsMargins(4, 0, 4, 0)
        below.setSpacing(8)
        self._buttons = {
            name: self._button(name) for name in ("reopen", "fork", "repeat", "compare")
        }
        for button in self._buttons.values():
            below.addWidget(button)
        below.addStretch(1)
        self._gone = QLabel()
        self._gone.setObjectName("runs_deleted")
        self._gone.setProperty("role", "dim")
        self._back = QPushButton("Bring back")
        self._back.setObjectName("runs_bring_back")
        self._back.setProperty("link", True)
        self._back.clicked.connect(self.book.bring_back)
        self._more = QToolButton()
        self._more.setObjectName("runs_more")
        self._more.setAccessibleName("More about the selected runs")
        self._more.setToolTip("Rename, note, keep weights, copy, save, delete")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._more.setMenu(self.actions_.menu)
        below.addWidget(self._gone)
        below.addWidget(self._back)
        below.addWidget(self._more)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._table, 1)
        column.addWidget(self._nothing, 1)
        column.addLayout(below)
        return page

    def _button(self, name: str) -> QPushButton:
        action = getattr(self.actions_, name)
        button = QPushButton()
        button.setObjectName(f"runs_{name}")
        button.setProperty("fix", True)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def _connect(self) -> None:
        self.book.changed.connect(self._follow)
        self.training.changed.connect(self.actions_.update)
        self.training.kept.connect(self._seeds_kept)
        self.comparison.changed.connect(self._follow)
        self._compare_page.curves_wanted.connect(self.curves_wanted)
        self._seeds_page.repeat_asked.connect(self.actions_.ask_seeds)
        self._filter.textChanged.connect(lambda *_: self._show_rows())
        table, model = self._table, self._model
        table.sorted_by.connect(self._sort)
        table.folded.connect(self._fold)
        table.selectionModel().selectionChanged.connect(self._selected)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        model.ticked.connect(self.comparison.tick)
        model.named.connect(self.book.rename)
        model.noted.connect(self.book.annotate)
        workbench = self.live.workbench
        workbench.problems_changed.connect(self._say_empty)
        workbench.data_changed.connect(self._say_empty)
        self._theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._more.setIcon(icon("more", self._theme, "dim"))
        self._table.viewport().update()

    # ------------------------------------------------------------------ following

    def refresh(self) -> None:
        """Show how far the run is that goes on; all else is told by signals."""
        for number, figures in self.book.live_figures().items():
            self._model.update_figures(number, figures)

    def _follow(self) -> None:
        """The book, or what is compared, has changed."""
        runs = self.book.runs
        self._book_page.setVisible(bool(runs) or self.training.is_busy)
        self._empty.setVisible(not runs and not self.training.is_busy)
        self._say_empty()
        self.comparison.forget_others(runs)
        self._unfolded &= {record.group for record in runs}
        self._show_rows()
        ticked = len(self.comparison.colours)
        self._tabs["compare"].setText(f"Compare ({ticked})" if ticked else "Compare")
        self._seeds_page.show_groups(runs)
        gone = self.book.deleted
        self._gone.setText(_gone_words(len(gone)))
        self._gone.setVisible(bool(gone))
        self._back.setVisible(bool(gone))
        self.compared.emit(self.comparison.curves())

    def _say_empty(self) -> None:
        obstacle = self.live.workbench.obstacle
        words = "Every run is kept here: with its settings, curves and figures, to be compared"
        self._empty.say(words, "" if obstacle else "Run")

    def _show_rows(self) -> None:
        """All rows anew, with the same ones selected."""
        keys = {row.key for row in self._table.selected()}
        runs, live = self.book.runs, self.book.live_figures()
        reference = self._reference()
        self._model.measured_by = reference.record.number if reference else 0
        self._model.unfolded = frozenset(self._unfolded)
        rows = rows_of(
            runs,
            live=live,
            reference=reference.record if reference else None,
            unfolded=self._unfolded,
        )
        column, is_descending = self._order
        shown = arranged(
            rows,
            column or "number",
            is_descending=is_descending,
            wanted=self._filter.text(),
        )
        if self._model.show(shown, self.comparison.colours, self.book.present):
            self._select(keys)
        self._table.fit_columns()
        self._nothing.setText(f"No run has “{self._filter.text().strip()}”")
        self._nothing.setVisible(bool(runs) and not shown)
        self._table.setVisible(bool(shown))
        picked = self.comparison.rows(runs, live)
        self._compare_page.show_rows(picked, self.comparison.colours)
        self.actions_.update()

    def _reference(self) -> Row | None:
        """The run that others are measured by: the one that is selected."""
        rows = self._table.selected()
        return rows[0] if len(rows) == 1 and not rows[0].group else None

    def _select(self, keys: set[tuple[int, bool]]) -> None:
        selection = QItemSelection()
        for place, row in enumerate(self._model.rows):
            if row.key in keys:
                index = self._model.index(place, 0)
                selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        chosen = self._table.selectionModel()
        chosen.select(selection, flags.ClearAndSelect | flags.Rows)
        if selection.indexes():
            chosen.setCurrentIndex(selection.indexes()[0].siblingAtColumn(1), flags.NoUpdate)

    def _selected(self, *_: object) -> None:
        self._show_rows()

    # ------------------------------------------------------------------ what the user does

    def show_page(self, name: str) -> None:
        """Bring ``table``, ``compare`` or ``seeds`` forward."""
        self._pages.setCurrentIndex(list(PAGES).index(name))
        self._tabs[name].setChecked(True)
        self._filter.setVisible(name == "table")

    def _sort(self, column: str, is_descending: bool) -> None:
        self._order = (column, is_descending) if column else ("", True)
        self._show_rows()

    def _fold(self, group: int) -> None:
        self._unfolded ^= {group}
        self._show_rows()

    def _compare_selected(self) -> None:
        """Tick the selected runs, and no others."""
        chosen = [row.record.number for row in self._table.selected() if not row.group]
        self.comparison.choose(chosen)
        self.show_page("compare")

    def _seeds_kept(self, group: int) -> None:
        self._follow()
        self._seeds_page.choose(group)

    def _open_menu(self, place: QPoint) -> None:
        if self._table.indexAt(place).isValid():
            self.actions_.menu.popup(self._table.viewport().mapToGlobal(place))

    def finish(self) -> None:
        """End what runs in the background, before the window closes."""
        self.training.finish()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        wide = self.width() >= _WIDE
        words = {
            "reopen": "Reopen",
            "fork": "Fork…",
            "repeat": "Repeat with seeds…" if wide else "Seeds…",
            "compare": "Compare",
        }
        for name, button in self._buttons.items():
            button.setText(words[name])
        self._buttons["compare"].setVisible(wide)


def _gone_words(count: int) -> str:
    return f"{count} run{'s' if count != 1 else ''} deleted"
