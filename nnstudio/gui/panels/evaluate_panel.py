"""How good the network is: figures, confusion, mistakes, curves, calibration, residuals.

Answers are those of the latest weights to the validation part, unless another is chosen. While
training runs some of its examples stand for it; all are asked once it rests.
"""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.gui.evaluating.answering import Answering, Answers, live_rows
from nnstudio.gui.evaluating.calibration_page import CalibrationPage
from nnstudio.gui.evaluating.confusion_page import ConfusionPage
from nnstudio.gui.evaluating.curves_page import CurvesPage
from nnstudio.gui.evaluating.figures_page import FiguresPage
from nnstudio.gui.evaluating.mistakes_page import MistakesPage
from nnstudio.gui.evaluating.residuals_page import ResidualsPage
from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.evaluating.taking_along import TakeAlong
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.chooser import chooser
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.page_tabs import PageTabs
from nnstudio.gui.look.theme import Theme
from nnstudio.project.answering import rows_of
from nnstudio.project.model import Model
from nnstudio.training.judging.judged import Judged
from nnstudio.training.report import Part

PAGES = {
    "figures": "Figures",
    "confusion": "Confusion",
    "mistakes": "Mistakes",
    "curves": "ROC · PR",
    "calibration": "Calibration",
    "residuals": "Residuals",
}
#: The pages where classes are told apart, and where numbers are found.
FOR_CLASSES = ("figures", "confusion", "mistakes", "curves", "calibration")
FOR_NUMBERS = ("figures", "residuals", "mistakes")
PARTS: dict[Part, str] = {"validation": "Validation", "training": "Training", "test": "Test"}
_MARGIN = 12
_TEST_WORDS = (
    "Look at the test part rarely: what is chosen by it no longer tells how good the network is"
)

Page = FiguresPage | ConfusionPage | MistakesPage | CurvesPage | CalibrationPage | ResidualsPage


