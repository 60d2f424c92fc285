"""Draw every formula of the catalogue as the window sets it, on one sheet for each theme.

To look at, not to compare: ``python tests/formulas.py <folder>``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

WIDTH = 300


def main(folder: Path) -> int:
    """One picture per theme; returns the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["NNSTUDIO_CONFIG"] = tempfile.mkdtemp()
    from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

    from nnstudio.engine.catalogue import LAYERS
    from nnstudio.gui.look.theme import Theme, load_fonts
    from nnstudio.gui.mathematics.formula_view import FormulaView

    app = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(app, QApplication)
    load_fonts(app)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("light", "dark"):
        theme = Theme(name)
        theme.apply()
        sheet = QWidget()
        sheet.setStyleSheet(f"background: {theme.colours.panel}")
        grid = QGridLayout(sheet)
        shown = [(n, f) for n, cls in LAYERS.items() for f in (cls.formula, cls.derivative) if f]
        for place, (layer, formula) in enumerate(shown):
            row, column = divmod(place, 4)
            view = FormulaView(theme, parent=sheet)
            view.show_formula(formula)
            view.setFixedWidth(WIDTH)
            grid.addWidget(
                QLabel(layer if view.is_typeset else f"{layer} – as text"), 2 * row, column
            )
            grid.addWidget(view, 2 * row + 1, column)
        sheet.resize(4 * (WIDTH + 16), sheet.sizeHint().height())
        target = folder / f"formulas-{name}.png"
        sheet.grab().save(str(target))
        print(target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
