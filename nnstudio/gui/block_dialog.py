"""Asking for the name of a block."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.blocks import Blocks


class BlockDialog(QDialog):
    """A field for the name, and what will become of another block that has it."""

    def __init__(self, blocks: Blocks, title: str, name: str, parent: QWidget) -> None:
        """``name`` is the one to begin with."""
        super().__init__(parent)
        self.setObjectName("block_dialog")
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        self._blocks, self._before = blocks, name
        self._is_new = title.startswith("Save")
        self._field = QLineEdit(name)
        self._field.setObjectName("block_name")
        self._field.setAccessibleName("Name of the block")
        self._field.setMaxLength(60)
        self._field.selectAll()
        self._field.textChanged.connect(self._look)
        self._words = QLabel()
        self._words.setObjectName("block_words")
        self._words.setProperty("role", "dim")
        self._words.setWordWrap(True)
        cancel = QPushButton("Cancel")
        cancel.setObjectName("block_cancel")
        cancel.clicked.connect(self.reject)
        self._save = QPushButton("Save")
        self._save.setObjectName("block_save")
        self._save.setProperty("primary", True)
        self._save.setDefault(True)
        self._save.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(QLabel("Name"))
        column.addWidget(self._field)
        column.addWidget(self._words)
        column.addSpacing(8)
        column.addLayout(buttons)
        self._look()

    def ask(self) -> str:
        """The name the user wants; empty if none."""
        return self.name() if self.exec() == QDialog.DialogCode.Accepted else ""

    def name(self) -> str:
        """What is typed."""
        return self._field.text().strip()

    def _look(self) -> None:
        other = self._blocks.named(self.name())
        taken = other is not None and (self._is_new or other.name != self._before)
        self._save.setText("Replace" if taken else "Save")
        self._save.setEnabled(bool(self.name()))
        if taken:
            self._words.setText(f"There is a block “{self.name()}” already: it will be replaced.")
        else:
            self._words.setText("It stands among the layers, under My blocks. Weights stay behind.")
