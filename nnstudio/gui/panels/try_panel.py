"""Try it: draw a digit or set the numbers, and see at once what the network makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from time import perf_counter

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, TARGETS, Column
from nnstudio.data.drawing import prepare_drawing
from nnstudio.data.sources import ByHand, Drawings
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.trying.drawing_view import DrawingView
from nnstudio.gui.trying.keep_bar import KeepBar
from nnstudio.gui.trying.keeping import Keeping
from nnstudio.gui.trying.numbers_view import NumbersView, Range
from nnstudio.gui.trying.other_answers import other_answers
from nnstudio.messages import StudioError, sentence
from nnstudio.project.model import Model

#: More inputs than this are no pleasure to set by hand.
MOST_INPUTS = 8
#: The value of full ink in each style's units.
_WHITE = {"mnist": 255.0, "digits": 16.0}


class TryPanel(LiveView):
    """The network's answer to what the user draws or sets, kept up while it trains.

    Signals:
        project_wanted: (Project) a drawing shall begin a project of its own.
    """

    project_wanted = Signal(object)

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("try_panel")
        self._probabilities: np.ndarray | None = None
        self._answers: list[Array] | None = None  # of every output, if they are shown
        self._picture: tuple[str, np.ndarray] | None = None
        self._ranges: tuple[object, tuple[Range, ...]] = (None, ())
        self._drawing = DrawingView(theme)
        self._numbers = NumbersView(theme)
        self._empty = QLabel()
        self._empty.setObjectName("try_empty")
        self._empty.setProperty("role", "dim")
        self._empty.setWordWrap(True)
        self._empty.setMargin(16)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        for page in (self._empty, self._drawing, self._numbers):
            self._pages.addWidget(page)
        self._others = QLabel()
        self._others.setObjectName("try_others")
        self._others.setAccessibleName("What the other outputs answer")
        self._others.setProperty("role", "dim")
        self._others.setWordWrap(True)
        self._others.setContentsMargins(12, 0, 12, 8)
        self._note = QLabel()
        self._note.setObjectName("try_note")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(12, 0, 12, 8)
        self._keep_bar = KeepBar()
        self._keeping = Keeping(live.workbench, self)
        self._keeping.project_wanted.connect(self.project_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self._others)
        column.addWidget(self._keep_bar)
        column.addWidget(self._note)
        self._drawing.pad.changed.connect(self._drawn)
        self._drawing.pad.named.connect(lambda sign: self._keep(sign or self._keep_bar.sign))
        self._keep_bar.kept.connect(self._keep)
        self._numbers.changed.connect(self.refresh)
        live.workbench.problems_changed.connect(lambda: live.mark(self))
        self.refresh()

    # ------------------------------------------------------------------ for scripts

    def draw(self, strokes: Iterable[Sequence[Sequence[float]]]) -> None:
        """Draw these strokes, each points (x, y) in the pad's pixels, instead of what is there."""
        self._drawing.pad.set_strokes(strokes)

    def take_keyboard(self) -> None:
        """The keyboard to the pad, which other data may just have brought."""
        self.refresh()
        self._drawing.pad.setFocus()

    def answer(self) -> int | None:
        """The number of the class the network reads; ``None`` without an answer."""
        return None if self._probabilities is None else int(self._probabilities.argmax())

    def probabilities(self) -> np.ndarray | None:
        """One number per class; ``None`` without an answer."""
        return self._probabilities

    # ------------------------------------------------------------------ what is now

    def refresh(self) -> None:
        """Ask the network, as it is now, about what is drawn or set."""
        source = self.live.project.data.source
        self._probabilities = None
        self._answers = None
        self._keep_bar.setVisible(bool(source.drawing))
        if source.drawing:
            self._pages.setCurrentWidget(self._drawing)
            self._read_drawing(source.drawing)
        elif ranges := self._find_ranges():
            self._pages.setCurrentWidget(self._numbers)
            self._numbers.set_ranges(ranges)
            self._read_numbers()
        else:
            self._pages.setCurrentWidget(self._empty)
            self._empty.setText(self._why_empty())
            self._say("")
        self._tell_others()

    def _read_drawing(self, style: str) -> None:
        view, model = self._drawing, self.live.model()
        self._ask_for_sign()
        picture = self._prepared(style)
        began = perf_counter()
        answers = self._ask(model, picture[np.newaxis])
        values = None if answers is None else answers[0][0]
        took = (perf_counter() - began) * 1000
        self._say(*self._note_on(values))
        if values is not None and not np.isfinite(values).all():
            values = None  # no class is the greatest of what are no numbers
        draws = (
            model is not None and not model.is_classification and model.output_size == picture.size
        )
        if values is not None and draws:
            white = _WHITE.get(style) or 1.0
            view.show_drawn(values.reshape(picture.shape[-2:]), white, f"{took:.1f} ms")
            return
        view.bars.set_classes(self._drawn_classes(model))
        if values is None or view.pad.is_empty:
            view.show_nothing()
            return
        self._answers = answers
        values = values.ravel()
        self._probabilities = values
        name = view.bars.classes[int(values.argmax())]
        caption = f"{_opening(values)} {_article(name)}" if name.isdecimal() else _opening(values)
        view.show_answer(values.tolist(), name, caption, f"{_sure(model, values)} · {took:.1f} ms")

    def _prepared(self, style: str) -> np.ndarray:
        """What the network receives of the drawing; made once per drawing, not once per batch."""
        if self._picture is None or self._picture[0] != style:
            strokes = [np.array(stroke) for stroke in self._drawing.pad.strokes()]
            self._picture = (style, prepare_drawing(style, strokes))
            picture = self._picture[1]
            white = _WHITE.get(style) or float(picture.max()) or 1.0
            self._drawing.show_picture(picture[0], white)
        return self._picture[1]

    def _drawn(self) -> None:
        self._picture = None
        self.live.workbench.show_drawing(self._drawing.pad.strokes())
        self.refresh()

    def _drawn_classes(self, model: Model | None) -> tuple[str, ...]:
        """The signs that are told apart; those of a set in the making as far as they are known."""
        source = self.live.project.data.source
        if isinstance(source, Drawings) and model is None:
            return source.signs
        return self._classes(10 if model is None else model.output_size)

    # ------------------------------------------------------------------ keeping drawings

    def _ask_for_sign(self) -> None:
        """Say what to draw, and offer to keep it."""
        source, pad = self.live.workbench.project.data.source, self._drawing.pad
        pad.takes_names = isinstance(source, Drawings)
        if isinstance(source, Drawings):
            self._drawing.ask_for("sign", "Draw a sign, then press its key")
        else:
            self._drawing.ask_for("digit", "Draw a digit here")
        self._keep_bar.show_source(source)
        self._keep_bar.show_drawn(not pad.is_empty)

    def _keep(self, sign: str) -> None:
        """Keep the drawing as an example, and take a new sheet for the next."""
        if not sign:
            self._keep_bar.ask_name()
            return
        self._keep_bar.set_sign(sign)
        if self._keeping.keep(self._drawing.pad.strokes(), sign):
            self._drawing.pad.take_new_sheet()
            self._drawing.pad.setFocus()

    def _read_numbers(self) -> None:
        view, model = self._numbers, self.live.model()
        answers = self._ask(model, np.array([view.values()]))
        values = None if answers is None else answers[0][0]
        self._say(*self._note_on(values))
        if values is not None and not np.isfinite(values).all():
            values = None  # no class is the greatest of what are no numbers
        self._answers = None if values is None else answers
        if values is None:
            view.show_answer("", "", None)
        elif self._is_classes(model) and values.ndim > 1:  # a class at each place
            names = self._classes(values.shape[-1])
            answer = " ".join(names[best] for best in values.argmax(axis=-1).ravel())
            view.show_answer(answer, self._detail(_sure(model, values.max(axis=-1).min())), None)
        elif self._is_classes(model):
            self._probabilities = values
            view.bars.set_classes(self._classes(len(values)))
            answer = f"{_opening(values)} {view.bars.classes[int(values.argmax())]}"
            view.show_answer(answer, self._detail(_sure(model, values)), values.tolist())
        else:
            lines = [
                f"{name} = {number_text(value)}"
                for name, value in zip(self._target_names(values.size), values.ravel(), strict=True)
            ]
            view.show_answer("\n".join(lines), self._detail(""), None)

    def _ask(self, model: Model | None, batch: np.ndarray) -> list[Array] | None:
        """What each output answers to the one example of ``batch``; ``None`` if nothing can."""
        if model is None or model.columns != (INPUTS,):
            return None
        try:
            return model.answers(batch)
        except StudioError:
            return None  # the note says why

    def _tell_others(self) -> None:
        """Say what the outputs after the first answer, if there are any."""
        answers, text = self._answers, ""
        model, data = self.live.model(), self.live.workbench.data
        if model is not None and answers is not None and len(answers) > 1:
            text = other_answers(model, answers, None if data is None else data.dataset)
        self._others.setText(text)
        self._others.setVisible(bool(text))

    def _detail(self, sure: str) -> str:
        beyond = [
            f"{place.name} is outside the data ({place.low:.3g} to {place.high:.3g})"
            for place in self._numbers.outside()
        ]
        return " · ".join(filter(None, [sure, *beyond]))

    # ------------------------------------------------------------------ words

    def _note_on(self, values: np.ndarray | None) -> tuple[str, str]:
        """What stands in the way of an answer, or of trusting it: sentence and role."""
        workbench, project = self.live.workbench, self.live.project
        if values is None:
            errors = [str(p) for p in workbench.problems if p.severity == "error"]
            if errors:
                return errors[0], "error"
            if workbench.is_loading:
                return "The data is being read…", "dim"
            model = self.live.model()
            if model is not None and model.columns != (INPUTS,):
                return sentence("try_columns", columns=", ".join(model.columns)), "error"
            role = "dim" if isinstance(project.data.source, ByHand) else "error"
            return workbench.data_error or "There is no network to ask yet.", role
        if not np.isfinite(values).all():
            return "The answer is no number: the weights are too large, or no numbers", "warning"
        if (moment := self.live.moment) is not None:
            return f"As it was at step {moment.step:,}", "dim"
        if self.live.point:
            return f"With the weights of {self.live.point}", "dim"
        if self.live.is_running:
            return "", ""
        if project.trained is None:
            return "Not trained yet: guesses of random weights", "warning"
        return self.live.caution(), "warning"

    def _say(self, text: str, role: str = "") -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        if role != self._note.property("role"):
            self._note.setProperty("role", role)
            self._note.style().unpolish(self._note)
            self._note.style().polish(self._note)

    def _why_empty(self) -> str:
        workbench = self.live.workbench
        if workbench.is_loading:
            return "The data is being read…"
        if workbench.data is None:
            return workbench.data_error or "Choose data in the Data panel to try the network on it."
        if workbench.data.dataset.is_picture:
            return "Pictures like these can't be drawn: nnstudio predict reads them from files."
        count = prod(workbench.data.input_shape)
        return (
            f"This data has {count:,} inputs, too many to set by hand: "
            "nnstudio predict reads them from files."
        )

    # ------------------------------------------------------------------ the data

    def _find_ranges(self) -> tuple[Range, ...]:
        """From where to where each input goes; empty unless it is a few plain numbers."""
        data, whole = self.live.workbench.data, self._looks_up()
        if self._ranges[0] != (data, whole) or data is None:
            self._ranges = ((data, whole), _ranges_of(data, whole))
        return self._ranges[1]

    def _looks_up(self) -> bool:
        """Whether the inputs are numbers of rows in a table, which must be whole."""
        return any(isinstance(n.layer, Embedding) for n in self.live.project.graph.nodes)

    def _is_classes(self, model: Model | None) -> bool:
        target = self._target(model)
        return bool(model and model.is_classification) or bool(target and target.classes)

    def _target(self, model: Model | None) -> Column | None:
        """What the first output is compared with; ``None`` while it isn't known."""
        data = self.live.workbench.data
        name = TARGETS if model is None else model.network.heads[0].target
        known = data is not None and name in data.dataset.column_names
        return data.dataset.column(name) if data is not None and known else None

    def _classes(self, count: int) -> tuple[str, ...]:
        target = self._target(self.live.model())
        names = () if target is None else target.classes
        return names if len(names) == count else tuple(map(str, range(count)))

    def _target_names(self, count: int) -> tuple[str, ...]:
        data = self.live.workbench.data
        names = () if data is None else data.dataset.target_names
        if len(names) == count:
            return names
        return ("y",) if count == 1 else tuple(f"y{i + 1}" for i in range(count))


