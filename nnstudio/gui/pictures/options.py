"""What a person decides about a picture of the network."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.schema import setting

STYLES = ("cards", "neurons")


@dataclass(frozen=True)
class PictureOptions:
    """Declared as settings, from which the dialog makes its form."""

    style: str = setting(
        "cards", choices=STYLES, help="The canvas, or every unit as a circle as in a textbook"
    )
    weights: bool = setting(
        True, label="Weights", help="Lines coloured by sign, wider for greater weights"
    )
    biases: bool = setting(False, label="Biases", help="Rings coloured by the sign of the bias")
    scale: float = setting(1.0, ge=0.25, le=8.0, label="Size", help="1 is the size on the canvas")
    transparent: bool = setting(
        False, label="Transparent", help="Without the white behind the picture"
    )

    @property
    def unused(self) -> frozenset[str]:
        """Settings that the style has no use for."""
        return frozenset() if self.style == "neurons" else frozenset({"weights", "biases"})