class EvaluatePanel(LiveView):
    """One page at a time; hidden ones are neither answered nor drawn."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("evaluate_panel")
        self.setAccessibleName("Evaluate")
        self.setMinimumSize(220, 144)
        self._answering = Answering(self)
        self._answering.grown.connect(lambda: live.mark(self))
        self._asked: tuple[object, ...] = ()
        self._past: tuple[object, ...] = (None, "")
        self._known: Answers = {}
        self._fresh: set[Part] = set()
        self._stale: set[Part] = set()  # parts whose answers are of other weights than is asked
        self._failed = ""
        self._about: tuple[object, ...] = ()
        self._wanted_part: Part | None = None
        self._output = 0
        self._shown_page: tuple[object, ...] = ()
        self._page = "figures"
        self.pages: dict[str, Page] = {
            "figures": FiguresPage(theme),
            "confusion": ConfusionPage(theme),
            "mistakes": MistakesPage(theme),
            "curves": CurvesPage(theme),
            "calibration": CalibrationPage(theme),
            "residuals": ResidualsPage(theme),
        }
        for page in self.pages.values():
            if isinstance(page, ConfusionPage | MistakesPage):
                page.list.opened.connect(self._look_inside)
        self._empty = EmptyState("evaluate_empty")
        self._stack = QStackedWidget()
        for shown in (*self.pages.values(), self._empty):
            self._stack.addWidget(shown)
        self._caption = QLabel()
        self._caption.setObjectName("evaluate_caption")
        self._caption.setProperty("role", "dim")
        self._note = QLabel()
        self._note.setObjectName("evaluate_note")
        self._note.setProperty("role", "warning")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(16, 0, 16, 0)
        self._head = self._make_head()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addLayout(self._head)
        column.addWidget(self._stack, 1)
        column.addWidget(self._note)

    def _make_head(self) -> QBoxLayout:
        self._tabs = tabs = PageTabs("evaluate_{}_button", PAGES)
        tabs.chosen.connect(self.show_page)
        tabs.addStretch(1)
        self._part = chooser("evaluate_part", "Part of the data that is answered", narrowest=88)
        self._part.activated.connect(self._choose_part)
        self._outputs = chooser("evaluate_output", "Output whose answers are judged", narrowest=88)
        self._outputs.activated.connect(self._choose_output)
        self.take = TakeAlong(lambda: self.pages[self._page], lambda: self.table())
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(self._part)
        choices.addWidget(self._outputs)
        choices.addWidget(self._caption)
        choices.addStretch(1)
        choices.addWidget(self.take)
        head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        head.setSpacing(8)
        head.addLayout(tabs)
        head.addLayout(choices, 1)
        self._head_parts = (tabs, choices)
        return head

    # ------------------------------------------------------------------ what is chosen

    @property
    def page(self) -> str:
        """The page in front, a key of :data:`PAGES`."""
        return self._page

    @property
    def part(self) -> Part:
        """The part whose answers are shown."""
        found: Part = self._part.currentData() or "validation"
        return found

    def show_page(self, name: str) -> None:
        """Bring a page forward."""
        self._page = name
        self._shown_page = ()
        self.live.mark(self)
        self.refresh()

    def table(self) -> list[list[str]]:
        """The numbers of the page in front."""
        return self.pages[self._page].table()

    @property
    def judged(self) -> Judged | None:
        """The answers that are shown, if any are known."""
        outputs = self._known.get(self.part)
        return None if not outputs else outputs[min(self._output, len(outputs) - 1)]

    @property
    def is_busy(self) -> bool:
        """Whether answers are on their way."""
        return self._answering.awaited is not None

    def _choose_part(self) -> None:
        self._wanted_part = self.part
        self._shown_page = ()
        self.refresh()

    def _choose_output(self) -> None:
        self._output = max(0, self._outputs.currentIndex())
        self._shown_page = ()
        self.refresh()

    def _look_inside(self, answer: int) -> None:
        """Let the example of an answer be shown with what the network makes of it."""
        if self.judged is not None:
            self.live.workbench.show_example(self.judged.row(answer))

    # ------------------------------------------------------------------ following

    def refresh(self) -> None:
        """Ask the network as it is now, and show what is known of its answers."""
        data, model = self.live.workbench.data, self.live.model()
        if data is None or model is None:
            self._say_empty(self._reason(data))
            return
        self._drop_answers_to_others(data, model)
        self._offer(data, model)
        if not len(rows_of(data, self.part)):
            self._say_empty("There are no examples to judge the network by")
            return
        self._take()
        self._ask(data, model)
        self._show(data)

    def _drop_answers_to_others(self, data: PreparedData, model: Model) -> None:
        """Older answers stand beside newer ones only where both are to the same question.

        What is still on its way answers what was asked before, and goes as well.
        """
        heads = zip(model.outputs, model.network.heads, strict=True)
        asks = ((output.name, output.is_classification, head.target) for output, head in heads)
        about = (data, *asks)
        if about != self._about:
            self._about = about
            self._answering.cancel()
            self._asked, self._known, self._failed = (), {}, ""
            self._shown_page = ()

    def _ask(self, data: PreparedData, model: Model) -> None:
        """Whatever isn't known, or isn't true any more."""
        running, past = self.live.is_running, (self.live.moment, self.live.point)
        parts: list[Part] = [self.part]
        if self._page == "figures":
            parts += [part for part in ("validation", "training") if part != self.part]
        parts = [part for part in parts if len(rows_of(data, part))]
        if running:
            self._asked, self._stale = (), set(self._known)
            is_free = self._answering.awaited is None
            is_missing = bool(self._known) and self.part not in self._known  # another was chosen
            if self._answering.may_ask() or (is_free and is_missing):
                self._past = past
                wanted = {part: live_rows(model, rows_of(data, part)) for part in parts}
                self._answering.judge(model, data, wanted, live=True)
                self._take()
            elif self._past != past:  # training may go on, but this is asked about once
                self.live.mark(self)
            return
        key = (model, data, *past)
        if len(self._asked) != len(key) or any(
            a is not b for a, b in zip(key, self._asked, strict=True)
        ):
            self._asked, self._fresh, self._stale = key, set(), set(self._known)
            self._answering.cancel()
        missing = [part for part in parts if part not in self._fresh]
        while missing and self._answering.awaited is None:  # else as soon as that is answered
            part = missing.pop(0)
            self._fresh.add(part)
            self._answering.judge(model, data, {part: rows_of(data, part)})
            self._take()  # few examples are answered at once

    def _take(self) -> None:
        job = self._answering.take()
        if job is None:
            return
        if job.error:
            self._known, self._failed = {}, job.error
            return
        self._failed = ""
        if job.found is not None:
            # Figures of two moments of the run never stand beside each other.
            same = {part: old for part, old in self._known.items() if part not in self._stale}
            self._known, self._stale = {**same, **job.found}, set()
            self._shown_page = ()

    def _show(self, data: PreparedData) -> None:
        judged = self.judged
        if self._failed:
            self._say_empty(self._failed)
            return
        if judged is None:
            self._say_answering()
            return
        names = FOR_CLASSES if judged.is_classification else FOR_NUMBERS
        for name, button in self._tabs.buttons.items():
            button.setVisible(name in names)
        if self._page not in names:
            self._page = "residuals" if "residuals" in names else "confusion"
        self._tabs.show_chosen(self._page)
        self._head_shown(True)
        page = self.pages[self._page]
        self._stack.setCurrentWidget(page)
        now = (judged, self._page, tuple(self._known))
        if now != self._shown_page:
            self._shown_page = now
            known = {
                part: outputs[min(self._output, len(outputs) - 1)]
                for part, outputs in self._known.items()
                if part != "test" or self.part == "test"
            }
            page.show_answers(Shown(data.dataset, judged, known))
        self._tell(data, judged)

    def _tell(self, data: PreparedData, judged: Judged) -> None:
        """How many examples, of whom, by which weights."""
        whole = len(rows_of(data, self.part))
        text = f"{whole:,} example" + ("s" if whole != 1 else "")
        if judged.places > 1:
            text = f"{whole:,} × {judged.places:,} places"
        notes = []
        if len(judged.rows) < whole:
            text = f"{len(judged.rows):,} of {text}"
        self._caption.setToolTip("While training runs some examples stand for all")
        if caution := self.live.caution():
            notes.append(caution)
        if self.part == "test":
            notes.append(_TEST_WORDS)
        note = ". ".join(notes)
        self._note.setVisible(bool(note))
        for label, words in ((self._caption, text), (self._note, note)):
            if label.text() != words:
                label.setText(words)
                self._arrange_head()

    # ------------------------------------------------------------------ choices

    def _offer(self, data: PreparedData, model: Model) -> None:
        parts = [part for part in PARTS if len(rows_of(data, part))]
        if [self._part.itemData(k) for k in range(self._part.count())] != parts:
            self._part.clear()
            for part in parts:
                self._part.addItem(PARTS[part], part)
        wanted = self._wanted_part
        self._part.setCurrentIndex(parts.index(wanted) if wanted in parts else 0)
        names = [output.name for output in model.outputs]
        if [self._outputs.itemText(k) for k in range(self._outputs.count())] != names:
            self._outputs.clear()
            self._outputs.addItems(names)
            self._output = 0
        self._outputs.setVisible(len(names) > 1)

    # ------------------------------------------------------------------ room

    def _say_answering(self) -> None:
        """Whoever waits for one part may choose another one, if there has been one."""
        if self._known:
            self._stack.setCurrentWidget(self._empty)
            self._caption.setText("")
            self.take.hide()
            self._shown_page = ()
            self._empty.say("The network is answering…")
        else:
            self._say_empty("The network is answering…")

    def _say_empty(self, text: str) -> None:
        self._head_shown(False)
        self._stack.setCurrentWidget(self._empty)
        self._shown_page = ()
        self._empty.say(text)

    def _reason(self, data: PreparedData | None) -> str:
        workbench = self.live.workbench
        if workbench.is_loading:
            return "The data is being read…"
        if data is None:
            return workbench.data_error or "Choose data: how good the network is appears here"
        errors = [str(problem) for problem in workbench.problems if problem.severity == "error"]
        if self.live.project.graph.nodes and errors:
            return errors[0]
        return "Lay out a network: how good its answers are appears here"

    def _head_shown(self, shown: bool) -> None:
        for widget in (self._part, self.take, self._caption):
            widget.setVisible(shown)
        if not shown:
            self._note.hide()
            self._outputs.hide()
            for button in self._tabs.buttons.values():
                button.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_head()

    def _arrange_head(self) -> None:
        """Where pages' names and choices don't fit side by side, the choices stand below."""
        for part in self._head_parts:
            part.invalidate()  # buttons have come and gone that it has not yet heard of
        needed = sum(part.sizeHint().width() for part in self._head_parts) + 3 * _MARGIN
        wide = self.width() >= needed
        directions = QBoxLayout.Direction
        self._head.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._head.setSpacing(8 if wide else 2)
