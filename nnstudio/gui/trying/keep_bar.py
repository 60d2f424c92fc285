"""Under the pad: the name of the sign that is drawn, and the button that keeps it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from nnstudio.data.sources import Drawings, Source
from nnstudio.data.sources.drawings import LONGEST
from nnstudio.gui.look.elided_label import ElidedLabel


class KeepBar(QWidget):
    """A field for the name, with the names known so far, and a button.

    Signals:
        kept: (sign) keep what is drawn as an example of this sign.
    """

    kept = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keep_bar")
        self._label = QComboBox()
        self._label.setObjectName("pad_label")
        self._label.setAccessibleName("Name of the sign that is drawn")
        self._label.setToolTip("What the drawing is: type a name, or choose one")
        self._label.setEditable(True)
        self._label.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._label.setMinimumWidth(96)
        self._label.setMaximumWidth(160)
        line = self._label.lineEdit()
        assert line is not None, "the box was made editable"
        self._line = line
        line.setObjectName("pad_label_line")
        line.setPlaceholderText("Its name")
        line.setMaxLength(LONGEST)
        line.returnPressed.connect(self._keep)
        line.textChanged.connect(lambda _: self._update())
        self._keep_button = QPushButton("Keep as example")
        self._keep_button.setObjectName("pad_keep_button")
        self._keep_button.setToolTip("Keep the drawing, for the network to learn from")
        self._keep_button.clicked.connect(self._keep)
        self._told = ElidedLabel()
        self._told.setObjectName("pad_kept")
        self._told.setProperty("role", "dim")
        self._drawn = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._label, 2)
        row.addWidget(self._keep_button)
        row.addWidget(self._told, 3)
        self._update()

    @property
    def sign(self) -> str:
        """The name that is typed or chosen."""
        return self._label.currentText().strip()

    def show_source(self, source: Source) -> None:
        """Offer the names of the signs that are known, and say how many there are."""
        signs = source.signs if isinstance(source, Drawings) else ()
        shown = tuple(self._label.itemText(row) for row in range(self._label.count()))
        if shown != signs:
            text = self._label.currentText()
            self._label.blockSignals(True)
            self._label.clear()
            self._label.addItems(list(signs))
            self._label.setEditText(text)
            self._label.blockSignals(False)
        self._told.setText(_counted(source))
        self._told.setToolTip(self._told.text())
        self._update()

    def show_drawn(self, is_drawn: bool) -> None:
        """Whether there is a drawing to be kept."""
        if is_drawn != self._drawn:
            self._drawn = is_drawn
            self._update()

    def ask_name(self) -> None:
        """The keyboard to the field: the drawing has no name yet."""
        self._label.setFocus(Qt.FocusReason.OtherFocusReason)
        self._line.selectAll()

    def set_sign(self, sign: str) -> None:
        """The next drawing is taken for this sign, unless another name is given."""
        self._label.setEditText(sign)

    def _update(self) -> None:
        self._keep_button.setEnabled(self._drawn and bool(self.sign))

    def _keep(self) -> None:
        if self._drawn and self.sign:
            self.kept.emit(self.sign)


def _counted(source: Source) -> str:
    """How many drawings of each sign there are, the fewest first: these want more."""
    if not isinstance(source, Drawings) or not source.size:
        return ""
    counts = sorted(source.counts().items(), key=lambda item: item[1])
    return " · ".join(f"{sign}\u00a0{count}" for sign, count in counts)
