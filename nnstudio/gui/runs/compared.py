"""Which runs are compared, and in which colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from nnstudio.gui.runs.book import RunBook
from nnstudio.gui.runs.cells import Row
from nnstudio.gui.runs.rows import figures_of
from nnstudio.project.run_curves import with_past
from nnstudio.project.run_record import RunRecord
from nnstudio.training.history import History

#: The colours of runs that are compared, by their role in the theme; no more are compared. Those
#: come first that are least like the two of the run that is drawn anyway.
COLOURS = (
    "output",
    "negative",
    "sequence",
    "regularise",
    "shape",
    "activation",
    "convolution",
    "core",
)
#: The run that the Learning panel draws anyway.
PRESENT = "training"


class Comparison(QObject):
    """The runs that are ticked, in the order in which they were.

    Signals:
        changed: other runs are ticked.
    """

    changed = Signal()

    def __init__(self, book: RunBook, parent: QObject) -> None:
        super().__init__(parent)
        self._book = book
        self._taken: dict[int, str] = {}

    @property
    def colours(self) -> dict[int, str]:
        """The colour of each ticked run; the present one has that of its curves."""
        present = self._book.present
        return {
            number: PRESENT if number == present else role for number, role in self._taken.items()
        }

    def tick(self, number: int, is_ticked: bool) -> None:
        """Compare this run too, or no longer; the first goes where there are too many."""
        if is_ticked and number not in self._taken:
            if len(self._taken) == len(COLOURS):
                del self._taken[next(iter(self._taken))]
            free = [role for role in COLOURS if role not in self._taken.values()]
            self._taken[number] = free[0]
        elif not is_ticked:
            self._taken.pop(number, None)
        self.changed.emit()

    def choose(self, numbers: Sequence[int]) -> None:
        """Compare these runs, and no others."""
        self._taken = dict(zip(numbers[: len(COLOURS)], COLOURS, strict=False))
        self.changed.emit()

    def forget_others(self, runs: Sequence[RunRecord]) -> None:
        """Runs that are gone can't be compared."""
        known = {record.number for record in runs}
        self._taken = {n: role for n, role in self._taken.items() if n in known}

    def rows(self) -> tuple[Row, ...]:
        """The ticked runs with their figures."""
        by_number = {record.number: record for record in self._book.runs}
        live = self._book.live_figures()
        return tuple(
            Row(by_number[n], live.get(n) or figures_of(by_number[n]))
            for n in self._taken
            if n in by_number
        )

    def curves(self) -> list[tuple[str, History, str]]:
        """Label, curves and colour of each ticked run but the present one, past included."""
        found = []
        for number, role in self.colours.items():
            record = self._book.record(number)
            if record is None or number == self._book.present:
                continue
            found.append((record.title, with_past(self._book.runs, record), role))
        return found
