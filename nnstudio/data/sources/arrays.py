"""Arrays that the user saved with NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from nnstudio.data.array_files import read_arrays
from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.source import Source
from nnstudio.messages import sentence, shape_text
from nnstudio.schema import check, setting

#: How inputs may lie in their array.
LAYOUTS = ("guess", "as they are", "pictures (N, H, W)", "pictures (N, H, W, C)")
TASKS = ("guess", "classes", "numbers")
#: What becomes of NaN and infinite values.
MISSING_WAYS = ("refuse", "drop", "fill")
#: What people call them, looked for in this order.
_INPUT_NAMES = ("x_train", "x", "inputs", "data", "images", "features")
_TARGET_NAMES = ("y_train", "y", "targets", "target", "labels", "label")
_TEST_NAMES = (("x_test", "y_test"), ("test_inputs", "test_targets"), ("x_val", "y_val"))
#: More different whole numbers than this are taken for numbers, not for classes.
_MOST_CLASSES = 1000
#: So many names of arrays are told.
_MOST_NAMES = 12


@dataclass(frozen=True)
class Arrays(Source):
    """Inputs and targets from an NPZ file, or from two NPY files.

    Pictures may have their channels first or last; (N, H, W) of bytes are taken for grey pictures.
    Whole-number targets of one axis are classes, one-hot rows as well; others are numbers. Where an
    NPZ has a test set beside the training set, as Keras's do, it becomes the published test set.
    """

    title: ClassVar[str] = "NumPy arrays"
    description: ClassVar[str] = "Your own arrays, from an .npz file or two .npy files."
    slow: ClassVar[bool] = True

    file: str = setting("", help="An .npz with inputs and targets, or the inputs as .npy")
    targets_file: str = setting("", help="The targets, if they are in an .npy of their own")
    inputs: str = setting("", label="Inputs' name", help="In the .npz; empty: x_train, x, inputs …")
    targets: str = setting("", label="Targets' name", help="In the .npz; empty: y_train, y, …")
    layout: str = setting("guess", choices=LAYOUTS, help="How the inputs lie in their array")
    task: str = setting("guess", choices=TASKS, help="Whether targets are classes or numbers")

    missing: str = setting(
        "refuse",
        label="NaN, infinite",
        choices=MISSING_WAYS,
        help="Refuse; leave these examples out; or put a number in their inputs' place",
    )
    fill: float = setting(0.0, label="Fill with", help="The number in place of NaN and infinite")

    def load(self) -> Dataset:
        check(self)
        if not self.file:
            raise DataError("arrays_no_file")
        path = Path(self.file).expanduser()
        arrays = read_arrays(path)
        x_name = _named(path, arrays, self.inputs, _INPUT_NAMES)
        if self.targets_file:
            other = Path(self.targets_file).expanduser()
            own = read_arrays(other)
            y = own[_named(other, own, self.targets, _TARGET_NAMES)]
        else:
            y = arrays[_named(path, arrays, self.targets, _TARGET_NAMES)]
        x, tested = arrays[x_name], 0
        if len(x) != len(y):
            raise DataError("arrays_counts", inputs=len(x), targets=len(y))
        for test_x, test_y in _TEST_NAMES:
            if test_x not in arrays or test_y not in arrays:
                continue
            more_x, more_y = arrays[test_x], arrays[test_y]
            alike = (more_x.shape[1:], more_y.shape[1:]) == (x.shape[1:], y.shape[1:])
            if alike and len(more_x) == len(more_y):
                x, y, tested = np.concatenate([x, more_x]), np.concatenate([y, more_y]), len(more_x)
                break
        x, y, tested, notes = self._without_gaps(x, y, tested)
        inputs = _laid_out(x, self.layout)
        classes, targets = _answers(y, self.task)
        names = () if classes else tuple(f"y{i + 1}" for i in range(targets.shape[1]))
        return Dataset(
            path.stem, inputs, targets, classes, target_names=names, test_count=tested, notes=notes
        )

    def _without_gaps(
        self, x: np.ndarray, y: np.ndarray, tested: int
    ) -> tuple[np.ndarray, np.ndarray, int, tuple[str, ...]]:
        """Inputs, targets and size of the test set, as :attr:`missing` wants it; and what was done.

        A target that isn't there can't be filled in: its example is left out.
        """
        gaps, unanswered = _gaps(x), _gaps(y)
        if not (gaps.any() or unanswered.any()):
            return x, y, tested, ()
        if self.missing == "refuse":
            raise DataError("arrays_not_finite", what="inputs" if gaps.any() else "targets")
        wrong = unanswered if self.missing == "fill" else gaps | unanswered
        code = "arrays_filled" if self.missing == "fill" else "arrays_dropped"
        values = {"count": int((gaps | unanswered).sum()), "dropped": int(wrong.sum())}
        first = int(np.flatnonzero(gaps | unanswered)[0])
        notes = (sentence(code, **values, row=first, fill=self.fill),)
        if wrong.all():
            raise DataError("arrays_none_left")
        if self.missing == "fill":
            x = np.where(np.isfinite(x), x, self.fill)
        return x[~wrong], y[~wrong], tested - int(wrong[len(wrong) - tested :].sum()), notes


def _gaps(values: np.ndarray) -> np.ndarray:
    """Which examples hold NaN or infinite values."""
    if values.dtype.kind != "f":
        return np.zeros(len(values), bool)
    found: np.ndarray = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return found


def _named(path: Path, arrays: dict[str, np.ndarray], wanted: str, usual: tuple[str, ...]) -> str:
    """The name of the array that is meant."""
    if wanted in arrays and wanted:
        return wanted
    by_name = {name.lower(): name for name in reversed(arrays)}
    found = [by_name[name] for name in usual if name in by_name]
    if wanted or not (found or list(arrays) == [""]):
        known = ", ".join(list(arrays)[:_MOST_NAMES]) or "one without a name"
        if len(arrays) > _MOST_NAMES:
            known += f", … ({len(arrays):,} in all)"
        raise DataError("arrays_name", file=path.name, name=wanted or usual[0], known=known)
    return found[0] if found else ""


def _laid_out(x: np.ndarray, layout: str) -> np.ndarray:
    """Inputs as the engine names their axes: (N, F), (N, T, F) or (N, C, H, W)."""
    if layout == "guess":
        if x.ndim == 3 and x.dtype == np.uint8:
            layout = "pictures (N, H, W)"
        elif x.ndim == 4 and x.shape[3] in (1, 3, 4) and x.shape[1] not in (1, 3):
            layout = "pictures (N, H, W, C)"
    if layout == "pictures (N, H, W)":
        if x.ndim != 3:
            raise DataError("arrays_layout", layout=layout, got=shape_text(x.shape))
        x = x[:, np.newaxis]
    elif layout == "pictures (N, H, W, C)":
        if x.ndim != 4:
            raise DataError("arrays_layout", layout=layout, got=shape_text(x.shape))
        x = np.moveaxis(x, 3, 1)
    elif x.ndim == 1:
        x = x[:, np.newaxis]
    if x.ndim > 4:
        raise DataError("arrays_layout", layout="at most (N, C, H, W)", got=shape_text(x.shape))
    return x if x.ndim == 4 and x.dtype == np.uint8 else x.astype(np.float64)


def _answers(y: np.ndarray, task: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of classes and the number of each example's, or no names and numbers."""
    one_hot = (
        y.ndim == 2
        and y.shape[1] > 1
        and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
    )
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if task != "numbers" and one_hot:
        return tuple(map(str, range(y.shape[1]))), y.argmax(axis=1)
    whole = y.ndim == 1 and bool((y == np.floor(y)).all())
    if task == "classes" and not whole:
        raise DataError("arrays_classes")
    if task == "classes" or (task == "guess" and whole and y.dtype.kind in "biu"):
        values, labels = np.unique(y.astype(np.int64), return_inverse=True)
        if len(values) <= _MOST_CLASSES:
            return tuple(map(str, values)), labels.reshape(-1)
    if y.ndim > 2:
        y = y.reshape(len(y), -1)
    return (), y.reshape(len(y), -1).astype(np.float64)
