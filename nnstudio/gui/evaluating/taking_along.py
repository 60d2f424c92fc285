"""Taking a page along: its numbers as a table for spreadsheets, its look as a picture."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSizeF
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from nnstudio.gui.pictures.sheet import FORMATS, Sheet, sheet_image, write_sheet
from nnstudio.messages import StudioError

Table = Sequence[Sequence[str]]


def as_tabs(table: Table) -> str:
    """Rows as lines, columns apart by tabs."""
    return "\n".join("\t".join(row) for row in table) + "\n"


def sheet_of(page: QWidget) -> Sheet:
    """A page as it is seen, as a drawing."""
    size = QSizeF(page.size())

    def paint(painter: QPainter, box: QRectF, outlines: bool) -> None:
        painter.scale(box.width() / size.width(), box.height() / size.height())
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), page.palette().window())
        page.render(painter, QPoint(0, 0))

    return Sheet(size, paint, page.accessibleName() or "Evaluation")


class TakeAlong(QToolButton):
    """A menu: copy or save the table, copy or save the picture."""

    def __init__(
        self, page: Callable[[], QWidget], table: Callable[[], Table], name: str = "evaluate"
    ) -> None:
        """``name`` is the first part of object names, and of the files that are proposed."""
        super().__init__()
        self._name = name
        self.setObjectName(f"{name}_take")
        self.setText("Export")
        self.setAccessibleName("Take this page along")
        self.setToolTip("Copy or save the table or the picture")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("segment", True)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._page, self._table = page, table
        menu = QMenu(self)
        for what, text, do in (
            ("copy_table", "Copy table", self.copy_table),
            ("save_table", "Save table…", self._ask_where_table),
            ("copy_picture", "Copy picture", self.copy_picture),
            ("save_picture", "Save picture…", self._ask_where),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"{name}_{what}")
            action.triggered.connect(lambda *_, do=do: do())
        self.setMenu(menu)
        self.told = ""

    def copy_table(self) -> None:
        """The page's numbers, for a spreadsheet."""
        QGuiApplication.clipboard().setText(as_tabs(self._table()))

    def copy_picture(self) -> None:
        """The page as pixels."""
        QGuiApplication.clipboard().setImage(sheet_image(sheet_of(self._page())))

    def save_to(self, path: Path) -> bool:
        """Write the page as SVG, PNG or PDF; returns whether that worked (see ``told``)."""
        try:
            write_sheet(sheet_of(self._page()), path)
        except StudioError as error:
            self.told = str(error)
            return False
        return True

    def save_table_to(self, path: Path) -> bool:
        """Write the numbers as CSV; returns whether that worked (see ``told``)."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(self._table())
        except OSError as error:
            self.told = f"{path.name}: {error.strerror}"
            return False
        return True

    def _ask_where_table(self) -> None:
        proposed = f"{self._name}.csv"
        name, _ = QFileDialog.getSaveFileName(self, "Save table", proposed, "CSV (*.csv)")
        if name:
            path = Path(name)
            self.save_table_to(path if path.suffix else path.with_suffix(".csv"))

    def _ask_where(self) -> None:
        filters = ";;".join(f"{text} (*{end})" for end, text in FORMATS.items())
        proposed = f"{self._name}.svg"
        name, chosen = QFileDialog.getSaveFileName(self, "Save picture", proposed, filters)
        if name:
            path = Path(name)
            if not path.suffix:
                path = path.with_suffix(chosen[chosen.find("*") + 1 : -1])
            self.save_to(path)
