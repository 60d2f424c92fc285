"""The start page: samples, an empty network, the files used last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from driving import child, click
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.start_page import StartPage
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

Opener = Callable[..., StartPage]
NAMES = (
    "line", "square", "spiral", "digits", "two-branch", "autoencoder", "sine", "sorting",
    "mnist-mlp", "mnist-cnn",
)  # fmt: skip


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of samples that stands in for the one of the program."""
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in NAMES:
        project = Project(description=f"What {name} is about, in one sentence.")
        save_project(project, folder / f"{name}.nnstudio")
    of_program = assets._folder
    monkeypatch.setattr(
        assets, "_folder", lambda name: folder if name == "samples" else of_program(name)
    )
    return folder


@pytest.fixture
def open_page(qtbot: QtBot, samples: Path) -> Opener:
    theme = Theme("light")
    theme.apply()

    def build(recent: tuple[str, ...] = (), size: tuple[int, int] = (1000, 700)) -> StartPage:
        page = StartPage(theme, recent)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        qtbot.waitExposed(page)
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        return page

    return build


def rows(page: QWidget) -> list[QWidget]:
    found = [w for w in page.findChildren(QWidget) if w.objectName().startswith("sample_")]
    return sorted(found, key=lambda row: row.mapTo(page, QPoint()).y())


def test_the_samples_stand_in_the_order_in_which_a_newcomer_meets_them(open_page: Opener) -> None:
    page = open_page()
    assert [row.text() for row in rows(page)] == [
        "Line",
        "Square",
        "Spiral",
        "Digits",
        "Two branches",
        "Autoencoder",
        "Sine",
        "Sorting",
        "MNIST",
        "MNIST, convolutional",
    ]
    assert child(page, "sample_line").accessibleDescription() == (
        "What line is about, in one sentence."
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_click_chooses_a_sample(
    open_page: Opener, qtbot: QtBot, samples: Path, name: str
) -> None:
    page = open_page()
    with qtbot.waitSignal(page.sample_chosen) as chosen:
        click(page, f"sample_{name}")
    assert chosen.args == [samples / f"{name}.nnstudio"]


def test_each_sample_has_a_picture_of_its_own(open_page: Opener) -> None:
    page = open_page()
    pictures = [row.grab(row.rect().adjusted(12, 12, 68 - row.width(), -12)) for row in rows(page)]
    kinds = [picture.toImage() for picture in pictures]
    assert all(a != b for i, a in enumerate(kinds) for b in kinds[:i])


def test_a_damaged_sample_is_passed_over(open_page: Opener, samples: Path) -> None:
    damaged = samples / "square.nnstudio"
    damaged.write_bytes(damaged.read_bytes()[:100])
    (samples / "digits.nnstudio").write_text("nothing of the kind")
    page = open_page()
    left = ["Line", "Spiral", "Two branches", "Autoencoder", "Sine", "Sorting"]
    left += ["MNIST", "MNIST, convolutional"]
    assert [row.text() for row in rows(page)] == left


def test_new_and_open_are_asked_for(open_page: Opener, qtbot: QtBot) -> None:
    page = open_page()
    with qtbot.waitSignal(page.new_chosen):
        click(page, "start_new_button")
    with qtbot.waitSignal(page.open_chosen):
        click(page, "start_open_button")


def test_recent_files_that_are_gone_are_left_out(
    open_page: Opener, qtbot: QtBot, samples: Path, tmp_path: Path
) -> None:
    there = [str(samples / "line.nnstudio"), str(samples / "spiral.nnstudio")]
    page = open_page((there[0], str(tmp_path / "gone.nnstudio"), there[1]))
    assert child(page, "recent_0").text() == "line.nnstudio"
    assert child(page, "recent_1").text() == "spiral.nnstudio"
    assert page.findChild(QWidget, "recent_2") is None
    with qtbot.waitSignal(page.recent_chosen) as chosen:
        click(page, "recent_1")
    assert chosen.args == [Path(there[1])]


def test_other_recent_files_take_the_place_of_the_old_ones(
    open_page: Opener, qtbot: QtBot, samples: Path
) -> None:
    page = open_page((str(samples / "line.nnstudio"),))
    page.set_recent((str(samples / "digits.nnstudio"), str(samples / "line.nnstudio")))
    assert child(page, "recent_0").text() == "digits.nnstudio"
    qtbot.waitUntil(child(page, "recent_1").isVisible)
    page.set_recent(())
    assert page.findChild(QWidget, "recent_0") is None


def test_arrows_go_from_row_to_row_and_enter_chooses(
    open_page: Opener, qtbot: QtBot, samples: Path
) -> None:
    page = open_page()
    child(page, "sample_line").setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
    assert QApplication.focusWidget() is child(page, "sample_square")
    with qtbot.waitSignal(page.sample_chosen) as chosen:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert chosen.args == [samples / "square.nnstudio"]


def test_tab_reaches_everything_and_enter_presses_it(
    open_page: Opener, qtbot: QtBot, samples: Path
) -> None:
    page = open_page((str(samples / "line.nnstudio"),))
    child(page, "sample_line").setFocus()
    reached = [QApplication.focusWidget().objectName()]
    for _ in range(len(NAMES) + 4):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget().objectName())
    assert reached == [
        *(f"sample_{name}" for name in NAMES),
        *("start_new_button", "start_template_button", "start_signs_button"),
        *("start_open_button", "recent_0"),
    ]
    child(page, "start_new_button").setFocus()
    with qtbot.waitSignal(page.new_chosen):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)


@pytest.mark.parametrize("size", [(1400, 900), (900, 500), (480, 400)])
def test_the_column_stays_in_the_middle_and_scrolls(
    open_page: Opener, size: tuple[int, int]
) -> None:
    page = open_page(size=size)
    column = child(page, "start_column")
    assert column.width() <= 880
    left = column.mapTo(page, QPoint()).x()
    right = page.width() - left - column.width()
    assert abs(left - right) <= 12
    assert child(page, "sample_line").width() >= 300
    child(
        page, "recent_0" if page.findChild(QWidget, "recent_0") else "start_open_button"
    ).setFocus()
    scroll = page.findChild(QScrollArea)
    scroll.ensureWidgetVisible(child(page, "start_open_button"))
    assert not child(page, "start_open_button").visibleRegion().isEmpty()
