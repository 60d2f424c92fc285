"""What is done to training examples by chance, so that a network never sees the same one twice."""

from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.catalogue import (
    AUGMENTATIONS,
    augmentations_of,
    augmented,
    check_augmentation,
)
from nnstudio.data.augmentation.chance import Chance

__all__ = [
    "AUGMENTATIONS",
    "Augmentation",
    "Chance",
    "Spread",
    "augmentations_of",
    "augmented",
    "check_augmentation",
]
