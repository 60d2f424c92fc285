"""How far a long reading has come, told to whoever listens; and giving it up.

A source is loaded by ``source.load()``, which takes nothing but its settings. Who wants to know how
it goes, or may want to stop it, listens while it loads::

    with listening(lambda done, expected: bar.show(done, expected)):
        dataset = source.load()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Told how much is done, of how much (0: nobody knows); may raise :class:`Cancelled`.
Listener = Callable[[int, int], object]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


class Cancelled(Exception):
    """The reading was given up; what it had begun to write is gone."""


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let ``listener`` be told of what is read on this thread within the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(done: int, expected: int = 0) -> None:
    """Say how far it is.

    Raises:
        Cancelled: the listener has had enough.
    """
    if (listener := _listener.get()) is not None:
        listener(done, expected)