def _ranges_of(data: PreparedData | None, whole: bool) -> tuple[Range, ...]:
    """One per input, if there are few enough; ``whole`` if they are whole numbers.

    Fields begin in the middle, those for whole numbers with the first example: the middle of what
    only names a row of a table means nothing.
    """
    if data is None or len(data.input_shape) != 1 or data.input_shape[0] > MOST_INPUTS:
        return ()
    inputs = data.dataset.inputs
    names = data.dataset.input_names or [f"x{i + 1}" for i in range(inputs.shape[1])]
    lows, highs = inputs.min(axis=0), inputs.max(axis=0)
    begins = inputs[0] if whole else (lows + highs) / 2
    places = zip(names, lows.tolist(), highs.tolist(), begins.tolist(), strict=True)
    return tuple(Range(*place, is_whole=whole) for place in places)


def _sure(model: Model | None, values: np.ndarray) -> str:
    """How sure the network is; a network without probabilities has only an output to show."""
    best = float(values.max())
    if model is not None and not model.gives_probabilities:
        return f"output {number_text(best)}"
    return f"{percent_text(best)} sure"


def _opening(values: np.ndarray) -> str:
    """How the answer begins: a network that isn't sure shouldn't sound as if it were."""
    return "This is" if values.max() >= 0.5 else "Perhaps"


def _article(name: str) -> str:
    return "an" if name[:1].lower() in {*"aeio8"} or name in ("11", "18") else "a"
