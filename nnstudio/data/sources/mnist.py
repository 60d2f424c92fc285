"""MNIST, and two collections that were made to take its place: same files, harder pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nnstudio.data.sources.digits import DIGITS
from nnstudio.data.sources.idx_set import IdxSet


@dataclass(frozen=True)
class Mnist(IdxSet):
    """The 70,000 handwritten digits that most first networks have met (LeCun et al., 1998)."""

    title: ClassVar[str] = "MNIST"
    description: ClassVar[str] = (
        "70,000 handwritten digits of 28×28 pixels, from files on your disk."
    )
    drawing: ClassVar[str] = "mnist"
    place: ClassVar[str] = "mnist"
    server: ClassVar[str] = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    sums: ClassVar[tuple[str, str, str, str]] = (
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    )
    sizes: ClassVar[tuple[int, int, int, int]] = (9_912_422, 28_881, 1_648_877, 4_542)

    @property
    def names(self) -> tuple[str, ...]:
        return DIGITS


@dataclass(frozen=True)
class FashionMnist(IdxSet):
    """70,000 pieces of clothing from a shop's catalogue (Xiao, Rasul and Vollgraf, 2017)."""

    title: ClassVar[str] = "Fashion-MNIST"
    description: ClassVar[str] = (
        "70,000 pieces of clothing of 28×28 pixels, harder than digits, from files on your disk."
    )
    place: ClassVar[str] = "fashion-mnist"
    server: ClassVar[str] = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    sums: ClassVar[tuple[str, str, str, str]] = (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    )
    sizes: ClassVar[tuple[int, int, int, int]] = (26_421_880, 29_515, 4_422_102, 5_148)

    @property
    def names(self) -> tuple[str, ...]:
        return (
            *("T-shirt", "trousers", "pullover", "dress", "coat"),
            *("sandal", "shirt", "trainer", "bag", "ankle boot"),
        )


@dataclass(frozen=True)
class Kmnist(IdxSet):
    """70,000 letters of old Japanese books, ten hiragana in cursive (Clanuwat et al., 2018)."""

    title: ClassVar[str] = "KMNIST"
    description: ClassVar[str] = (
        "70,000 old Japanese letters of 28×28 pixels, from files on your disk."
    )
    drawing: ClassVar[str] = "mnist"
    place: ClassVar[str] = "kmnist"
    server: ClassVar[str] = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
    sums: ClassVar[tuple[str, str, str, str]] = (
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    )
    sizes: ClassVar[tuple[int, int, int, int]] = (18_165_135, 29_497, 3_041_136, 5_120)

    @property
    def names(self) -> tuple[str, ...]:
        return "o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"
