"""How fast a run goes, and how long it will take."""

from __future__ import annotations

from time import perf_counter

_DAY = 24 * 3600


class Speed:
    """Epochs per second, smoothed over the last few looks."""

    def __init__(self) -> None:
        self.per_second = 0.0
        self._last: tuple[float, float] | None = None

    def look(self, done: float) -> None:
        """``done`` epochs, a fraction included, are done by now."""
        now = perf_counter()
        if self._last is None:
            self._last = (now, done)
            return
        then, before = self._last
        if now - then < 0.5 or done == before:  # in slow motion a batch may take a second
            return
        speed = (done - before) / (now - then)
        self.per_second = speed if not self.per_second else 0.7 * self.per_second + 0.3 * speed
        self._last = (now, done)

    def seconds(self, epochs: float) -> float | None:
        """How long ``epochs`` more will take; ``None`` while unknown."""
        return epochs / self.per_second if self.per_second > 0 else None


def clock(seconds: float) -> str:
    """``0:39``, ``1:17:31``, ``3 d 16 h``."""
    whole = round(seconds)
    if whole >= _DAY:
        return f"{whole // _DAY} d {whole % _DAY // 3600} h"
    if whole >= 3600:
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{whole // 60}:{whole % 60:02}"


def rounded(number: float) -> str:
    """Two significant digits, so that the text stays calm."""
    digits = max(0, len(str(int(number))) - 2)
    return f"{int(round(number, -digits)):,}"
