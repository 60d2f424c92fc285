"""``nnstudio train`` that is hit by a signal: ``training_to_kill.py SIGNAL COUNT ARGUMENT…``.

The process sends it to itself when the COUNTth checkpoint is written but not yet in its place, and
only half of it is there. So what is left is what a power cut leaves: half a file, beside the whole
one before it.
"""

from __future__ import annotations

import os
import signal
import sys

from nnstudio.cli import main

_signal = signal.Signals[sys.argv[1]]
_left = int(sys.argv[2])


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Called by Python before each operation that it tells of."""
    global _left
    if event == "os.rename" and str(arguments[1]).endswith("last.nnstudio"):
        _left -= 1
        if not _left:
            if _signal == signal.SIGKILL:
                os.truncate(str(arguments[0]), 100)
            os.kill(os.getpid(), _signal)


sys.addaudithook(watch)
sys.exit(main(sys.argv[3:]))
