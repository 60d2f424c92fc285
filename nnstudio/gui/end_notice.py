"""Telling people who work on something else that a long run has ended."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from nnstudio.gui.runner import Runner
from nnstudio.messages import sentence
from nnstudio.training.events import Diverged, Ended, Event, Failed

#: A run is long from so many seconds on.
LONG = 30.0


class EndNotice(QObject):
    """Tells of the end of a long run while the window isn't the one that is used.

    Attributes:
        is_wanted: whether the user wants to be told.
        show: (title, text) how it is told.
    """

    def __init__(
        self,
        runner: Runner,
        window: QWidget,
        name: Callable[[], str],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``name``: what the project is called; ``clock``: the time in seconds."""
        super().__init__(window)
        self._runner, self._window, self._name, self._clock = runner, window, name, clock
        self._began = 0.0
        self._tray: QSystemTrayIcon | None = None
        self.is_wanted = True
        self.show: Callable[[str, str], object] = self._show
        runner.started.connect(self._started)
        runner.ended.connect(self._ended)
        window.installEventFilter(self)

    def _started(self) -> None:
        self._began = self._clock()

    def _ended(self, event: Event) -> None:
        was_long = self._clock() - self._began >= LONG
        if was_long and self.is_wanted and not self._window.isActiveWindow() and _is_news(event):
            self.show(f"{self._name()}: training has ended", _words(event))

    def _show(self, title: str, text: str) -> None:
        """By the desktop's notifications; where there are none, the window's button blinks."""
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
                self._tray.messageClicked.connect(self._come_forward)
                self._tray.activated.connect(self._come_forward)
            self._tray.show()
            self._tray.showMessage(title, text, self._window.windowIcon())
        QApplication.alert(self._window)

    def _come_forward(self, *_: object) -> None:
        self._window.raise_()
        self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Who has come back needs no sign any more."""
        if event.type() == QEvent.Type.WindowActivate and self._tray is not None:
            self._tray.hide()
        return False


def _is_news(event: Event) -> bool:
    """Whether the run has ended by itself, rather than been paused or stopped."""
    return not (isinstance(event, Ended) and event.reason == "stopped")


def _words(event: Event) -> str:
    if isinstance(event, Diverged | Failed):
        return sentence("notice_broken")
    is_step = isinstance(event, Ended) and event.reason == "limit"
    return sentence("notice_step" if is_step else "notice_ended")
