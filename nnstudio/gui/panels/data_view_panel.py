"""The data view: the data as a table, as a wall of pictures, column by column, and as a batch."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.page_tabs import PageTabs
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.batch_page import BatchPage
from nnstudio.gui.looking.columns_page import ColumnsPage
from nnstudio.gui.looking.example_table import ExampleTable
from nnstudio.gui.looking.example_view import ExampleView
from nnstudio.gui.looking.examples import Examples, part_numbers
from nnstudio.gui.looking.filter_bar import FilterBar
from nnstudio.gui.looking.study import Study
from nnstudio.gui.looking.wall import Wall

#: From the first width on the filter stands beside the tabs, from the second an example is large.
_WIDE, _ROOMY = 760, 480
PAGES = {"table": "Table", "pictures": "Pictures", "columns": "Columns", "batch": "Batch"}


class DataViewPanel(LiveView):
    """One page at a time, filled only while it can be seen."""

    def __init__(
        self, live: Live, study: Study, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(live, parent)
        self.setObjectName("data_view_panel")
        self.setAccessibleName("Data view")
        self.setMinimumSize(220, 144)
        self._study = study
        self._data: PreparedData | None = None
        self._part_of = np.zeros(0, np.uint8)
        self._examples: Examples | None = None
        self._filled: dict[str, object] = {}
        self._page = "table"
        self._filter = FilterBar()
        self._filter.changed.connect(self._choose_examples)
        self._filter.asked.connect(self._go_to)
        self._table = ExampleTable(theme, "examples_table", "The examples of the data")
        self._table.chosen.connect(self._show_example)
        self._example = ExampleView(theme)
        self._example.hide()
        self._beside = QSplitter(Qt.Orientation.Horizontal)
        self._beside.setChildrenCollapsible(False)
        self._beside.addWidget(self._table)
        self._beside.addWidget(self._example)
        self._beside.setStretchFactor(0, 1)
        self._wall = Wall(theme, "examples_wall", "The examples of the data")
        self._table.activated.connect(lambda index: self._look_inside(index.row()))
        self._wall.opened.connect(self._look_inside)
        self._columns = ColumnsPage(theme)
        self._batch = BatchPage(theme)
        self._empty = EmptyState("data_view_empty")
        self._pages = QStackedWidget()
        for page in (self._beside, self._wall, self._columns, self._batch, self._empty):
            self._pages.addWidget(page)
        self._head = self._make_head()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._head)
        column.addWidget(self._pages, 1)
        study.changed.connect(lambda: live.mark(self))

    def _make_head(self) -> QBoxLayout:
        self._tabs = tabs = PageTabs("data_view_{}", PAGES, "Show the data: {}")
        tabs.chosen.connect(self.show_page)
        tabs.addStretch(1)
        tabs.show_chosen("table")
        head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setContentsMargins(12, 0, 12, 0)
        head.setSpacing(8)
        head.addLayout(tabs)
        head.addWidget(self._filter, 1)
        return head

    # ------------------------------------------------------------------ what is shown

    @property
    def page(self) -> str:
        """The page in front, a key of :data:`PAGES`."""
        return self._page

    def show_page(self, name: str) -> None:
        """Bring a page forward."""
        self._page = name
        self._tabs.show_chosen(name)
        self.refresh()

    def refresh(self) -> None:
        """Show the data as it is now; while nothing has changed this costs nothing."""
        data = self.live.workbench.data
        if data is not self._data:
            self._take(data)
        self._head_shown(data is not None)
        if data is None:
            self._say_empty()
            return
        fill = {
            "table": self._fill_table,
            "pictures": self._fill_wall,
            "columns": self._fill_columns,
            "batch": self._fill_batch,
        }
        fill[self._page](data)

    def _take(self, data: PreparedData | None) -> None:
        self._data = data
        self._filled.clear()
        self._example.hide()
        if data is None:
            self._examples = None
            self._table.show_examples(None)
            self._wall.show_examples(None)
            return
        self._part_of = part_numbers(data.parts, data.dataset.size)
        self._filter.show_data(data)
        is_drawn = data.dataset.inputs.ndim in (3, 4)
        self._tabs.buttons["pictures"].setVisible(is_drawn)
        self._tabs.buttons["pictures"].setText("Pictures" if data.dataset.is_picture else "Lines")
        if self._page == "pictures" and not is_drawn:
            self.show_page("table")
            return
        self._choose_examples()

    def _head_shown(self, there_is_data: bool) -> None:
        for button in self._tabs.buttons.values():
            button.setEnabled(there_is_data)
        self._filter.setVisible(there_is_data and self._page in ("table", "pictures"))

    def _say_empty(self) -> None:
        workbench = self.live.workbench
        if workbench.is_loading:
            self._empty.say("The data is being read.")
        elif workbench.data_error:
            self._empty.say("There is nothing to look at yet: the Data panel says what is missing.")
        else:
            self._empty.say("The data of this project will be shown here.")
        self._pages.setCurrentWidget(self._empty)

    def _fill_table(self, data: PreparedData) -> None:
        if self._filled.get("table") is not self._examples:
            self._filled["table"] = self._examples
            self._table.show_examples(self._examples)
            self._example.hide()
        self._pages.setCurrentWidget(self._beside)

    def _fill_wall(self, data: PreparedData) -> None:
        if self._filled.get("pictures") is not self._examples:
            self._filled["pictures"] = self._examples
            self._wall.show_examples(self._examples)
        self._pages.setCurrentWidget(self._wall)

    def _fill_columns(self, data: PreparedData) -> None:
        known = self._study.overview()
        if known is not None:
            self._columns.show_overview(known)
            self._pages.setCurrentWidget(self._columns)
            return
        waits = self._study.is_waiting
        self._empty.say(
            "The columns are looked at when training ends or pauses."
            if waits
            else "The columns are being looked at."
        )
        self._pages.setCurrentWidget(self._empty)

    def _fill_batch(self, data: PreparedData) -> None:
        if not len(data.parts.train):
            self._empty.say("There are no examples to train on.")
            self._pages.setCurrentWidget(self._empty)
            return
        self._batch.show_data(data, self.live.workbench.project.settings)
        self._pages.setCurrentWidget(self._batch)

    # ------------------------------------------------------------------ choosing

    def _choose_examples(self) -> None:
        data = self._data
        if data is None:
            return
        bar = self._filter
        self._examples = Examples.passing(data.dataset, self._part_of, bar.part, bar.label)
        bar.say_count(self._examples.count, data.dataset.size)
        if self._page in ("table", "pictures"):
            self.refresh()

    def _go_to(self, number: int) -> None:
        k = None if self._examples is None else self._examples.find(number)
        if k is None:
            return
        view = self._wall if self._page == "pictures" else self._table
        view.go_to(k)
        view.setFocus()

    def _look_inside(self, k: int) -> None:
        """Let an example be shown with what the network makes of it."""
        if self._examples is not None and 0 <= k < self._examples.count:
            self.live.workbench.show_example(self._examples.position(k))

    def _show_example(self, row: int) -> None:
        if self._examples is None or not 0 <= row < self._examples.count:
            return
        self._example.show_example(self._examples, row)
        if self._example.isHidden() and self.width() >= _ROOMY:
            self._example.show()
            self._beside.setSizes([self.width() - 220, 220])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(across if self.width() >= _WIDE else down)
        self._head.setSpacing(8 if self.width() >= _WIDE else 4)
        if self.width() < _ROOMY:
            self._example.hide()
