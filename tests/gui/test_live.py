"""Which views are kept up to date, and what that is allowed to cost."""

from __future__ import annotations

from dataclasses import replace
from time import sleep

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.workbench import Workbench


class CountingView(LiveView):
    """Counts its refreshes; painting it takes a while."""

    refreshes = 0
    painting = 0.0

    def refresh(self) -> None:
        self.refreshes += 1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        sleep(self.painting)


@pytest.fixture
def live() -> Live:
    return Live(Workbench())


@pytest.fixture
def tabs(live: Live, qtbot: QtBot) -> tuple[QMainWindow, list[QDockWidget]]:
    """Two views behind one another, the first in front."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(400, 300)
    docks = []
    for name in ("front", "back"):
        dock = QDockWidget(name)
        dock.setObjectName(name)
        dock.setWidget(CountingView(live))
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        docks.append(dock)
    window.tabifyDockWidget(*docks)
    docks[0].raise_()
    window.show()
    qtbot.waitExposed(window)
    return window, docks


def views(docks: list[QDockWidget]) -> list[CountingView]:
    return [dock.widget() for dock in docks]  # type: ignore[misc]


def settled(live: Live, qtbot: QtBot) -> None:
    """Wait until nothing that can be seen is old."""
    qtbot.waitUntil(lambda: not live._timer.isActive())


def test_a_view_behind_the_tab_of_another_is_not_refreshed(tabs, live: Live, qtbot: QtBot) -> None:
    front, back = views(tabs[1])
    settled(live, qtbot)
    assert back.isVisible(), "Qt calls it visible, which is why this has to be tested"
    before = front.refreshes, back.refreshes

    live.mark_all()
    settled(live, qtbot)

    assert (front.refreshes, back.refreshes) == (before[0] + 1, before[1])


def test_a_view_is_refreshed_once_its_tab_is_brought_forward(
    tabs, live: Live, qtbot: QtBot
) -> None:
    _, back = views(tabs[1])
    settled(live, qtbot)
    live.mark_all()
    settled(live, qtbot)
    before = back.refreshes

    tabs[1][1].raise_()

    qtbot.waitUntil(lambda: back.refreshes > before)


def test_what_painting_costs_counts_as_the_cost_of_a_view(live: Live, qtbot: QtBot) -> None:
    view = CountingView(live)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    settled(live, qtbot)
    view.painting = 0.03

    assert live.show(view) >= 0.03


def test_a_view_without_a_face_is_seen_where_its_parent_is(tabs, live: Live) -> None:
    front, back = views(tabs[1])
    for parent in (front, back):
        faceless = CountingView(live, parent)
        faceless.resize(0, 0)
        faceless.show()
        assert faceless.is_seen() is (parent is front)


@pytest.fixture
def refreshed(open_window, qtbot: QtBot):
    """A window in which a network trains, and the views in the order in which they are shown."""
    window = open_window(sample("spiral.nnstudio"))
    project = window.workbench.project
    endless = replace(project.settings, epochs=100_000)
    window.workbench.open(replace(project, settings=endless, trained=None))
    window.show_network()
    shown: list[LiveView] = []
    show = window.live.show

    def noted(view: LiveView) -> float:
        shown.append(view)
        return show(view)

    window.live.show = noted
    window.workbench.runner.run()
    qtbot.waitUntil(lambda: len(shown) > 10)
    yield window, shown
    window.workbench.runner.discard()


def test_while_training_runs_a_tab_that_is_brought_forward_is_followed_and_the_other_is_not(
    refreshed, qtbot: QtBot
) -> None:
    window, shown = refreshed
    docks = window.docks.docks
    function, weights = docks["function"].widget(), docks["weights"].widget()
    for front, back in ((weights, function), (function, weights)):
        window.docks.show_dock("weights" if front is weights else "function")
        qtbot.waitUntil(lambda front=front: shown[-20:].count(front) > 2)
        shown.clear()
        qtbot.waitUntil(lambda: len(shown) > 20)
        assert back not in shown


def test_cards_without_pictures_cost_training_nothing(refreshed, qtbot: QtBot) -> None:
    window, shown = refreshed
    thumbnails = window.life.thumbnails
    assert thumbnails in shown
    for kind in ("nothing", "curves"):
        shown.clear()
        thumbnails.show_on_cards(kind)
        qtbot.waitUntil(lambda: thumbnails in shown)  # once more, for the pictures to go
        shown.clear()
        qtbot.waitUntil(lambda: len(shown) > 20)
        assert thumbnails not in shown
    thumbnails.show_on_cards("weights")
    shown.clear()
    qtbot.waitUntil(lambda: shown.count(thumbnails) > 2)


@pytest.mark.parametrize("away", ["hide", "showMinimized"])
def test_a_window_that_nobody_sees_draws_nothing_until_it_is_seen_again(
    refreshed, qtbot: QtBot, away: str
) -> None:
    window, shown = refreshed
    getattr(window, away)()
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    shown.clear()
    step = window.workbench.runner.last_batch.step
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch.step > step + 100)
    assert not shown
    window.showNormal()
    curves = window.docks.docks["curves"].widget()
    qtbot.waitUntil(lambda: shown.count(curves) > 2 and window.life.thumbnails in shown)
