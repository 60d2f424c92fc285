"""A monkey at the window: thousands of random clicks, drags, keys and menu entries.

Run by ``make soak``. The window must not die, log an error or leave a broken network behind,
whatever is done to it while it trains or not. Every action is written to
``build/soak/actions.txt`` before it is done, so that also after a crash of Qt itself the last line
tells which one it was. The seed brings the same actions again, as far as they don't depend on how
quickly training went.

    make soak ARGS="--seed 7 --actions 500"
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox, QWidget

from nnstudio import assets
from nnstudio.engine.catalogue import LAYERS
from nnstudio.gui.app import build_window, settle
from nnstudio.gui.dragged_layer import mime_of
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import load_project, save_project

FOLDER = Path("build/soak")
#: Not asked for: they end the program or wait for a file that nobody will choose.
SPARED = {"action_quit", "action_open", "action_save", "action_save_as"}
#: A network is not let grow beyond this: the monkey is to do many things, not wait.
MOST_NODES = 400
SECONDS_STUCK = 2.0


def main() -> int:
    """Send the monkey into a process of its own; returns the exit code."""
    options = _options()
    if options.here:
        return Monkey(options.seed, options.actions).run()
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"seed {options.seed}, {options.actions} actions", flush=True)
    with tempfile.TemporaryDirectory() as home:
        places = {"HOME": home, "NNSTUDIO_CONFIG": home, "PYTHONFAULTHANDLER": "1"}
        numbers = ["--seed", str(options.seed), "--actions", str(options.actions)]
        done = subprocess.run(
            [sys.executable, __file__, "--here", *numbers],
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ, **places},
            check=False,
        )
    if done.returncode:
        actions = (FOLDER / "actions.txt").read_text().splitlines()
        print("\n".join(["the last actions:", *actions[-12:]]))
        print(f"exit code {done.returncode}: again with --seed {options.seed}")
    return min(abs(done.returncode), 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--actions", type=int, default=3_000)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


class Monkey:
    """Does one random thing after another to a real window, and looks after each."""

    def __init__(self, seed: int, actions: int) -> None:

        faulthandler.enable()
        self._random = random.Random(seed)
        self._actions = actions
        self._wrong: list[str] = []
        self._done: Counter[str] = Counter()
        self._since = time.monotonic()
        sys.excepthook = self._raised
        logging.getLogger().addHandler(_Listener(self._wrong))
        qInstallMessageHandler(self._told_by_qt)
        self.window: MainWindow = build_window(assets.sample("digits.nnstudio"), theme="light")
        self.window.resize(1280, 800)
        self.window.show()
        self.window.activateWindow()
        settle(self.window, 100)
        self._rescue = QTimer()
        self._rescue.timeout.connect(self._leave_what_waits)
        self._rescue.start(100)
        self._habits: list[tuple[int, Callable[[], str]]] = [
            (30, self._click_canvas),
            (20, self._drag_on_canvas),
            (10, self._drop_a_layer),
            (30, self._press_a_key),
            (20, self._choose_from_menus),
            (15, self._click_anything),
            (6, self._type_words),
            (6, self._context_menu),
            (6, self._turn_the_wheel),
            (3, self._look_away),
        ]

    def run(self) -> int:
        """All actions; 1 if anything went wrong."""
        weights = [weight for weight, _ in self._habits]
        with (FOLDER / "actions.txt").open("w") as log:
            for number in range(self._actions):
                (_, act) = self._random.choices(self._habits, weights)[0]
                log.write(f"{number} {act.__name__.strip('_')}")
                log.flush()
                self._since = time.monotonic()
                found = len(self._wrong)
                try:
                    log.write(f" {act()}\n")
                    self._let_time_pass()
                    self._inspect()
                except Exception:
                    self._wrong.append(traceback.format_exc())
                self._done[act.__name__.strip("_")] += 1
                if len(self._wrong) > found:
                    print(f"action {number}, {act.__name__}:\n" + "\n".join(self._wrong[found:]))
                if len(self._wrong) > 20:
                    break
            self._close(log.write)
        print(", ".join(f"{name} {count}" for name, count in self._done.most_common()))
        print(f"{len(self._wrong)} things went wrong")
        return bool(self._wrong)

    # ------------------------------------------------------------------ what it does

    def _click_canvas(self) -> str:

        at = self._place()
        modifier = self._random.choice(
            [Qt.KeyboardModifier.NoModifier] * 3
            + [Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier]
        )
        click = QTest.mouseDClick if self._random.random() < 0.2 else QTest.mouseClick
        click(self._pane, Qt.MouseButton.LeftButton, modifier, at)
        return f"{at.x()}, {at.y()}"

    def _drag_on_canvas(self) -> str:
        """Sometimes with a key pressed, or an undo, half-way; sometimes without letting go."""
        start, end = self._place(), self._place()
        left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mousePress(self._pane, left, plain, start)
        for step in range(1, 5):
            QTest.mouseMove(self._pane, start + (end - start) * step / 4)
            QApplication.processEvents()
            if self._random.random() < 0.05:
                self._press_a_key()
            if self._random.random() < 0.05:
                self.window.workbench.document.undo()
        if self._random.random() < 0.9:
            QTest.mouseRelease(self._pane, left, plain, end)
        return f"{start.x()}, {start.y()} to {end.x()}, {end.y()}"

    def _drop_a_layer(self) -> str:

        name, at = self._random.choice(sorted(LAYERS)), self._place()
        mime, copy, left = mime_of(name), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        plain = Qt.KeyboardModifier.NoModifier
        for event in (
            QDragEnterEvent(at, copy, mime, left, plain),
            QDragMoveEvent(at, copy, mime, left, plain),
            QDropEvent(QPointF(at), copy, mime, left, plain),
        ):
            QApplication.sendEvent(self._pane, event)
        return name

    def _press_a_key(self) -> str:

        named = (
            "Delete Backspace Insert F1 F2 F6 Return Escape Tab Home End Left Right Up Down Space"
        )
        keys = [*named.split(), *"ZYACXVDGHBFLRNWCF09", "Plus", "Minus", "Period", "Slash", "Menu"]
        name = self._random.choice(keys)
        held = Qt.KeyboardModifier.NoModifier
        for modifier in ("ControlModifier", "ShiftModifier", "AltModifier"):
            if self._random.random() < 0.3:
                held |= getattr(Qt.KeyboardModifier, modifier)
        where, key = self._focus(), getattr(Qt.Key, f"Key_{name}")
        words = f"{held} {name} on {where.objectName()}"
        QTest.keyClick(where, key, held)
        return words

    def _choose_from_menus(self) -> str:
        actions = [a for menu in self.window.menuBar().actions() for a in _leaves(menu)]
        able = [a for a in actions if a.isEnabled() and a.objectName() not in SPARED]
        if len(self.window.workbench.graph.nodes) > MOST_NODES:
            able = [a for a in able if a.objectName() in ("action_undo", "action_new")] or able
        action = self._random.choice(able)
        name = action.objectName() or action.text()
        action.trigger()
        return name

    def _click_anything(self) -> str:

        top = QApplication.activeModalWidget() or self.window
        seen = [w for w in top.findChildren(QWidget) if w.isVisible() and w.isEnabled()]
        widget = self._random.choice(seen or [top])
        x, y = (self._random.randrange(max(n, 1)) for n in (widget.width(), widget.height()))
        words = f"{type(widget).__name__} {widget.objectName()} at {x}, {y}"
        plain = Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, plain, QPoint(x, y))
        return words  # the click may have deleted the widget

    def _type_words(self) -> str:

        words = self._random.choice(["12", "dense", "0.001", "-1", "a name", "3, 3", "x" * 200])
        where = self._focus()
        told = f"{words[:12]} into {where.objectName()}"
        QTest.keyClicks(where, words)
        return told

    def _context_menu(self) -> str:

        at = self._place()
        mouse = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(self._pane, QContextMenuEvent(mouse, at, self._pane.mapToGlobal(at)))
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            return "no menu"
        able = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator() and not a.menu()]
        action = self._random.choice(able) if able else None
        menu.close()
        if action is None:
            return "an empty menu"
        text = action.text()
        action.trigger()
        return text

    def _turn_the_wheel(self) -> str:

        at, angle = self._place(), self._random.choice((-360, -120, 120, 360))
        event = QWheelEvent(
            QPointF(at), QPointF(self._pane.mapToGlobal(at)), QPoint(), QPoint(0, angle),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self._pane, event)
        return str(angle)

    def _look_away(self) -> str:
        """Another size of the window, or a longer wait."""
        size = self._random.choice([(1024, 768), (1440, 900), (1920, 1080), (900, 600)])
        self.window.resize(*size)
        self._wait(0.2)
        return f"{size[0]} × {size[1]}"

    # ------------------------------------------------------------------ where and when

    @property
    def _app(self):

        return QApplication

    def _focus(self) -> QWidget:
        """Where the keyboard is; the canvas has it more often than by chance."""
        if self._random.random() < 0.4 and QApplication.activeModalWidget() is None:
            self.window.docks.canvas.setFocus()
        return QApplication.focusWidget() or self.window.focusWidget() or self.window

    @property
    def _pane(self) -> QWidget:
        return self.window.docks.canvas.viewport()

    def _place(self) -> QPoint:
        """Anywhere on the canvas, but mostly where something is."""
        canvas, nodes = self.window.docks.canvas, self.window.workbench.graph.nodes
        chance = self._random.random()
        if nodes and chance < 0.6:
            node = self._random.choice(nodes).id
            if chance < 0.2:
                return canvas.port_point(node, "output")
            return canvas.node_rect(node).center()
        pane = self._pane
        return QPoint(self._random.randrange(pane.width()), self._random.randrange(pane.height()))

    def _let_time_pass(self) -> None:
        self._wait(0.03 if self._random.random() < 0.05 else 0)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        QApplication.processEvents()
        while time.monotonic() < until:
            QApplication.processEvents()

    def _leave_what_waits(self) -> None:
        """A dialog that holds up the monkey is answered, a drag of the system's is given up."""
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            dialog.reject()
        elif isinstance(dialog, QMessageBox):
            save = QMessageBox.ButtonRole.AcceptRole
            buttons = [b for b in dialog.buttons() if dialog.buttonRole(b) != save]
            self._random.choice(buttons or dialog.buttons()).click()
        elif time.monotonic() - self._since > SECONDS_STUCK:
            if isinstance(dialog, QDialog):
                dialog.reject()
            elif self.window.windowHandle() is not None:
                QTest.keyClick(self.window.windowHandle(), Qt.Key.Key_Escape)
        elif isinstance(dialog, QDialog) and self._random.random() < 0.1:
            dialog.reject()

    # ------------------------------------------------------------------ what it looks for

    def _inspect(self) -> None:
        """The network is whole, and the canvas shows it."""
        bench = self.window.workbench
        graph, project = bench.graph, bench.project
        assert len(graph.by_id) == len(graph.nodes), "two nodes have the same id"
        sorter: TopologicalSorter[str] = TopologicalSorter({node.id: () for node in graph.nodes})
        for edge in graph.edges:
            assert {edge.source, edge.target} <= graph.by_id.keys(), f"{edge} ends nowhere"
            sorter.add(edge.target, edge.source)
        sorter.prepare()  # raises if there is a circle
        ends = [(edge.target, edge.slot) for edge in graph.edges]
        assert len(set(ends)) == len(ends), "two wires end in the same slot"
        assert set(bench.selection) <= graph.by_id.keys(), "what is selected is not there"
        grouped = [node for group in project.layout.groups for node in group.nodes]
        assert len(set(grouped)) == len(grouped), "a node is in two groups"
        assert set(grouped) <= graph.by_id.keys(), "a group has a node that is not there"
        shown = [node for card in self.window.docks.canvas.cards().values() for node in card]
        assert sorted(shown) == sorted(graph.by_id), "the canvas shows another network"

    def _close(self, write: Callable[[str], object]) -> None:
        """What is left can be saved and opened again; undone to its beginning; and closed."""
        window, path = self.window, FOLDER / "left.nnstudio"
        write("closing\n")
        try:
            window.workbench.runner.finish()
            save_project(window.workbench.project, path)
            assert load_project(path).graph == window.workbench.graph, "saved otherwise"
            while window.workbench.document.undo():
                QApplication.processEvents()
                self._inspect()
            self._inspect()
            window.workbench.document.mark_saved()
            assert window.close(), "the window stays open"
            QApplication.processEvents()
        except Exception:
            self._wrong.append(traceback.format_exc())
            print(self._wrong[-1])

    def _raised(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._wrong.append("".join(traceback.format_exception(kind, error, trace)))

    def _told_by_qt(self, kind: QtMsgType, where: QMessageLogContext, words: str) -> None:
        if "does not support" not in words and "QFont" not in words:  # of the offscreen platform
            self._wrong.append(f"Qt says: {words}")


class _Listener(logging.Handler):
    """Keeps what is logged as a warning or worse."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._wrong = wrong

    def emit(self, record: logging.LogRecord) -> None:
        self._wrong.append(self.format(record))


def _leaves(action: QAction) -> list[QAction]:
    """The entries of a menu, those of its submenus included."""
    menu = action.menu()
    if menu is None:
        return [] if action.isSeparator() else [action]
    return [leaf for inner in menu.actions() for leaf in _leaves(inner)]


if __name__ == "__main__":
    sys.exit(main())
