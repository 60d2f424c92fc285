"""All augmentations, and lists of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnstudio import schema
from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.chance import Chance
from nnstudio.data.augmentation.cut_out import CutOut
from nnstudio.data.augmentation.elastic import Elastic
from nnstudio.data.augmentation.moving import Flip, Rotate, Scale, Shift
from nnstudio.data.augmentation.noise import Noise
from nnstudio.data.augmentation.strokes import Thickness
from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.messages import shape_text

#: Every augmentation, by the name that project files use.
AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "Shift": Shift,
    "Rotate": Rotate,
    "Scale": Scale,
    "Elastic": Elastic,
    "Thickness": Thickness,
    "Noise": Noise,
    "CutOut": CutOut,
    "Flip": Flip,
}
#: Examples changed together, so that what lies between stays in the cache.
_AT_ONCE = 128


def check_augmentation(augmentation: Augmentation, dataset: Dataset) -> None:
    """Nothing, if ``augmentation`` can be applied to the inputs of ``dataset``.

    Raises:
        SettingError: a setting is out of range.
        DataError: it isn't for such examples, or would move them away from their labels.
    """
    schema.check(augmentation)
    if not augmentation.applies_to(dataset.input_shape):
        raise DataError(
            "augmentation_shape", name=augmentation.title, got=shape_text(dataset.input_shape)
        )
    if augmentation.moves and dataset.is_classification and dataset.targets.ndim > 1:
        raise DataError("augmentation_places", name=augmentation.title)


def augmented(
    augmentations: Sequence[Augmentation],
    values: np.ndarray,
    examples: np.ndarray,
    spread: Spread,
    *,
    seed: int,
    epoch: int,
) -> np.ndarray:
    """Examples after all ``augmentations``, in order.

    Args:
        values: ``(n, *shape)``, in the units of the data.
        examples: ``(n,)`` their numbers in the dataset.

    Returns:
        ``(n, *shape)``, float64 for float64 and float32 for everything else.
    """
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float32)
    result = np.empty(values.shape, kind)
    for start in range(0, len(values), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        now = values[part].astype(kind)
        for place, augmentation in enumerate(augmentations):
            now = augmentation.apply(now, Chance(seed, epoch, examples[part], place), spread)
        result[part] = now
    return result


def augmentations_of(plain: object, where: str) -> tuple[Augmentation, ...]:
    """Augmentations as they were written.

    Raises:
        SettingError, DataError: anything that can't have been written.
    """
    if not isinstance(plain, list):
        raise DataError("data_plain", where=where, got=type(plain).__name__)
    return tuple(
        schema.from_plain(each, AUGMENTATIONS, f"{where}[{number}]")
        for number, each in enumerate(plain)
    )
