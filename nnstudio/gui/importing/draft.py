"""What the import dialog has been told so far; nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from nnstudio.data.errors import DataError
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Table
from nnstudio.data.tables.cells import is_missing
from nnstudio.data.tables.encoding import DROP, FILL, LEAVE
from nnstudio.data.tables.sniffing import Guess
from nnstudio.messages import sentence
from nnstudio.project.edits import with_filling, with_other_source

ROLES = ("input", "target", "group", "time", "part", "ignore")
INPUT, TARGET, GROUP, TIME, PART, IGNORE = ROLES
#: How a split goes by a column of each of these roles; there is one such column at most.
_SPLITS = {GROUP: "group", TIME: "order", PART: "part"}
#: Settings that tell how a file is written: with another one, it is another table.
WAYS = ("delimiter", "decimal", "encoding", "header")


@dataclass(frozen=True)
class Draft:
    """A table, how it is written, and what its columns are for.

    Attributes:
        table: the source, as far as it isn't about columns.
        guess: how it is written.
        roles: of each column.
        kinds: of those columns whose kind was corrected.
        chosen: of those columns whose role isn't a guess any more.
    """

    table: Table
    guess: Guess
    roles: dict[str, str]
    kinds: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, before: Draft | None = None) -> Draft:
        """What is guessed of ``table``.

        Args:
            before: what was said of the same table read in another way; where columns have kept
                their names, it still holds.

        Raises:
            DataError: it can't be read, or is no table.
        """
        guess = table.guess()
        try:
            found = table.roles(guess)
        except DataError:
            return cls(table, guess, dict.fromkeys(guess.names, IGNORE))._after(before)
        roles = dict.fromkeys(guess.names, IGNORE)
        roles |= dict.fromkeys(found.inputs, INPUT) | dict.fromkeys(found.targets, TARGET)
        return cls(table, guess, roles)._after(before)

    def _after(self, before: Draft | None) -> Draft:
        if before is None:
            return self
        # What was said of columns that there aren't now is kept: they may be back in a moment.
        draft = replace(self, kinds=before.kinds, chosen=before.chosen)
        for column, role in before.chosen.items():
            draft = draft.with_role(column, role) if column in self.roles else draft
        for column, kind in before.kinds.items():
            draft = draft.with_kind(column, kind) if column in self.roles else draft
        return draft

    # ------------------------------------------------------------------ edits

    def with_setting(self, name: str, value: Any) -> Draft:
        """With another setting of the table; the columns may become others by it.

        Raises:
            DataError: read in this way it is no table.
        """
        changed: dict[str, Any] = {name: value}
        table = replace(self.table, **changed)
        return Draft.of(table, self) if name in WAYS else replace(self, table=table)

    def with_role(self, column: str, role: str) -> Draft:
        """With another role; what only one column can be, others are not any more."""
        roles = dict(self.roles)
        if role in _SPLITS:
            alone = tuple(_SPLITS)
            roles = {name: IGNORE if was in alone else was for name, was in roles.items()}
        roles[column] = role
        changed = {name: now for name, now in roles.items() if now != self.roles[name]}
        return replace(self, roles=roles, chosen={**self.chosen, **changed, column: role})

    def with_kind(self, column: str, kind: str) -> Draft:
        """With another kind of a column."""
        kinds = {**self.kinds, column: kind}
        if kind == self.guess.meaning(column).kind:
            del kinds[column]
        return replace(self, kinds=kinds)

    # ------------------------------------------------------------------ results

    def kind(self, column: str) -> str:
        """What the column holds."""
        return self.kinds.get(column) or self.guess.meaning(column).kind

    def named(self, *roles: str) -> tuple[str, ...]:
        """The columns of these roles, in order."""
        return tuple(name for name in self.guess.names if self.roles[name] in roles)

    @property
    def source(self) -> Table:
        """The table with all that is said of it: nothing is left to be guessed."""
        return replace(
            self.table,
            inputs=self.named(INPUT),
            targets=self.named(TARGET),
            keep=self.named(*_SPLITS),
            kinds=tuple(f"{n}={kind}" for n, kind in self.kinds.items() if n in self.roles),
            header=self._header,
        )

    @property
    def _header(self) -> str:
        return "yes" if self.guess.header else "no"

    def settings(self, data: DataSettings) -> DataSettings:
        """``data`` from this table, dealt out by the column that was chosen for it.

        Columns of a table differ in size by thousands, days and shares: they are standardised.
        """
        new = with_other_source(data, self.source)
        new = replace(new, inputs="standardise", targets="standardise")
        for role, way in _SPLITS.items():
            for name in self.named(role):
                new = replace(new, split=replace(new.split, by=way, column=name))
        return with_filling(new)

    @property
    def problem(self) -> str:
        """Why it can't be imported so; empty if it can."""
        if not self.named(INPUT) or not self.named(TARGET):
            return sentence("import_roles")
        try:
            self.source.roles(self.guess)
        except DataError as error:
            return str(error)
        return ""

    @property
    def remark(self) -> str:
        """What will happen to rows with empty cells, as far as the first rows tell."""
        roles = [self.roles[name] for name in self.guess.names]
        used = [place for place, role in enumerate(roles) if role in (INPUT, TARGET)]
        rows = self.guess.rows
        gaps = sum(any(is_missing(row[place]) for place in used) for row in rows)
        if not gaps:
            return ""
        values = {"count": gaps, "rows": len(rows)}
        if self.table.missing == DROP:
            return sentence("import_drop", **values)
        if self.table.missing in (FILL, LEAVE):
            return sentence("import_fill", **values)
        return sentence("import_refuse", **values)
