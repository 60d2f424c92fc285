"""Everything the menus and shortcuts can do, and where it stands in the menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from nnstudio.graph.templates import TEMPLATES
from nnstudio.gui import life_menu, slow_motion
from nnstudio.gui.canvas.placing import Side
from nnstudio.gui.look.theme import THEMES
from nnstudio.gui.minimap_menu import add_minimap_menu

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow

Keys = str | QKeySequence.StandardKey | None


class Actions:
    """Builds the menus of a window and keeps its actions' states right."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._menus = window.menuBar()
        self.recent = QMenu("Open recent", window)
        self.recent.setObjectName("recent_menu")
        self._file()
        self._edit()
        self._insert()
        self._layer()
        self._arrange()
        self._view()
        self._train()
        self._help()
        runner = window.workbench.runner
        runner.started.connect(self.update)
        runner.ended.connect(self.update)
        window.workbench.project_changed.connect(self.update)
        window.workbench.selection_changed.connect(self.update)
        self.update()

    def _add(
        self, menu: QMenu, name: str, text: str, do: Callable[[], object], keys: Keys = None
    ) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(f"action_{name}")
        action.triggered.connect(lambda *_: do())
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        menu.addAction(action)
        return action

    def _menu(self, bar: QMenuBar, name: str, text: str) -> QMenu:
        menu = bar.addMenu(text)
        menu.setObjectName(f"{name}_menu")
        menu.setToolTipsVisible(True)
        return menu

    def _file(self) -> None:
        window, keys = self._window, QKeySequence.StandardKey
        menu = self._menu(self._menus, "file", "&File")
        self._add(menu, "new", "&New", window.new, keys.New)
        self._add(
            menu,
            "new_from_template",
            "New from &template…",
            window.show_template_dialog,
            "Ctrl+Shift+N",
        )
        self._add(menu, "new_signs", "My own &letters", window.begin_own_signs)
        self._add(menu, "open", "&Open…", window.files.open, keys.Open)
        menu.addMenu(self.recent)
        self._add(menu, "samples", "Sa&mples…", window.show_start)
        self._add(menu, "import", "&Import data…", window.importer.ask, "Ctrl+I")
        menu.addSeparator()
        self.save = self._add(menu, "save", "&Save", window.files.save, keys.Save)
        self.save_as = self._add(menu, "save_as", "Save &as…", window.files.save_as, "Ctrl+Shift+S")
        self._add(menu, "export_picture", "Export &picture…", window.show_picture_dialog, "Ctrl+E")
        menu.addSeparator()
        self._add(menu, "quit", "&Quit", window.close, "Ctrl+Q")

    def _edit(self) -> None:
        window, canvas = self._window, self._window.docks.canvas
        menu = self._menu(self._menus, "edit", "&Edit")
        self.undo = self._add(menu, "undo", "Undo", window.undo, QKeySequence.StandardKey.Undo)
        self.redo = self._add(menu, "redo", "Redo", window.redo)
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        menu.addSeparator()
        self._add(menu, "cut", "Cut\tCtrl+X", canvas.cut_selection)
        self._add(menu, "copy", "Copy\tCtrl+C", canvas.copy_selection)
        self._add(menu, "paste", "Paste\tCtrl+V", canvas.paste)
        self._add(menu, "paste_table", "Paste a table as data…", window.importer.paste)
        self._add(menu, "duplicate", "Duplicate\tCtrl+D", canvas.duplicate_selection)
        self.delete = self._add(menu, "delete", "Delete\tDel", canvas.delete_selection)
        menu.addSeparator()
        self._add(menu, "select_all", "Select all\tCtrl+A", canvas.select_all)
        self._add(menu, "find", "Find a node or note…", canvas.find_node, "Ctrl+F")
        menu.addSeparator()
        self._add(menu, "copy_picture", "Copy as a picture", window.pictures.copy)

    def _insert(self) -> None:
        window, canvas = self._window, self._window.docks.canvas
        menu = self._menu(self._menus, "insert", "&Insert")
        self._add(menu, "add_layer", "Layer…\tIns", canvas.search_layer)
        self._add(menu, "add_note", "Note\tN", canvas.notes.add)
        menu.addSeparator()
        templates = menu.addMenu("Template")
        templates.setObjectName("templates_menu")
        templates.setToolTipsVisible(True)
        self._add(templates, "templates", "Set sizes…", window.show_template_dialog)
        templates.addSeparator()
        for name, template in TEMPLATES.items():
            insert = partial(canvas.insert_template, name)
            action = self._add(templates, f"template_{name}", template.title, insert)
            action.setToolTip(template.summary)

    def _layer(self) -> None:
        canvas = self._window.docks.canvas
        menu = self._menu(self._menus, "layer", "&Layer")
        self._add(menu, "rename", "Rename\tF2", canvas.rename_selected)
        self._add(menu, "bypass", "Bypass or take back in", canvas.bypass_selection, "Ctrl+B")
        menu.addSeparator()
        self._add(menu, "share_weights", "Share the first one's weights", canvas.share_weights)
        self._add(menu, "own_weights", "Weights of its own", canvas.own_weights)

    def _arrange(self) -> None:
        canvas, groups = self._window.docks.canvas, self._window.docks.canvas.groups
        menu = self._menu(self._menus, "arrange", "&Arrange")
        rows = partial(canvas.tidy_up, "down")
        self._add(menu, "tidy_up", "Tidy up from left to right", canvas.tidy_up, "Ctrl+L")
        self._add(menu, "tidy_down", "Tidy up from top to bottom", rows, "Ctrl+Shift+L")
        menu.addSeparator()
        sides: tuple[Side, ...] = ("left", "right", "top", "bottom")
        for side in sides:
            text = f"Align {side}" if side in ("left", "right") else f"Align at the {side}"
            self._add(menu, f"align_{side}", text, partial(canvas.align_selection, side))
        menu.addSeparator()
        across, down = (partial(canvas.distribute_selection, axis) for axis in (0, 1))
        self._add(menu, "distribute_across", "Same gaps across", across)
        self._add(menu, "distribute_down", "Same gaps down", down)
        menu.addSeparator()
        self._add(menu, "group", "Group", groups.group, "Ctrl+G")
        self._add(menu, "ungroup", "Ungroup", groups.ungroup, "Ctrl+Shift+G")
        self._add(menu, "fold", "Collapse or expand groups", groups.fold, "Ctrl+H")
        self._add(menu, "save_as_block", "Save as block…", groups.save_as_block)

    def _view(self) -> None:
        window, canvas = self._window, self._window.docks.canvas
        menu = self._menu(self._menus, "view", "&View")
        self._add(menu, "go_to_canvas", "Go to the canvas", window.go_to_canvas, "F6")
        menu.addSeparator()
        self._add(menu, "fit", "Fit the network", canvas.fit, "Ctrl+9")
        self._add(menu, "zoom_in", "Zoom in", lambda: canvas.zoom_by(1.25), "Ctrl++")
        self._add(menu, "zoom_out", "Zoom out", lambda: canvas.zoom_by(0.8), "Ctrl+-")
        self._add(menu, "zoom_reset", "100 %", canvas.reset_zoom, "Ctrl+0")
        menu.addSeparator()
        life_menu.fill(menu, window.life, canvas.show_shapes)
        add_minimap_menu(menu, window)
        menu.addSeparator()
        for name, text, on, switch in (
            ("wheel_zooms", "Wheel zooms", canvas.wheel_zooms, window.set_wheel_zooms),
            ("snap", "Snap to the grid", canvas.snaps, window.set_snaps),
            ("reduce_motion", "Reduce motion", canvas.reduces_motion, window.set_reduces_motion),
        ):
            habit = self._add(menu, name, text, lambda: None)
            habit.setCheckable(True)
            habit.setChecked(on)
            habit.toggled.connect(switch)
        menu.addSeparator()
        panels = menu.addMenu("Panels")
        panels.setObjectName("panels_menu")
        for name, dock in window.docks.docks.items():
            toggle = dock.toggleViewAction()
            toggle.setObjectName(f"action_show_{name}")
            panels.addAction(toggle)
        self._add(menu, "reset_layout", "Reset layout", window.docks.reset_layout)
        menu.addSeparator()
        self._themes = QActionGroup(window)
        for name in THEMES:
            text = f"{name.capitalize()} theme"
            action = self._add(menu, f"theme_{name}", text, partial(window.set_theme, name))
            action.setCheckable(True)
            action.setChecked(window.theme.name == name)
            self._themes.addAction(action)
        life_menu.add_sign_colours(menu, window.theme)

    def _train(self) -> None:
        runner = self._window.workbench.runner
        menu = self._menu(self._menus, "train", "&Train")
        self.run = self._add(menu, "run", "Run", self._window.run_or_pause, "Ctrl+R")
        self.step_batch = self._add(
            menu, "step_batch", "Step one batch", runner.step_batch, "Ctrl+."
        )
        self.step_epoch = self._add(
            menu, "step_epoch", "Step one epoch", runner.step_epoch, "Ctrl+Shift+."
        )
        self.stop = self._add(menu, "stop", "Stop and end this run", runner.stop)
        slowly = menu.addMenu("Slow motion")
        slowly.setObjectName("slow_motion_menu")
        slow_motion.fill(slowly, runner)
        menu.addSeparator()
        self._add(menu, "restart", "Restart with the same weights", runner.restart)
        self._add(menu, "new_weights", "New weights", runner.new_weights)
        menu.addSeparator()
        tells = self._add(menu, "tells_of_ends", "Tell when a long run ends", lambda: None)
        tells.setCheckable(True)
        tells.setChecked(self._window.end_notice.is_wanted)
        tells.toggled.connect(self._window.set_tells_of_ends)

    def _help(self) -> None:
        menu = self._menu(self._menus, "help", "&Help")
        self._add(menu, "help", "Help about what is selected", self._window.show_help, "F1")
        self._add(menu, "shortcuts", "Mouse and keyboard", self._window.show_shortcuts)
        self._add(menu, "about", "About nnstudio", self._window.show_about)

    def update(self, *_: object) -> None:
        """Texts and states that follow from the document and the run."""
        document, runner = self._window.workbench.document, self._window.workbench.runner
        self.undo.setText(f"Undo {document.undo_label}".strip())
        self.undo.setEnabled(bool(document.undo_label))
        self.redo.setText(f"Redo {document.redo_label}".strip())
        self.redo.setEnabled(bool(document.redo_label))
        running = runner.is_running
        self.run.setText("Pause" if running else "Run")
        self.step_batch.setEnabled(not running)
        self.step_epoch.setEnabled(not running)
        for action in self._themes.actions():
            action.setChecked(action.objectName() == f"action_theme_{self._window.theme.name}")
