"""A group in the inspector: its name, what is in it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from nnstudio.gui.canvas import grouping
from nnstudio.gui.canvas.block_saving import ask_to_save
from nnstudio.gui.workbench import Workbench
from nnstudio.project.layout import Group
from nnstudio.project.project import Project


class GroupForm(QWidget):
    """Shown while exactly the nodes of one group are selected."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._workbench = workbench
        self._group: Group | None = None
        self._name = QLineEdit()
        self._name.setObjectName("inspector_group_name")
        self._name.setAccessibleName("Name of the group")
        self._name.setToolTip("The group's name: type another")
        self._name.editingFinished.connect(self._rename)
        self._members = QLabel()
        self._members.setObjectName("inspector_group_members")
        self._members.setProperty("role", "dim")
        self._members.setWordWrap(True)
        self._fold = _button("inspector_group_fold", "Collapse", self._fold_it)
        ungroup = _button("inspector_group_ungroup", "Ungroup", self._ungroup)
        save = _button("inspector_group_save", "Save as block…", self._save)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._fold)
        buttons.addWidget(ungroup)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 0)
        column.setSpacing(8)
        column.addWidget(self._name)
        column.addWidget(self._members)
        column.addLayout(buttons)
        row = QHBoxLayout()
        row.addWidget(save)
        row.addStretch(1)
        column.addLayout(row)

    def show_selection(self) -> None:
        """Show the group that is selected; nothing if it is none."""
        workbench = self._workbench
        group = grouping.exactly(workbench.project.layout, workbench.selection)
        self.setVisible(group is not None)
        if group is None or (self._group, self._shown) == (group, workbench.graph):
            self._group = group
            return
        if self._group is None or self._group.id != group.id or not self._name.hasFocus():
            self._name.setText(group.name)
            self._name.setCursorPosition(0)  # of a long name, how it begins
        self._group, self._shown = group, workbench.graph
        self._fold.setText("Expand" if group.collapsed else "Collapse")
        titles = [workbench.graph.by_id[node].title for node in group.nodes]
        self._members.setText(", ".join(titles))

    _shown: object = None

    def _rename(self) -> None:
        group, name = self._group, self._name.text().strip()
        if group is None or group not in self._workbench.project.layout.groups:
            return  # it has gone meanwhile
        if name and name != group.name:
            self._edit("Rename group", lambda project: grouping.renamed(project, group.id, name))
        else:
            self._name.setText(group.name)

    def _fold_it(self) -> None:
        if (group := self._group) is not None:
            label = "Expand" if group.collapsed else "Collapse"
            self._edit(
                label, lambda project: grouping.folded(project, group.nodes, not group.collapsed)
            )

    def _ungroup(self) -> None:
        if (group := self._group) is not None:
            self._edit("Ungroup", lambda project: grouping.ungrouped(project, group.nodes))

    def _save(self) -> None:
        ask_to_save(self._workbench, self.window())

    def _edit(self, label: str, edit: Callable[[Project], Project]) -> None:
        self._workbench.apply(label, edit(self._workbench.project))


def _button(name: str, text: str, do: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.clicked.connect(do)
    return button
