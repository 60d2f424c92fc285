"""How far a run is, in whole percent, for whoever shows it outside the window's own panels."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnstudio.gui.runner import Runner


class RunProgress(QObject):
    """Follows the runs of a runner.

    Signals:
        changed: ``percent`` is another.
    """

    changed = Signal()

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runner = runner
        self.percent: int | None = None
        runner.looked.connect(self._look)
        runner.ended.connect(self._look)

    @property
    def share(self) -> float | None:
        """The share of the run that is done; ``None`` while nothing trains."""
        return None if self.percent is None else self.percent / 100

    def _look(self, *_: object) -> None:
        session, percent = self._runner.session, None
        if session is not None:
            count = max(1, len(session.data.parts.train))
            done = session.epoch + session.position / count
            percent = int(100 * min(1.0, done / session.settings.epochs))
        if percent != self.percent:
            self.percent = percent
            self.changed.emit()
