"""The dialog that chooses a network to begin with, in sizes of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import (
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.graph.analysis import analyse
from nnstudio.graph.model import Graph
from nnstudio.graph.templates import TEMPLATES, Template
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.columns import columns_of
from nnstudio.gui.pictures.neurons import Look, neuron_size, paint_neurons
from nnstudio.gui.pictures.parts import Scheme
from nnstudio.gui.pictures.places import scheme_of
from nnstudio.gui.template_rows import NAME, WIDTH, RowPainter, TemplateRows
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.project.starting import misfit, needs_of, suiting_data

_FORM_WIDTH = 264


class TemplateDialog(QDialog):
    """Templates at the left; the chosen one's picture and sizes at the right.

    Signals:
        inserted: (Template) put it on the canvas.
        begun: (Template, DataSettings) open it as a network of its own, on this data.
    """

    inserted = Signal(object)
    begun = Signal(object, object)

    def __init__(
        self, workbench: Workbench, theme: Theme, parent: QWidget, *, can_insert: bool
    ) -> None:
        """``can_insert``: whether there is a canvas in sight to insert into."""
        super().__init__(parent)
        self.setObjectName("template_dialog")
        self.setWindowTitle("Templates")
        self.resize(920, 632)
        self._workbench, self._theme = workbench, theme
        self._can_insert = can_insert
        self._templates = dict(TEMPLATES)
        self._facts: dict[DataSettings, DataFacts] = {}
        self._misfits: dict[Template, str] = {}
        self._graphs: dict[Template, Graph] = {}
        if workbench.data is not None:
            self._facts[workbench.project.data] = facts_of(workbench.data)
        self._list = TemplateRows()
        self._list.setObjectName("template_list")
        self._list.setAccessibleName("Templates")
        self._list.setFixedWidth(WIDTH)
        self._list.setItemDelegate(RowPainter(self, theme, self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListWidget.Shape.NoFrame)
        for name, template in TEMPLATES.items():
            item = QListWidgetItem(template.title, self._list)
            item.setData(NAME, name)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, template.summary)
            item.setToolTip(template.summary)
        self._title = _label("template_title", "title")
        self._summary = _label("template_summary", "dim")
        self._picture = _Picture(theme)
        self._form = SettingsForm("template", theme)
        self._form.changed.connect(self._sized)
        self._note = _label("template_note", "dim")
        self._insert = _button("template_insert", "Insert", self._insert_it)
        self._open = _button("template_open", "Open as new network", self._open_it)
        self._cancel = _button("template_cancel", "Cancel", self.reject)
        self._insert.setVisible(can_insert)
        main = self._insert if can_insert else self._open
        main.setProperty("primary", True)
        self._list.taken.connect(main.click)
        self._lay_out()
        self._list.currentRowChanged.connect(lambda _: self._show())
        self._list.setCurrentRow(0)
        self._list.setFocus()

    def _lay_out(self) -> None:
        self._form.setFixedWidth(_FORM_WIDTH)
        lower = QHBoxLayout()
        lower.setSpacing(24)
        top = Qt.AlignmentFlag.AlignTop
        lower.addWidget(self._form, 0, top)
        lower.addWidget(self._note, 1, top)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self._title)
        right.addWidget(self._summary)
        right.addSpacing(8)
        right.addWidget(self._picture, 1)
        right.addSpacing(12)
        right.addLayout(lower)
        above = QHBoxLayout()
        above.setSpacing(16)
        above.addWidget(self._list)
        above.addLayout(right, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addStretch(1)
        for button in (self._cancel, self._open, self._insert):
            below.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(above, 1)
        column.addLayout(below)

    # ------------------------------------------------------------------ what is chosen

    @property
    def template(self) -> Template:
        """The chosen one, in its sizes."""
        return self._templates[self._list.currentItem().data(NAME)]

    def choose(self, name: str) -> None:
        """Choose the template of this name."""
        self._list.setCurrentRow(list(TEMPLATES).index(name))

    def template_of(self, name: str) -> Template:
        """The template of this name, in its sizes."""
        return self._templates[name]

    def misfit(self, template: Template) -> str:
        """Why the present data doesn't suit it; empty where it does, or without a canvas."""
        if not self._can_insert:
            return ""
        if template not in self._misfits:  # asked for each row at each painting
            data = self._workbench.project.data
            self._misfits[template] = misfit(template, data, self._facts.get(data))
        return self._misfits[template]

    def data_for(self, template: Template) -> DataSettings:
        """The data that a network of its own begins with: the present one, where it suits."""
        data = self._workbench.project.data
        is_chosen = bool(self._workbench.graph.nodes) or data != Project().data
        suits = self._can_insert and is_chosen and not self.misfit(template)
        return data if suits else suiting_data(template)

    def graph_of(self, template: Template) -> Graph:
        """What it will be.

        Raises:
            StudioError: it can't be in these sizes.
        """
        if template not in self._graphs:
            suits = self._can_insert and not self.misfit(template)  # what Insert would add
            data = self._workbench.project.data if suits else self.data_for(template)
            self._graphs[template] = template.build(needs_of(self._known(data)))
        return self._graphs[template]

    def _known(self, data: DataSettings) -> DataFacts | None:
        """What a network must know of ``data``, which is the present or comes with the program."""
        if data == self._workbench.project.data:
            return self._facts.get(data)
        if data not in self._facts:
            self._facts[data] = facts_of(PreparedData.of(data))
        return self._facts[data]

    # ------------------------------------------------------------------ showing

    def _sized(self, name: str, value: object) -> None:
        template = replace(self.template, **{name: value})
        self._templates[template.name] = template
        self._show()

    def _show(self) -> None:
        template = self.template
        self._title.setText(template.title)
        self._form.show_settings(template)
        self._form.setVisible(not self._form.is_empty)
        problem = self.misfit(template)
        data = self.data_for(template)
        trouble = misfit(template, data, self._known(data))  # its sizes are to blame
        parameters = ""
        if trouble:
            self._picture.show_scheme(None)
        else:
            graph = self.graph_of(template)
            self._picture.show_scheme(_scheme(graph))
            parameters = f" · {analyse(graph).total_parameters:,} parameters"
        self._summary.setText(template.summary + parameters)
        self._insert.setEnabled(not problem)
        self._insert.setToolTip(problem)
        self._open.setEnabled(not trouble)
        self._note.setText(trouble or self._note_text(problem, data))
        self._list.viewport().update()

    def _note_text(self, problem: str, data: DataSettings) -> str:
        """What it needs of the data, and which data it would open with."""
        source = data.source
        if data == self._workbench.project.data:
            return sentence("template_fits", data=source.title)
        opens = sentence("template_opens", data=source.title, words=source.description)
        return f"{problem}\n\n{opens}" if problem else opens

    # ------------------------------------------------------------------ ending

    def _insert_it(self) -> None:
        template = self.template
        self.accept()
        self.inserted.emit(template)

    def _open_it(self) -> None:
        template = self.template
        data = self.data_for(template)
        self.accept()
        self.begun.emit(template, data)


def _scheme(graph: Graph) -> Scheme | None:
    try:
        return scheme_of(columns_of(graph))
    except StudioError:
        return None  # too deep for a picture; its sizes are legal all the same


def _label(name: str, role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _button(name: str, text: str, do: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)  # Enter in a field takes what is typed there
    button.clicked.connect(lambda *_: do())
    return button


class _Picture(QWidget):
    """The neurons of the chosen network, as large as there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("template_picture")
        self.setAccessibleName("The network")
        self.setMinimumSize(240, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self._scheme: Scheme | None = None

    def show_scheme(self, scheme: Scheme | None) -> None:
        """Show this picture, or none."""
        self._scheme = scheme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("canvas"))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        if self._scheme is None:
            return
        size = neuron_size(self._scheme, weights=False)
        scale = min(self.width() / size.width(), self.height() / size.height(), 1.0)
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(scale, scale)
        painter.translate(-size.width() / 2, -size.height() / 2)
        paint_neurons(painter, self._scheme, Look(self._theme))
