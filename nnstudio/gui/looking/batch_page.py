"""One batch as the network gets it: prepared, in the order of training."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, TARGETS, Dataset
from nnstudio.data.order import epoch_order
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.example_table import ExampleTable
from nnstudio.gui.looking.examples import Examples
from nnstudio.gui.looking.wall import Wall
from nnstudio.messages import shape_text
from nnstudio.training.settings import TrainingSettings


class BatchPage(QWidget):
    """The batches of the first epoch, one at a time."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("batch_page")
        self._data: PreparedData | None = None
        self._key: tuple[object, ...] = ()
        self._order = np.zeros(0, np.int64)
        self._size, self._seed = 1, 0
        self._batch = 0
        self._wall = Wall(theme, "batch_wall", "The batch as the network gets it")
        self._table = ExampleTable(
            theme, "batch_table", "The batch in numbers, as the network gets it"
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self._wall)
        self._pages.addWidget(self._table)
        self._title = QLabel()
        self._title.setObjectName("batch_title")
        self._numbers = QLabel()
        self._numbers.setObjectName("batch_numbers")
        self._numbers.setProperty("role", "dim")
        self._numbers.setWordWrap(True)
        self._back = self._button("batch_back", "The batch before", "‹", -1)
        self._on = self._button("batch_next", "The next batch", "›", 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self._back)
        row.addWidget(self._on)
        row.addSpacing(4)
        row.addWidget(self._title)
        row.addStretch(1)
        words = QHBoxLayout()
        words.setContentsMargins(12, 0, 12, 0)
        words.addWidget(self._numbers)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addLayout(words)
        column.addWidget(self._pages, 1)

    def _button(self, name: str, title: str, sign: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(title)
        button.setToolTip(title)
        button.setText(sign)
        button.setFixedSize(24, 24)
        button.clicked.connect(lambda *_: self._turn(step))
        return button

    def show_data(self, data: PreparedData, settings: TrainingSettings) -> None:
        """Show the batch of ``data`` that was shown, or the first."""
        key = (data, settings.batch_size, settings.seed)
        if all(a is b or a == b for a, b in zip(key, self._key, strict=False)) and self._key:
            return
        self._key, self._data, self._size = key, data, settings.batch_size
        self._seed = settings.seed
        self._order = epoch_order(data.parts.train, settings.seed, 0, data.dataset.block)
        self._batch = min(self._batch, max(0, self.batches - 1))
        self._show_batch()

    @property
    def batches(self) -> int:
        """How many there are in an epoch."""
        return ceil(len(self._order) / self._size)

    def _turn(self, step: int) -> None:
        self._batch = (self._batch + step) % max(1, self.batches)
        self._show_batch()

    def _show_batch(self) -> None:
        data = self._data
        assert data is not None
        rows = self._order[self._batch * self._size :][: self._size]
        prepared = prepared_batch(data, rows, self._seed)
        examples = Examples(prepared, names=rows)
        is_drawn = data.dataset.inputs.ndim in (3, 4)
        self._pages.setCurrentIndex(0 if is_drawn else 1)
        (self._wall if is_drawn else self._table).show_examples(examples)
        self._title.setText(
            f"Batch {self._batch + 1:,} of {self.batches:,} · {len(rows):,} examples"
        )
        words = batch_words(prepared)
        self._numbers.setText(f"{words} · augmented" if data.augmentation else words)
        self._back.setEnabled(self.batches > 1)
        self._on.setEnabled(self.batches > 1)


def prepared_batch(data: PreparedData, rows: np.ndarray, seed: int = 0) -> Dataset:
    """The examples at ``rows`` with the numbers that the network gets, as in the first epoch."""
    dataset = data.dataset
    inputs = np.empty((*dataset.input_shape, len(rows)), np.float32)
    if data.augmentation:
        data.augmented(dataset.input_shape, seed).gather(rows, inputs)
    else:
        data.numbers(INPUTS, dataset.input_shape)(rows, inputs)
    targets = dataset.targets[rows]
    if not dataset.classes:
        targets = data.preparation.of(TARGETS).apply(targets).astype(np.float32)
    return Dataset(
        dataset.name,
        np.moveaxis(inputs, -1, 0),
        targets,
        classes=dataset.classes,
        input_names=dataset.input_names,
        target_names=dataset.target_names,
    )


def batch_words(batch: Dataset) -> str:
    """Shape and range of what the network gets, and what its answers are compared with."""
    inputs = f"inputs ({shape_text(batch.input_shape)}) {_range_words(batch.inputs)}"
    if batch.classes:
        return f"{inputs} · targets one of {len(batch.classes):,} classes"
    shape = shape_text(batch.targets.shape[1:])
    return f"{inputs} · targets ({shape}) {_range_words(batch.targets)}"


def _range_words(values: np.ndarray) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "no numbers"
    low, mean, high = (f"{v:.2f}" for v in (finite.min(), finite.mean(), finite.max()))
    return f"{low} to {high}, mean {mean}".replace("-", "−")
