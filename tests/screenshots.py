"""Write pictures of the window's main states to a folder, in both themes.

Run by ``make screenshots``; to look at, not to compare. Uses throw-away preferences.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SIZES = {"small": (1024, 768), "usual": (1280, 800), "large": (1920, 1080)}


def main(folder: Path) -> int:
    """Every state, theme by theme; returns the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["NNSTUDIO_CONFIG"] = tempfile.mkdtemp()
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QDialog

    from nnstudio import assets
    from nnstudio.graph.templates import TEMPLATES
    from nnstudio.gui.app import build_window, settle
    from nnstudio.gui.main_window import MainWindow
    from nnstudio.gui.pictures.dialog import PictureDialog
    from nnstudio.gui.template_dialog import TemplateDialog
    from nnstudio.project.starting import suiting_data

    folder.mkdir(parents=True, exist_ok=True)

    def settle_deleted() -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def shoot(
        name: str,
        path: Path | None = None,
        size: str = "usual",
        prepare: Callable[[MainWindow], None] = lambda window: None,
    ) -> None:
        for theme in ("light", "dark"):
            window = build_window(path, theme=theme)
            window.resize(*SIZES[size])
            window.show()
            settle(window, 200)
            prepare(window)
            settle(window, 300)
            target = folder / f"{name}-{theme}.png"
            front = next((d for d in window.findChildren(QDialog) if d.isVisible()), window)
            front.grab().save(str(target))
            print(target)
            if front is not window:
                front.close()
            window.workbench.runner.discard()
            window.workbench.document.mark_saved()
            window.close()
            window.deleteLater()  # or every later change of theme would dress it again
            settle_deleted()

    def of_kind(window: MainWindow, kind: str) -> tuple[str, ...]:
        nodes = window.workbench.graph.nodes
        return tuple(node.id for node in nodes if type(node.layer).__name__ == kind)

    def train(window: MainWindow) -> None:
        window.workbench.change_settings("Epochs", epochs=400)
        window.workbench.runner.restart()
        window.workbench.runner.run()
        settle(window, 500)

    def example(window: MainWindow, page: str) -> None:
        data = window.workbench.data
        if data is not None:
            window.workbench.show_example(int(data.parts.validation[0]))
            settle(window, 300)
            window.docks.docks["example"].widget().show_page(page)

    def select(window: MainWindow, kind: str) -> None:
        window.workbench.select(of_kind(window, kind)[:1])

    def draw(window: MainWindow) -> None:
        pen = Path(os.environ.get("NNSTUDIO_DATA", ""), "pen-digits", "dev.json.gz")
        window.docks.docks["try"].raise_()
        window.docks.docks["try"].widget().draw(_strokes(pen))

    def features(window: MainWindow) -> None:
        window.docks.docks["features"].raise_()

    def template(window: MainWindow, name: str) -> None:
        template = TEMPLATES[name]
        window.begin_template(template, suiting_data(template))
        window.messages.clear()

    def template_dialog(window: MainWindow, name: str) -> None:
        window.show_template_dialog()
        settle(window, 100)
        dialog = window.findChild(TemplateDialog)
        assert dialog is not None
        dialog.choose(name)

    def picture_dialog(window: MainWindow) -> None:
        window.show_picture_dialog()
        dialog = window.findChild(PictureDialog)
        assert dialog is not None
        dialog.choose("style", "neurons")

    def problem(window: MainWindow) -> None:
        window.workbench.select(of_kind(window, "Flatten"))
        window.docks.canvas.delete_selection()

    shoot("start")
    shoot("empty", prepare=lambda window: window.new())
    for path in assets.sample_projects():
        shoot(path.stem, path)
    digits = assets.sample("digits.nnstudio")
    shoot("digits-training", digits, prepare=train)
    shoot("digits-dense", digits, prepare=lambda window: select(window, "Dense"))
    shoot("digits-draw", digits, prepare=draw)
    shoot("digits-features", digits, prepare=features)
    shoot("digits-problem", digits, prepare=problem)
    shoot("digits-small", digits, "small", draw)
    shoot("digits-large", digits, "large", draw)
    for name in ("line", "spiral"):
        shoot(f"{name}-training", assets.sample(f"{name}.nnstudio"), prepare=train)
    mnist = assets.sample("mnist-mlp.nnstudio")
    if mnist.exists():
        shoot("mnist-draw", mnist, prepare=draw)
    cnn = assets.sample("mnist-cnn.nnstudio")
    shoot("cnn-convolution", cnn, prepare=lambda window: select(window, "Conv2D"))
    shoot("cnn-relu", cnn, prepare=lambda window: select(window, "ReLU"))
    shoot("cnn-draw", cnn, prepare=draw)
    for page in ("layer", "network", "saliency"):
        shoot(f"example-{page}", cnn, "large", lambda window, p=page: example(window, p))
    for stage in ("data", "build", "train", "try"):
        shoot(f"stage-{stage}", digits, prepare=lambda window, s=stage: window.docks.show_stage(s))
    for name in TEMPLATES:
        shoot(f"template-{name}", size="large", prepare=lambda window, n=name: template(window, n))
    for name in ("lenet-5", "regression"):
        shoot(f"choosing-{name}", digits, prepare=lambda window, n=name: template_dialog(window, n))
    shoot("picture", assets.sample("spiral.nnstudio"), prepare=picture_dialog)
    return 0


def _strokes(pen: Path) -> list[list[tuple[float, float]]]:
    """A four, by a person where the data is at hand."""
    if pen.is_file():
        import gzip

        digits = json.loads(gzip.decompress(pen.read_bytes()))
        four = next(digit for digit in digits if digit["label"] == 4)
        return [[(20 + x / 7, 20 + y / 7) for x, y in stroke] for stroke in four["strokes"]]
    return [[(60, 30), (50, 80), (70, 100), (130, 95)], [(125, 30), (110, 160)]]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")))
