"""The command line: ``nnstudio`` and its commands.

Nothing heavy is imported before it is known what to do: help and version know neither numpy nor
Qt, and only opening the window imports Qt.
"""

from nnstudio.cli.program import main

__all__ = ["main"]
