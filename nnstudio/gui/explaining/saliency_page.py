"""What the answer comes from: which parts of the example speak for it, by five methods."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.engine.layer import Array
from nnstudio.explaining.saliency import Saliency, by_place
from nnstudio.gui.explaining.asking import Asking
from nnstudio.gui.explaining.bars import SignedBars
from nnstudio.gui.explaining.chosen import Chosen
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.naming import unit_names
from nnstudio.gui.explaining.question import (
    CAM,
    TITLES,
    WORDS,
    Question,
    convolutions_of,
    is_looked_up,
    per_place,
    sources_of,
)
from nnstudio.gui.explaining.saliency_view import SaliencyView
from nnstudio.gui.look.chooser import chooser
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.examples import exact_text
from nnstudio.gui.plots.sign_legend import SignLegend

#: How wide the choices are, and from which height on the words have room under them.
_SIDE, _HIGH = 168, 300
#: A lower page has no room for the legend under the slider.
_LOW = 150
#: A narrower page has them above what isn't square.
_WIDE = 440
#: More classes, or numbers that are answered, can't be chosen from a list.
_MOST_CHOICES = 1_000
#: More numbers of an example have no bar.
_MOST_BARS = 2_000
_LOOKED_UP = (
    "Numbers that are looked up have no gradient; shown is how much each place's vector counts"
)
_NO_CAM = "Grad-CAM needs a picture, and a Conv2D on the way to the answer"


class SaliencyPage(QWidget):
    """The choices, the example in colours, and what the colours mean.

    Signals:
        changed: something else is asked, or there is an answer.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_saliency_page")
        self.asking = Asking(self)
        self.asking.ended.connect(self.changed)
        self.saliency: Saliency | None = None
        self._inside: Inside | None = None
        self._about: tuple[Question, Chosen] | None = None
        self._method = chooser("saliency_method", "Method")
        for name, title in TITLES.items():
            self._method.addItem(title, name)
            self._method.setItemData(
                self._method.count() - 1, WORDS[name], Qt.ItemDataRole.ToolTipRole
            )
        self._class = chooser("saliency_class", "For which class")
        self._place = QSpinBox()
        self._place.setObjectName("saliency_place")
        self._place.setAccessibleName("At which place of the answer")
        self._place.setToolTip("At which place of the answer")
        self._place.setPrefix("place ")
        self._place.lineEdit().setTextMargins(6, 0, 0, 0)
        self._layer = chooser("saliency_layer", "Convolution whose maps are looked at")
        self._source = chooser("saliency_input", "Input that is looked at")
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setObjectName("saliency_opacity")
        self._opacity.setAccessibleName("How strong the colours are")
        self._opacity.setToolTip("How strong the colours are")
        self._opacity.setRange(0, 100)
        self._opacity.setMinimumWidth(40)
        self._strong = QLabel("Strength")
        self._strong.setProperty("role", "dim")
        self._strong.setBuddy(self._opacity)
        self._legend = SignLegend(theme, "saliency_legend")
        self.view = SaliencyView(theme)
        self._opacity.setValue(round(100 * self.view.opacity))
        self._opacity.valueChanged.connect(lambda v: self.view.set_opacity(v / 100))
        self.bars = SignedBars(theme, "saliency_bars", "What the answer comes from")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.bars)
        self._words = QLabel()
        self._words.setObjectName("saliency_words")
        self._words.setProperty("role", "dim")
        self._words.setWordWrap(True)
        self._words.setToolTip(
            "The score is the number before the softmax, or the number that is answered, before it"
            " is brought back into the data's units"
        )
        self._cancel = QPushButton()
        self._cancel.setObjectName("saliency_cancel")
        self._cancel.setProperty("link", True)
        self._cancel.clicked.connect(self._cancel_or_go_on)
        self._lay_out()
        for box in (self._method, self._class, self._layer, self._source):
            box.activated.connect(self._asked_anew)
        self._place.valueChanged.connect(self._asked_anew)

    def _lay_out(self) -> None:
        slide = QHBoxLayout()
        slide.setSpacing(8)
        slide.addWidget(self._strong)
        slide.addWidget(self._opacity, 1)
        strength = self._strength = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        strength.setSpacing(8)
        strength.addLayout(slide, 1)
        strength.addWidget(self._legend)
        side = self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        side.setSpacing(6)
        for box in (self._method, self._class, self._place, self._layer, self._source):
            box.setMinimumWidth(64)
            box.setMaximumWidth(_SIDE)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            side.addWidget(box)
        side.addLayout(strength)
        self._beside = QVBoxLayout()
        side.addLayout(self._beside)
        side.addStretch(1)
        body = self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        body.addWidget(self._stack, 1)
        body.addLayout(side)
        self._below = QVBoxLayout()
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._words, 1)
        foot.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignTop)
        self._below.addWidget(self._foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(body, 1)
        column.addLayout(self._below)

    # ------------------------------------------------------------------ what is asked

    @property
    def question(self) -> Question | None:
        """What is asked of the example that is shown."""
        return None if self._inside is None else self._question(self._inside)

    def _question(self, inside: Inside) -> Question:
        place = self._place.value() - 1 if inside.places else 0
        at = tuple(int(i) for i in np.unravel_index(place, inside.places)) if inside.places else ()
        number = self._class.currentData()
        if number is None or number < 0:
            number = inside.said(place) if inside.is_classification else int(inside.answer.argmax())
        method = str(self._method.currentData())
        convolution = int(self._layer.currentData()) if method == CAM else -1
        return Question(
            method, int(number), at, inside.output, int(self._source.currentData()), convolution
        )

    def _asked_anew(self) -> None:
        self.asking.go_on()
        self.changed.emit()

    def _cancel_or_go_on(self) -> None:
        if self._inside is not None:  # what was chosen last is meant, asked already or not
            self._about = self._question(self._inside), self._inside.chosen
        if self.asking.is_given_up:
            self.asking.go_on()
        else:
            self.asking.give_up()
        self.changed.emit()

    # ------------------------------------------------------------------ showing

    def show_inside(self, inside: Inside, running: bool) -> None:
        """Ask about the answer that is given now, and show what is known."""
        self._inside = inside
        self._offer(inside)
        question, chosen = self._question(inside), inside.chosen
        if self._about is None or self._about[0] != question or self._about[1] is not chosen:
            self._about = question, chosen
            self.asking.go_on()
        self.saliency = self.asking.ask(question, inside, running)
        source = inside.model.network.steps[question.source]
        shown = chosen.picture if len(source.shape) == 3 else chosen.sequence
        is_shown = shown is not None and shown.shape == source.shape
        looked_up = is_looked_up(inside, question.source)
        over = question.method == CAM or (is_shown and not looked_up)
        if over:
            self._stack.setCurrentWidget(self.view)
            self.view.show_saliency((question, chosen), chosen, self._over(question))
        else:
            self._stack.setCurrentWidget(self.bars)
            self._show_bars(inside, question)
        self._opacity.setVisible(over)
        self._legend.setVisible(over and self.saliency is not None)
        self._arrange()
        if self.saliency is not None:
            self._legend.set_limit(self.view.limit, 32, from_zero=not self.saliency.is_signed)
        self._tell(question, inside, looked_up)

    def _over(self, question: Question) -> Array | None:
        """One value for each pixel or place; Grad-CAM's are that already."""
        if self.saliency is None or question.method == CAM:
            return None if self.saliency is None else self.saliency.values
        return by_place(self.saliency)

    def _show_bars(self, inside: Inside, question: Question) -> None:
        saliency = self.saliency
        if saliency is None:
            self.bars.show_values(None, (), np.zeros(0))
            return
        node = inside.model.network.steps[question.source].node
        if is_looked_up(inside, question.source):
            values = per_place(saliency.values, saliency.is_signed)
            (before,) = inside.before(node)
            pairs = enumerate(inside.values(before).reshape(-1).tolist(), 1)
            names: Sequence[str] = [f"place {k}: {exact_text(value)}" for k, value in pairs]
        else:
            values = saliency.values.reshape(-1)[:_MOST_BARS]
            names = unit_names(inside, node, saliency.values.size)[:_MOST_BARS]
        self.bars.show_values((question, inside.chosen), names, values)

    def _tell(self, question: Question, inside: Inside, looked_up: bool) -> None:
        saliency, asking = self.saliency, self.asking
        text = _LOOKED_UP if looked_up else WORDS[question.method]
        if saliency is not None and saliency.scores is not None:
            at_x, at_nothing = saliency.scores
            added = number_text(float(saliency.values.sum()))
            difference = number_text(at_x - at_nothing)
            text = f"All add up to {added}; above an empty input it is {difference}"
        if asking.error:
            text = asking.error
        elif asking.is_given_up:
            text = "Cancelled"
        elif saliency is None:
            text = "Working it out…"
        score = number_text(question.score(inside))
        scaled = " (scaled as in training)" if _is_scaled(question, inside) else ""
        text = f"Score of {self._name(question, inside)}: {score}{scaled}. {text}"
        if self._words.text() != text:
            self._words.setText(text)
        self._cancel.setVisible(asking.is_given_up or (asking.is_busy and saliency is None))
        self._cancel.setText("Work it out" if asking.is_given_up else "Cancel")

    def _name(self, question: Question, inside: Inside) -> str:
        names = inside.classes
        name = names[question.number] if question.number < len(names) else str(question.number + 1)
        return f"“{name}”" if inside.is_classification else name

    # ------------------------------------------------------------------ choices

    def _offer(self, inside: Inside) -> None:
        names = inside.classes[:_MOST_CHOICES]
        first = "The answer" if inside.is_classification else "The greatest"
        choices = [(first, -1), *((name, k) for k, name in enumerate(names))]
        _refill(self._class, choices)
        self._class.setVisible(len(names) > 1)
        what = "For which class" if inside.is_classification else "For which number"
        self._class.setToolTip(what)
        self._class.setAccessibleName(what)
        places = prod(inside.places)
        self._place.setVisible(bool(inside.places) and places > 1)
        if self._place.maximum() != max(1, places):
            self._place.setRange(1, max(1, places))
        _refill(self._source, [(name, k) for k, name in sources_of(inside).items()])
        self._source.setVisible(self._source.count() > 1)
        maps = convolutions_of(inside, inside.output)
        if _refill(self._layer, [(name, k) for k, name in maps.items()]):
            self._layer.setCurrentIndex(len(maps) - 1)  # the last says most about classes
        cam = self._method.findData(CAM)
        items = self._method.model()
        assert isinstance(items, QStandardItemModel)
        items.item(cam).setEnabled(bool(maps))
        tip = WORDS[CAM] if maps else _NO_CAM
        self._method.setItemData(cam, tip, Qt.ItemDataRole.ToolTipRole)
        if not maps and self._method.currentData() == CAM:
            self._method.setCurrentIndex(0)
        self._layer.setVisible(self._method.currentData() == CAM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Choices stand beside a picture, and above what needs all of a narrow width.

        The words stand under the choices where there is height for them, else below all.
        """
        square = self._stack.currentWidget() is self.view and self.view.is_picture
        above = self.width() < _WIDE and not square
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.BottomToTop if above else directions.LeftToRight)
        self._body.setSpacing(6 if above else 16)
        self._side.setDirection(directions.LeftToRight if above else directions.TopToBottom)
        # Beside each other, slider and legend would look like one scale: only if they have to.
        below = not above and self.height() >= _LOW
        self._strength.setDirection(directions.TopToBottom if below else directions.LeftToRight)
        self._strong.setVisible(below and not self._opacity.isHidden())
        place = self._beside if self.height() >= _HIGH and not above else self._below
        if place.indexOf(self._foot) < 0:
            place.addWidget(self._foot)


def _is_scaled(question: Question, inside: Inside) -> bool:
    """Whether the number that is explained isn't the answer, which is in the data's units."""
    affine = inside.model.outputs[question.output].affine
    is_same = bool(np.all(affine.factor == 1) and np.all(affine.offset == 0))
    return not (inside.is_classification or is_same)


def _refill(box: QComboBox, choices: Sequence[tuple[str, int]]) -> bool:
    """Offer these, keeping what is chosen; returns whether they are others than before."""
    if [(box.itemText(k), box.itemData(k)) for k in range(box.count())] == list(choices):
        return False
    before = box.currentData()
    box.clear()
    for text, value in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(before)))
    return True
