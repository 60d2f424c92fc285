"""The user's own blocks while the program runs: what the palette lists and the canvas adds."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnstudio.persistence.blocks import Block, load_blocks, read_blocks, remove_block, save_block
from nnstudio.persistence.clipping import Clipping

_KEY = "block:"


class Blocks(QObject):
    """All blocks by their keys, which go where names of layers go and are none.

    Attributes:
        damaged: the files that couldn't be read when the program started.

    Signals:
        changed: one was saved, renamed or deleted.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._blocks, self.damaged = read_blocks()

    @property
    def by_key(self) -> dict[str, Block]:
        """Every block, in the order of their names."""
        return {key_of(block): block for block in self._blocks}

    def named(self, name: str) -> Block | None:
        """The block with this name, written large or small."""
        wanted = name.strip().casefold()
        return next((b for b in self._blocks if b.name.casefold() == wanted), None)

    def save(self, name: str, clipping: Clipping) -> Block:
        """Keep these layers as a block, instead of one with the same name.

        Raises:
            StudioError: it can't be written.
        """
        self._blocks = load_blocks()  # another window may have saved one
        old = self.named(name)
        block = save_block(name.strip(), clipping, old.file if old else "")
        self._reload()
        return block

    def rename(self, key: str, name: str) -> None:
        """Give a block another name, and its place to none that has it already.

        Raises:
            StudioError: it can't be written.
        """
        block, other = self.by_key[key], self.named(name)
        save_block(name.strip(), block.clipping, block.file)
        if other is not None and other.file != block.file:
            remove_block(other)
        self._reload()

    def remove(self, key: str) -> None:
        """Delete a block.

        Raises:
            StudioError: it can't be deleted.
        """
        remove_block(self.by_key[key])
        self._reload()

    def _reload(self) -> None:
        self._blocks = load_blocks()
        self.changed.emit()


def key_of(block: Block) -> str:
    """What stands for ``block`` where a layer has the name of its class."""
    return f"{_KEY}{block.file}"


def is_key(name: str) -> bool:
    """Whether ``name`` stands for a block."""
    return name.startswith(_KEY)


def layers_in(block: Block) -> str:
    """A block's layers, in words."""
    nodes = block.clipping.graph.nodes
    names = [type(node.layer).__name__ for node in nodes]
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return f"{len(nodes)} layer{'s' if len(nodes) != 1 else ''}: {shown}"
