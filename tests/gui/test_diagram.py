"""The network as a picture: SVG, PNG and PDF files, and on the clipboard."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from canvas_hand import chain, layer
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

THREE = chain(layer("Input", (2,)), layer("Dense", 8), layer("Tanh"))


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "three.nnstudio"
    save_project(Project(THREE, data=DataSettings(SOURCES["Spiral"]())), path)
    return open_window(path)


def colours(image: QImage) -> np.ndarray:
    """(height, width, RGB)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def svg_pixels(path: Path, size: QSize) -> np.ndarray:
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    QSvgRenderer(str(path)).render(painter)
    painter.end()
    return colours(image)


def test_svg_png_and_clipboard_show_the_same(window: MainWindow, tmp_path: Path) -> None:
    svg, png = tmp_path / "net.svg", tmp_path / "net.png"
    assert window.pictures.export_to(svg)
    assert window.pictures.export_to(png)
    picture = QImage(str(png))
    shown = colours(picture)
    assert np.abs(svg_pixels(svg, picture.size()).astype(int) - shown).mean() < 4
    assert (shown[0] == 255).all(), "white around"
    assert (shown < 100).any(axis=2).mean() > 0.01, "letters and lines"
    action = window.findChild(QAction, "action_copy_picture")
    assert action is not None
    action.trigger()
    np.testing.assert_array_equal(colours(QGuiApplication.clipboard().image()), shown)


def test_an_svg_needs_no_fonts(window: MainWindow, tmp_path: Path) -> None:
    svg = tmp_path / "net.svg"
    window.pictures.export_to(svg)
    root = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))


def test_a_pdf_is_one_page_with_its_fonts_in_it(window: MainWindow, tmp_path: Path) -> None:
    pdf = tmp_path / "net.pdf"
    assert window.pictures.export_to(pdf)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-")
    assert re.search(rb"/Count 1\b", content)
    assert b"/FontFile" in content


def test_it_is_light_also_in_the_dark_theme(window: MainWindow, tmp_path: Path) -> None:
    light, dark = tmp_path / "light.png", tmp_path / "dark.png"
    window.pictures.export_to(light)
    window.set_theme("dark")
    window.workbench.select(("dense",))
    window.pictures.export_to(dark)
    assert light.read_bytes() == dark.read_bytes(), "and what is selected isn't marked"


@pytest.mark.parametrize("name", ["net.bmp", "net", "missing/net.svg", "missing/net.png"])
def test_what_cannot_be_written_is_said(window: MainWindow, tmp_path: Path, name: str) -> None:
    said: list[str] = []
    window.workbench.said.connect(lambda words, severity: said.append(words))
    assert not window.pictures.export_to(tmp_path / name)
    assert len(said) == 1
    assert "net" in said[0]
    assert not (tmp_path / name).exists()


def test_an_empty_canvas_has_no_picture(open_window, tmp_path: Path) -> None:
    window = open_window()
    window.new()
    said: list[str] = []
    window.workbench.said.connect(lambda words, severity: said.append(words))
    assert not window.pictures.export_to(tmp_path / "net.svg")
    assert said == ["There is no network yet to make a picture of."]
