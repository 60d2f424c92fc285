"""What a person is told of a table that was read: what was left out or filled, and where."""

from __future__ import annotations

from nnstudio.data.errors import DataError
from nnstudio.data.tables.encoding import FILL, LEAVE, Gaps
from nnstudio.data.tables.reading import Report
from nnstudio.data.tables.records import Place, lines_of
from nnstudio.data.tables.roles import Roles
from nnstudio.data.tables.sniffing import Guess
from nnstudio.messages import sentence

#: So many columns with wrong cells are told one by one.
_TOLD = 3


def notes_on(
    place: Place,
    guess: Guess,
    report: Report,
    gaps: Gaps,
    roles: Roles,
    missing: str,
    instead: str,
) -> tuple[str, ...]:
    """Sentences, each with a line of the file.

    Args:
        missing: what is done about missing cells.
        instead: the encoding it was read in because it wasn't UTF-8; empty if it was.

    Raises:
        DataError: cells are missing, and that is refused.
    """
    wanted = [*report.long[:1], *(wrong.row for wrong in report.wrong.values())]
    if gaps.rows:
        wanted.append(gaps.first)
    line = lines_of(place, guess, wanted) if guess.encoding else {}

    def at(row: int) -> int:
        return line.get(row, row + 1)

    notes = []
    if instead:
        notes.append(sentence("table_not_utf8", file=place.name, encoding=instead))
    if report.open_quotes:
        count, first = len(report.open_quotes), report.open_quotes[0]
        notes.append(sentence("table_quotes", file=place.name, line=first, count=count))
    fitting = report.rows - len(report.long)
    if report.long:
        values = {"count": len(report.long), "line": at(report.long[0]), "kept": fitting}
        notes.append(sentence("table_long", file=place.name, columns=len(guess.names), **values))
    for name in [name for name in guess.names if name in report.wrong][:_TOLD]:
        wrong = report.wrong[name]
        values = {"count": wrong.count, "line": at(wrong.row)}
        notes.append(
            sentence(
                "table_wrong",
                file=place.name,
                column=name,
                kind=roles.meanings[name].kind,
                cell=wrong.cell,
                **values,
            )
        )
    if gaps.rows:
        named = [name for name in guess.names if name in gaps.cells]
        columns = ", ".join(named[:5]) + (" …" if len(named) > 5 else "")
        told = {"file": place.name, "count": gaps.rows, "columns": columns, "line": at(gaps.first)}
        if missing == "refuse":
            raise DataError("table_refused", **told)
        without_target = sum(gaps.cells.get(name, 0) for name in roles.targets)
        if missing in (FILL, LEAVE):
            notes.append(sentence("table_filled", **told))
            if without_target:
                notes.append(sentence("table_no_target", file=place.name, count=without_target))
        else:
            notes.append(
                sentence("table_dropped", kept=report.rows - len(report.long) - gaps.rows, **told)
            )
    return tuple(notes)
