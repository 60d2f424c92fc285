"""What the window shows of samples whose answers are no single class: pictures and sequences."""

from __future__ import annotations

import numpy as np
from driving import child
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.data.sources import Sorting
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.trying.drawing_view import DrawingView
from nnstudio.gui.trying.seen_picture import SeenPicture

SEVEN = [[(30, 30), (80, 60), (130, 30)], [(130, 30), (100, 90), (80, 160)]]


def text(window: QWidget, name: str) -> str:
    label = child(window, name)
    assert isinstance(label, QLabel)
    return label.text()


def test_an_autoencoder_answers_a_drawing_with_a_drawing(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("autoencoder.nnstudio"))
    panel = child(window, "try_panel")
    panel.draw(SEVEN)  # type: ignore[attr-defined]
    drawn = child(window, "pad_drawn")
    assert isinstance(drawn, SeenPicture)
    qtbot.waitUntil(drawn.isVisible)
    assert not child(window, "pad_bars").isVisible()
    seen = child(window, "pad_seen")
    assert isinstance(seen, SeenPicture)
    assert seen.picture is not None
    expected = window.live.model().predict(seen.picture[np.newaxis])
    assert drawn.picture is not None
    np.testing.assert_allclose(drawn.picture.ravel(), expected.ravel(), rtol=1e-5)
    assert panel.answer() is None  # type: ignore[attr-defined]


def test_what_is_said_of_the_drawing_is_not_cut_off(qtbot: QtBot) -> None:
    view = DrawingView(Theme("light"))
    qtbot.addWidget(view)
    view.resize(520, 260)
    view.show()
    view.show_drawn(np.zeros((8, 8)), 1.0, "0.4 ms")
    caption = child(view, "pad_caption")
    assert caption.width() >= caption.sizeHint().width()


def test_an_autoencoder_opens_with_its_bottleneck_drawn(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("autoencoder.nnstudio"))
    qtbot.waitUntil(child(window, "features_plot").isVisible)
    layer = child(window, "features_layer")
    assert isinstance(layer, QComboBox)
    qtbot.waitUntil(lambda: "2 features" in layer.currentText())
    window.open_path(sample("digits.nnstudio"))
    qtbot.waitUntil(child(window, "weights_picture").isVisible)


def test_the_figure_of_an_autoencoder_is_how_far_off_it_is_and_no_share(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("autoencoder.nnstudio"))
    button = child(window, "curves_metric_button")
    assert isinstance(button, QToolButton)
    qtbot.waitUntil(lambda: button.text() == "RMSE")


def test_the_sorting_sample_sorts_the_whole_numbers_that_are_set(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("sorting.nnstudio"))
    numbers = [7, 1, 9, 0, 3, 3, 8, 2]
    qtbot.waitUntil(lambda: window.findChild(QDoubleSpinBox, "try_input_7") is not None)
    for place, number in enumerate(numbers):
        field = child(window, f"try_input_{place}")
        assert isinstance(field, QDoubleSpinBox)
        assert (field.decimals(), field.minimum(), field.maximum()) == (0, 0.0, 9.0)
        field.setValue(number)
    answer = " ".join(map(str, sorted(numbers)))
    qtbot.waitUntil(lambda: text(window, "try_answer") == answer)
    assert text(window, "try_detail").endswith("% sure")


def test_the_sorting_sample_opens_with_the_first_example_sorted(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("sorting.nnstudio"))
    first = Sorting().load().inputs[0].astype(int).tolist()
    qtbot.waitUntil(lambda: text(window, "try_answer") == " ".join(map(str, sorted(first))))
    fields = [child(window, f"try_input_{place}") for place in range(len(first))]
    assert [field.value() for field in fields] == first  # type: ignore[attr-defined]


def test_sequences_of_classes_stand_in_one_cell_of_the_data_table(open_window) -> None:
    window = open_window(sample("sorting.nnstudio"))
    table = child(window, "data_table")
    assert table.columnCount() == 2  # type: ignore[attr-defined]
    given, wanted = (table.item(0, i).text().split() for i in range(2))  # type: ignore[attr-defined]
    assert sorted(given) == wanted
