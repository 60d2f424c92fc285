"""A window that trains, for a test that kills it: ``python window_to_kill.py FILE STEP``.

The run is kept after its STEPth batch and never again; then ``kept`` is printed, and it trains on.
"""

from __future__ import annotations

import sys
from math import inf

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nnstudio.gui.app import build_window, settle
from nnstudio.persistence.recovery.checkpoints import Pace


def main(file: str, step: float) -> int:
    window = build_window(file, theme="light")
    window.show()
    settle(window, 0)
    runner = window.workbench.runner

    def steps() -> float:
        return runner.session.step if runner.session else 0.0

    window.keeping.pace = Pace(first=step, every=inf, best=inf, clock=steps)
    window.keeping.kept.connect(lambda which: print("kept", which, flush=True))
    QTest.mouseClick(window.findChild(QWidget, "run_button"), Qt.MouseButton.LeftButton)
    return QApplication.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
