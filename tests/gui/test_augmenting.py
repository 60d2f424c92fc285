"""Augmentation as a list with a live preview, by mouse and keyboard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from driving import child, click
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from nnstudio.data.augmentation import AUGMENTATIONS, Augmentation, augmented
from nnstudio.data.augmentation.moving import Flip, Rotate, Shift
from nnstudio.data.augmentation.noise import Noise
from nnstudio.data.sources import SOURCES
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.preparing.augmentation_view import EPOCHS, note_on
from nnstudio.gui.preparing.augmented_wall import AugmentedWall
from nnstudio.gui.workbench import Workbench
from nnstudio.project.runs import session_for
from nnstudio.training.events import EpochDone
from nnstudio.training.loop import train

# Menus are popped up.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.open(
        project(
            SOURCES["Digits"](), Input((1, 8, 8)), Flatten(), Dense(10), Softmax(),
            loss=CategoricalCrossEntropy(),
        )
    )  # fmt: skip
    return bench


@pytest.fixture
def panel(qtbot: QtBot, bench: Workbench) -> DataPanel:
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(216, 1400)
    panel.show()
    qtbot.waitExposed(panel)
    click(panel, "data_section_augmentation")
    return panel


def offered(panel: DataPanel) -> list[str]:
    """What the menu offers; it stays open."""
    click(panel, "data_augmentation_add")
    menu = child(panel, "data_augmentation_menu")
    assert isinstance(menu, QMenu)
    return [action.text().split("\t")[0] for action in menu.actions()]


def add(panel: DataPanel, title: str) -> None:
    place = offered(panel).index(title)
    menu = child(panel, "data_augmentation_menu")
    assert isinstance(menu, QMenu)
    menu.actions()[place].trigger()
    menu.close()


def chosen(bench: Workbench) -> tuple[Augmentation, ...]:
    return bench.project.data.augmentation


def shown(panel: DataPanel) -> list[np.ndarray]:
    """The pixels of the pictures in the preview."""
    wall = child(panel, "data_augmented")
    assert isinstance(wall, AugmentedWall)
    return [_pixels(image) for image in wall.images]


def _pixels(image: QImage) -> np.ndarray:
    rows = range(image.height())
    return np.array(
        [[image.pixelColor(x, y).lightness() for x in range(image.width())] for y in rows]
    )


def use(bench: Workbench, source: str) -> None:
    data = replace(bench.project.data, source=SOURCES[source]())
    bench.apply("Data", replace(bench.project, data=data))


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_is_added_from_the_menu_previewed_and_trained_with(
    panel: DataPanel, bench: Workbench, name: str
) -> None:
    assert not child(panel, "data_augmented").isVisible()
    before = bench.project
    add(panel, AUGMENTATIONS[name].title)
    assert chosen(bench) == (AUGMENTATIONS[name](),)
    assert child(panel, "data_augmented").isVisible()
    assert len(shown(panel)) == EPOCHS
    assert bench.data is not None
    assert bench.data.augmentation == chosen(bench)
    events = list(train(session_for(bench.project, bench.data), epochs=1))
    assert any(isinstance(event, EpochDone) for event in events)
    bench.document.undo()
    assert bench.project == before
    assert child(panel, "data_augmentation_empty").isVisible()


def test_the_preview_shows_what_the_first_epochs_of_the_run_will_see(
    panel: DataPanel, bench: Workbench
) -> None:
    bench.change_settings("Seed", seed=5)
    add(panel, "Shift")
    data = bench.data
    assert data is not None
    example = data.parts.train[:1]
    for epoch, pixels in enumerate(shown(panel)):
        seen = augmented(
            chosen(bench), data.dataset.inputs[example], example, data.spread, seed=5, epoch=epoch
        )
        share = seen[0, 0] / data.dataset.inputs[example].max()
        np.testing.assert_allclose(pixels / 255, share, atol=0.01)


def test_the_preview_follows_settings_and_another_seed(panel: DataPanel, bench: Workbench) -> None:
    add(panel, "Rotate")
    first = shown(panel)
    field = child(panel, "data_augmentation_0_angle")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "90")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert chosen(bench) == (Rotate(90),)
    second = shown(panel)
    assert any((a != b).any() for a, b in zip(first, second, strict=True))
    bench.change_settings("Seed", seed=99)
    assert any((a != b).any() for a, b in zip(second, shown(panel), strict=True))


def test_another_example_is_asked_for_with_a_button(panel: DataPanel, bench: Workbench) -> None:
    add(panel, "Flip")
    before, project = shown(panel), bench.project
    click(panel, "data_augmented_another")
    assert any((a != b).any() for a, b in zip(before, shown(panel), strict=True))
    assert bench.project == project


def test_numbers_are_offered_noise_alone_and_points_are_shown_moving(
    panel: DataPanel, bench: Workbench
) -> None:
    use(bench, "Spiral")
    assert offered(panel) == ["Noise"]
    menu = child(panel, "data_augmentation_menu")
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()
    wall = child(panel, "data_augmented")
    assert isinstance(wall, AugmentedWall)
    assert wall.isVisible()
    assert wall.images == []
    first = wall.grab().toImage()
    click(panel, "data_augmented_another")
    assert wall.grab().toImage() != first


def test_what_does_not_suit_the_data_is_told_at_its_place_and_can_be_taken_out(
    panel: DataPanel, bench: Workbench
) -> None:
    add(panel, "Rotate")
    use(bench, "Spiral")
    error = child(panel, "data_augmentation_0_error")
    assert error.isVisible()
    assert "Rotate is for pictures" in error.text()
    assert not child(panel, "data_error").isVisible()
    assert not child(panel, "data_augmented").isVisible()
    assert bench.data is None
    click(panel, "data_augmentation_0_remove")
    assert bench.data is not None


def test_nothing_is_read_or_fitted_again_for_another_augmentation(
    panel: DataPanel, bench: Workbench
) -> None:
    before = bench.data
    add(panel, "Noise")
    assert before is not None
    assert bench.data is not None
    assert bench.data.dataset is before.dataset
    assert bench.data.preparation is before.preparation


def test_entries_change_places_with_the_keyboard(panel: DataPanel, bench: Workbench) -> None:
    add(panel, "Shift")
    add(panel, "Noise")
    line = child(panel, "data_augmentation_1_line")
    QTest.keyClick(line, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert chosen(bench) == (Noise(), Shift())


def test_each_entry_says_in_a_few_words_how_strong_it_is() -> None:
    assert note_on(Shift(1, 3)) == "1 px · 3 px"
    assert note_on(Rotate(12.5, "nearest")) == "12.5° · nearest"
    assert note_on(Noise(0.25)) == "25 %"
    assert note_on(Flip(True, False)) == "horizontal"
