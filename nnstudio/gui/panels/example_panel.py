"""One example: what each layer makes of it, and what its answer comes from."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS
from nnstudio.engine.network import Network
from nnstudio.gui.background import Background
from nnstudio.gui.explaining.choice_bar import ChoiceBar
from nnstudio.gui.explaining.chosen import (
    DRAWING,
    PARTS,
    Chosen,
    chosen_of_data,
    chosen_of_drawing,
)
from nnstudio.gui.explaining.example_face import ExampleFace
from nnstudio.gui.explaining.finding_wrong import Search
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.layer_page import LayerPage
from nnstudio.gui.explaining.saliency_page import SaliencyPage
from nnstudio.gui.explaining.strip import Strip
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.chooser import chooser
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.page_tabs import PageTabs
from nnstudio.gui.look.theme import Theme
from nnstudio.messages import StudioError
from nnstudio.project.model import Model
from nnstudio.training.flow import Flow

PAGES = {"layer": "Layer", "network": "Network", "saliency": "Saliency"}
#: From this width on the example stands beside the pages; from the second on all choices are in
#: one line.
_WIDE, _ONE_LINE = 460, 640
#: The width of the example beside the pages.
_FACE = 132


class ExamplePanel(LiveView):
    """Which example, the example itself, and one page at a time."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("example_panel")
        self.setAccessibleName("Example")
        self.setMinimumSize(220, 160)
        self._page = "layer"
        self._chosen: tuple[object, Chosen] | None = None
        self._flow: tuple[Network, Chosen, Flow] | None = None
        self._inside: Inside | None = None
        self._searching = Background[Search](self)
        self._searching.grown.connect(self._found_wrong)
        self.choice = ChoiceBar(theme)
        self.choice.changed.connect(self._choose)
        self.choice.wrong_wanted.connect(self._find_wrong)
        self.face = ExampleFace(theme)
        self.layer_page = LayerPage(theme)
        self.layer_page.chosen.connect(self._mark)
        self.layer_page.detail.patched.connect(self.face.picture.mark)
        self.strip = Strip(theme)
        self.strip.chosen.connect(self._show_layer)
        self.saliency_page = SaliencyPage(theme)
        self.saliency_page.changed.connect(self._mark)
        self._stack = QStackedWidget()
        for page in (self.layer_page, self.strip, self.saliency_page):
            self._stack.addWidget(page)
        self._empty = EmptyState("example_empty")
        self._note = QLabel()
        self._note.setObjectName("example_note")
        self._note.setProperty("role", "warning")
        self._note.setWordWrap(True)
        self._lay_out()
        workbench = live.workbench
        workbench.selection_changed.connect(self._follow_canvas)
        workbench.example_wanted.connect(self._follow_wish)
        workbench.drawing_changed.connect(self._follow_pad)
        theme.changed.connect(self._mark)
        self._wish = workbench.example
        self._follow_canvas()

    def _lay_out(self) -> None:
        self._tabs = PageTabs("example_{}_button", PAGES)
        self._tabs.chosen.connect(self.show_page)
        self._outputs = chooser("example_output", "Output whose answer is shown")
        self._outputs.activated.connect(self._mark)
        self._tabs.addWidget(self._outputs)
        self._tabs.addStretch(1)
        self._head = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._head.setSpacing(4)
        self._head.addWidget(self.choice)
        self._head.addLayout(self._tabs)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.addWidget(self.face)
        self._body.addWidget(self._stack, 1)
        self._whole = QWidget()
        inner = QVBoxLayout(self._whole)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addLayout(self._head)
        inner.addLayout(self._body, 1)
        inner.addWidget(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 6)
        column.addWidget(self._whole, 1)
        column.addWidget(self._empty, 1)
        self._tabs.show_chosen(self._page)

    # ------------------------------------------------------------------ what is chosen

    @property
    def inside(self) -> Inside | None:
        """What the network made of the example when it was last asked."""
        return self._inside

    @property
    def page(self) -> str:
        """The page in front, a key of :data:`PAGES`."""
        return self._page

    def show_page(self, name: str) -> None:
        """Bring a page forward."""
        self._page = name
        self._tabs.show_chosen(name)
        self._mark()

    def _show_layer(self, node: str) -> None:
        self.live.workbench.select((node,))
        self.layer_page.show_layer(node)
        self.show_page("layer")

    def _mark(self) -> None:
        self.live.mark(self)

    def _choose(self) -> None:
        self._searching.cancel()
        self._mark()

    def _follow_canvas(self) -> None:
        selection, inside = self.live.workbench.selection, self._inside
        if len(selection) == 1 and (inside is None or selection[0] in inside.number):
            self.layer_page.show_layer(selection[0])

    def _follow_wish(self) -> None:
        self._wish = self.live.workbench.example
        self._mark()

    def _follow_pad(self) -> None:
        if self.choice.part == DRAWING:
            self._mark()

    # ------------------------------------------------------------------ the next wrong one

    def _find_wrong(self) -> None:
        data, model, part = self.live.workbench.data, self.live.model(), self.choice.part
        if data is None or model is None or part not in PARTS:
            return
        output = max(0, self._outputs.currentIndex())
        self._searching.ask(Search(model, data, part, self.choice.place, output))  # type: ignore[arg-type]
        self._mark()

    def _found_wrong(self) -> None:
        done = self._searching.take()
        if done is None:
            return
        if done.data is self.live.workbench.data:
            if done.found >= 0:
                self.choice.go_to(done.found)
            else:
                words = done.error or "No other example of this part is answered wrongly"
                self.live.workbench.said.emit(words, "warning" if done.error else "ok")
        self._mark()

    @property
    def is_searching(self) -> bool:
        """Whether a thread looks for the next wrong one."""
        return self._searching.awaited is not None

    # ------------------------------------------------------------------ following

    def refresh(self) -> None:
        """Ask the network as it is now about the example, and show the page in front."""
        data, model = self.live.workbench.data, self.live.model()
        if data is None or model is None or not data.dataset.size:
            self._say_empty(self._reason(data))
            return
        self._offer(data, model)
        try:
            inside = self._ask(data, model)
        except (StudioError, ValueError, KeyError) as error:
            self._say_empty(str(error))
            return
        if inside is None:
            self._say_empty("There are no examples to show")
            return
        self._inside = inside
        self._empty.hide()
        self._whole.show()
        self.face.show_inside(inside, pictured_elsewhere=self._page == "saliency")
        pages = {"layer": self.layer_page, "network": self.strip, "saliency": self.saliency_page}
        self._stack.setCurrentWidget(pages[self._page])
        if self._page == "layer":
            self.layer_page.show_inside(inside)
        elif self._page == "network":
            self.strip.show_inside(inside)
        else:
            self.saliency_page.show_inside(inside, self.live.is_running)
        if self._page != "saliency":
            self.saliency_page.asking.rest()
        if self._page != "layer":
            self.face.picture.mark(None)
        self.choice.set_searching(self.is_searching)
        self._tell()

    def _offer(self, data: PreparedData, model: Model) -> None:
        source = self.live.project.data.source
        draws = bool(source.drawing) and model.columns == (INPUTS,)
        names = [output.name for output in model.outputs]
        if [self._outputs.itemText(k) for k in range(self._outputs.count())] != names:
            self._outputs.clear()
            self._outputs.addItems(names)
        self._outputs.setVisible(len(names) > 1)
        output = model.outputs[max(0, self._outputs.currentIndex())]
        self.choice.offer(data, draws, output.is_classification)
        if self._wish is not None:
            wish, self._wish = self._wish, None
            self.choice.go_to(wish)

    def _ask(self, data: PreparedData, model: Model) -> Inside | None:
        chosen = self._example(data)
        if chosen is None:
            return None
        flow = self._flow
        if flow is None or flow[0] is not model.network or flow[1] is not chosen:
            xs = chosen.prepared(model)
            flow = self._flow = (model.network, chosen, Flow(model.network, xs))
        outputs = flow[2].of(model.workspace.flat)
        output = max(0, self._outputs.currentIndex())
        return Inside(model, self.live.project.graph, chosen, outputs, output)

    def _example(self, data: PreparedData) -> Chosen | None:
        """What is chosen; the same object as long as it is the same example."""
        workbench, drawn = self.live.workbench, self.choice.part == DRAWING
        position = self.choice.position
        if not drawn and position < 0:
            return None
        source = self.live.project.data.source
        key = (data, source.drawing, workbench.drawing) if drawn else (data, position)
        if self._chosen is None or self._chosen[0] != key:
            if drawn:
                chosen = chosen_of_drawing(data, source.drawing, workbench.drawing)
            else:
                chosen = chosen_of_data(data, position)
            self._chosen = key, chosen
        return self._chosen[1]

    # ------------------------------------------------------------------ words

    def _tell(self) -> None:
        text = ""
        if self.choice.part == DRAWING and not self.live.workbench.drawing:
            text = "Nothing is drawn yet: draw on the pad of Try it"
        else:
            text = self.live.caution()
        self._note.setVisible(bool(text))
        if self._note.text() != text:
            self._note.setText(text)

    def _say_empty(self, text: str) -> None:
        self._inside = None
        self._searching.cancel()
        self.saliency_page.asking.rest()
        self._whole.hide()
        self._empty.show()
        self._empty.say(text)

    def _reason(self, data: PreparedData | None) -> str:
        workbench = self.live.workbench
        if workbench.is_loading:
            return "The data is being read…"
        if data is None:
            return workbench.data_error or "Choose data: what the network makes of it appears here"
        errors = [str(problem) for problem in workbench.problems if problem.severity == "error"]
        if self.live.project.graph.nodes and errors:
            return errors[0]
        return "Lay out a network: what it makes of an example appears here"

    # ------------------------------------------------------------------ room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        wide = self.width() >= _WIDE
        if wide != getattr(self, "_was_wide", None):
            self._was_wide = wide
            self.face.set_upright(wide)
            self.face.setMinimumWidth(_FACE if wide else 0)
            self.face.setMaximumWidth(_FACE if wide else 16_777_215)
            self._body.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
            self._body.setSpacing(16 if wide else 8)
            self._mark()
        one = self.width() >= _ONE_LINE
        self._head.setDirection(directions.LeftToRight if one else directions.TopToBottom)
