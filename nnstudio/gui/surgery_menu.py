"""What the menu on a card offers of surgery."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from nnstudio.gui import surgery
from nnstudio.gui.workbench import Workbench


def offer_surgery(menu: QMenu, workbench: Workbench, node: str) -> None:
    """Entries for ``node`` if it has units; where one can't be chosen its tool tip says why."""
    layer = workbench.graph.by_id[node].layer
    if not layer.unit_count:
        return
    twice, half = 2 * layer.unit_count, max(1, layer.unit_count // 2)
    widen = menu.addAction(
        f"Widen to {twice:,} {layer.unit_setting}", lambda: surgery.widen(workbench, node, twice)
    )
    narrow = menu.addAction(
        f"Narrow to {half:,} {layer.unit_setting}", lambda: surgery.narrow(workbench, node, half)
    )
    deepen = menu.addAction("Insert identity layer behind", lambda: surgery.deepen(workbench, node))
    menu.setToolTipsVisible(True)
    for action, reason in (
        (widen, surgery.hindrance_to_widen(workbench, node)),
        (narrow, surgery.hindrance_to_narrow(workbench, node)),
        (deepen, surgery.hindrance_to_deepen(workbench, node)),
    ):
        action.setEnabled(not reason)
        action.setToolTip(reason)
