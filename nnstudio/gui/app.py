"""Starting the window: with its event loop (:func:`run`), without (:func:`build_window`), or only
to have its picture (:func:`picture_of`).
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox
from threadpoolctl import threadpool_limits

from nnstudio.gui.look.icons import app_icon
from nnstudio.gui.look.theme import THEMES, Theme, load_fonts, system_theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.messages import StudioError
from nnstudio.persistence.preferences import load_preferences
from nnstudio.persistence.project_file import load_project
from nnstudio.project.project import Project

log = logging.getLogger(__name__)


def build_window(
    path: str | Path | None = None, *, theme: str | None = None, recovers: bool = True
) -> MainWindow:
    """The whole main window, not yet shown, without starting the event loop.

    Args:
        path: a project to open; ``None`` for the start page. If it can't be opened the window
            says why.
        theme: ``light`` or ``dark``; ``None`` for the user's choice or the desktop's.
        recovers: whether it offers what earlier crashes have left.
    """
    app = _application()
    preferences = load_preferences()
    name = theme or preferences.theme or system_theme()
    chosen = Theme(name if name in THEMES else "light")
    # A widget is dressed again whenever a layout takes it in, which is half of all the work: the
    # style sheet comes once all are in their places.
    if not any(widget.isVisible() for widget in app.topLevelWidgets()):
        app.setStyleSheet("")
    window = MainWindow(chosen, preferences)
    chosen.apply()
    window.setWindowIcon(app_icon())
    app.setWindowIcon(app_icon())
    if path is not None:
        window.open_path(path)
    if recovers:
        window.offer.look()
    return window


def run(path: str | Path | None = None) -> int:
    """Open the window and work until it is closed; returns the exit code."""
    if path is not None:
        try:
            load_project(path)
        except StudioError as error:
            print(error, file=sys.stderr)
            return 2
    window = build_window(path)
    sys.excepthook = _Crash(window)
    window.show()
    return _application().exec()


def picture_of(
    project: Project, path: str | Path, *, file: str | Path | None = None, theme: str = "light"
) -> None:
    """Write a PNG picture of the window showing ``project``, which was read from ``file``."""
    window = build_window(theme=theme, recovers=False)
    window.resize(1280, 800)
    window.show()
    window.files.show_project(project, None if file is None else Path(file))
    settle(window)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(path)):
        raise StudioError("file_unwritable", file=str(path), reason="the picture was refused")
    window.workbench.document.mark_saved()
    window.close()


def settle(window: MainWindow, milliseconds: int = 600) -> None:
    """Let the window load its data and draw everything once."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    while window.workbench.is_loading:
        QTimer.singleShot(50, loop.quit)
        loop.exec()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _application() -> QApplication:
    app = QApplication.instance()
    if app is None:
        QGuiApplication.setApplicationDisplayName("")
        app = QApplication(sys.argv[:1])
        app.setApplicationName("nnstudio")
        app.setDesktopFileName("nnstudio")
    if not isinstance(app, QApplication):
        raise RuntimeError("a QApplication is needed, but another kind of Qt application runs")
    if not app.property("nnstudio fonts"):
        load_fonts(app)
        app.setProperty("nnstudio fonts", True)
        # Two BLAS threads wait for each other in a busy loop and lose to anything else that runs;
        # a run's threads share its batches instead.
        threadpool_limits(limits=1, user_api="blas")
    return app


class _Crash:
    """What happens with an error nobody expected: logged, shown with its details, work kept.

    The same error is shown once: one that comes again with every tick would leave no way to save.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._shown: set[str] = set()

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("unexpected error\n%s", details)
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        if details in self._shown:
            return
        self._shown.add(details)
        box = QMessageBox(self._window)
        box.setObjectName("crash_dialog")
        box.setWindowTitle("Something went wrong")
        box.setText("Something unexpected went wrong. Your project is still open and unchanged.")
        box.setInformativeText(f"{kind.__name__}: {error}")
        box.setDetailedText(details)
        copy = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
        box.addButton(QMessageBox.StandardButton.Close)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details))
        box.exec()
