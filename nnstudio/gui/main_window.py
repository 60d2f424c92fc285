"""The main window: puts the parts together and decides what is seen when."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

import nnstudio
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.layer import Layer
from nnstudio.graph.templates import Template
from nnstudio.gui.actions import Actions
from nnstudio.gui.canvas import commands
from nnstudio.gui.canvas.arrange import arrange
from nnstudio.gui.canvas.life import Life
from nnstudio.gui.canvas.minimap import MODES, Mode
from nnstudio.gui.docks import Docks
from nnstudio.gui.end_notice import EndNotice
from nnstudio.gui.files import Files
from nnstudio.gui.header import Header
from nnstudio.gui.help.layer_help import LayerHelp
from nnstudio.gui.importing.importer import Importer
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.message_bar import MessageBar
from nnstudio.gui.pictures.dialog import PictureDialog
from nnstudio.gui.pictures.pictures import Pictures
from nnstudio.gui.recovery.keeping import Keeping
from nnstudio.gui.recovery.offer import Offer
from nnstudio.gui.run_keys import RunKeys
from nnstudio.gui.run_progress import RunProgress
from nnstudio.gui.shortcuts import SHORTCUTS
from nnstudio.gui.start_page import StartPage
from nnstudio.gui.taskbar import Taskbar
from nnstudio.gui.template_dialog import TemplateDialog
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import sentence
from nnstudio.persistence.preferences import Preferences, load_preferences, save_preferences
from nnstudio.project.by_hand import own_signs
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of

#: How many files the Open recent menu remembers.
RECENT = 8


class MainWindow(QMainWindow):
    """The whole window.

    Attributes:
        workbench: the document and all that is known about it.
        theme: light or dark.
        docks: the canvas and the panels around it.
        files: opening and saving.
        keeping: what is kept on disk in case of a crash.
        offer: what earlier crashes have left.
        pictures: the network as a picture, to files and to the clipboard.
        importer: the user's own data, from files and from the clipboard.
    """

    def __init__(self, theme: Theme, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.theme = theme
        self._preferences = preferences or load_preferences()
        self.workbench = Workbench()
        self._untold = self.workbench.blocks.damaged
        self.live = Live(self.workbench)
        self.header = Header(self.workbench, theme)
        self.messages = MessageBar(theme)
        self.docks = Docks(self.workbench, self.live, theme)
        self.files = Files(self.workbench, self, self.docks.canvas)
        self.keeping = Keeping(self.workbench, self.files)
        self.offer = Offer(self.workbench, self.files, self.keeping, theme, self)
        self.pictures = Pictures(self.live, self)
        self.importer = Importer(self)
        self.start_page = StartPage(theme, self._preferences.recent)
        self._pages = QStackedWidget()
        self._pages.setObjectName("pages")
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self.docks)
        self._layer_help: LayerHelp | None = None
        self._build()
        self.docks.canvas.wheel_zooms = self._preferences.wheel_zooms
        self.docks.canvas.snaps = self._preferences.snaps
        self.docks.canvas.reduces_motion |= self._preferences.reduces_motion
        mode = next(mode for mode in MODES if mode == self._preferences.minimap)
        self.docks.canvas.minimap.set_mode(mode)
        self.life.thumbnails.show_on_cards(self._preferences.on_cards)
        self.life.weights.switch(self._preferences.wire_weights)
        self.theme.set_signs(self._preferences.sign_colours)
        self.end_notice = EndNotice(self.workbench.runner, self, lambda: self.files.name)
        self.end_notice.is_wanted = self._preferences.tells_of_ends
        self.actions_ = Actions(self)
        self._run_keys = RunKeys(
            self, self.actions_.run, self.actions_.step_batch, self.actions_.step_epoch
        )
        self._run_keys.applies = lambda: self._pages.currentWidget() is self.docks
        self._progress = RunProgress(self.workbench.runner)
        self._taskbar = Taskbar(QGuiApplication.desktopFileName())
        self._connect()
        self._restore()
        self.show_start()

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.messages)
        column.addWidget(self.offer.bar)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(content)
        self.setMinimumSize(QSize(900, 600))

    def _connect(self) -> None:
        workbench = self.workbench
        workbench.said.connect(self.messages.say)
        workbench.project_changed.connect(self._update_title)
        workbench.data_changed.connect(self.docks.suit_to_project)
        self.files.changed.connect(self._update_title)
        self.files.opened.connect(self._opened)
        self.files.saved.connect(self._remember_file)
        self.docks.inspector_panel.help_asked.connect(self.show_help)
        self.header.stage_chosen.connect(self.show_stage)
        self.header.doctor_asked.connect(self.docks.show_doctor)
        self.docks.doctor_panel.practice.changed.connect(self._show_findings)
        self.docks.canvas.space_tapped.connect(self._run_keys.press_space)
        self._progress.changed.connect(self._show_progress)
        self.start_page.sample_chosen.connect(self.files.open_path)
        self.start_page.recent_chosen.connect(self.files.open_path)
        self.start_page.open_chosen.connect(self.files.open)
        self.start_page.new_chosen.connect(self.new)
        self.start_page.template_chosen.connect(self.show_template_dialog)
        self.docks.canvas.templates_wanted.connect(self.show_template_dialog)
        self.start_page.signs_chosen.connect(self.begin_own_signs)
        self.docks.try_panel.project_wanted.connect(self.begin_project)
        search = QShortcut(QKeySequence("/"), self.docks.canvas)
        search.activated.connect(self._search_layers)
        self._update_recent()
        self._update_title()

    @property
    def life(self) -> Life:
        """What the canvas shows of the network as it lives."""
        life = self.docks.canvas.life
        assert life is not None, "the window's canvas is given what lives"
        return life

    # ------------------------------------------------------------------ what is seen

    def show_start(self) -> None:
        """The list of samples and recent files."""
        self._pages.setCurrentWidget(self.start_page)
        self.header.hide()

    def show_network(self) -> None:
        """The canvas and its panels."""
        self._pages.setCurrentWidget(self.docks)
        self.header.show()
        self.header.set_stage("build")
        self.docks.canvas.setFocus()

    def go_to_canvas(self) -> None:
        """Give the canvas the keyboard, from wherever it is."""
        if self._pages.currentWidget() is self.docks:
            self.docks.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_stage(self, stage: str) -> None:
        """Bring forward the panels for ``data``, ``build``, ``train`` or ``try``."""
        self.docks.show_stage(stage)
        self.header.set_stage(stage)

    def new(self) -> None:
        """An empty network."""
        self.files.new()

    def set_theme(self, name: str) -> None:
        """``light`` or ``dark``, remembered."""
        self.theme.set(name)
        self._preferences = replace(self._preferences, theme=name)
        self.actions_.update()

    def show_template_dialog(self) -> None:
        """Ask which network to begin with, or to add."""
        can_insert = self._pages.currentWidget() is self.docks
        dialog = TemplateDialog(self.workbench, self.theme, self, can_insert=can_insert)
        dialog.inserted.connect(self.docks.canvas.insert_template)
        dialog.begun.connect(self.begin_template)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def begin_template(self, template: Template, data: DataSettings) -> bool:
        """A new network from ``template`` on ``data``, after asking about unsaved work."""
        kept = data == self.workbench.project.data
        known = self.workbench.data if kept else None
        facts = facts_of(known or PreparedData.of(data))
        project, _ = commands.with_template(Project(data=data), template, facts)
        if not (self.files.may_discard() and self.files.show_project(project, None)):
            return False
        if not kept:
            said = sentence("template_data", data=data.source.title)
            self.workbench.said.emit(said, "ok")
        return True

    def begin_project(self, project: Project) -> bool:
        """Another project, laid out, after asking about unsaved work."""
        laid_out = replace(project, layout=project.layout.moved(arrange(project.graph)))
        return self.files.may_discard() and self.files.show_project(laid_out, None)

    def begin_own_signs(self) -> None:
        """A small network that learns signs which the user draws."""
        if self.begin_project(own_signs()):
            self.docks.docks["data"].raise_()
            self.show_stage("try")
            self.docks.try_panel.take_keyboard()
            self.workbench.said.emit(sentence("own_signs"), "ok")

    def set_wheel_zooms(self, zooms: bool) -> None:
        """Whether the wheel zooms on the canvas or scrolls; remembered."""
        self.docks.canvas.wheel_zooms = zooms
        self._preferences = replace(self._preferences, wheel_zooms=zooms)

    def set_snaps(self, snaps: bool) -> None:
        """Whether cards are moved on the grid; remembered."""
        self.docks.canvas.snaps = snaps
        self._preferences = replace(self._preferences, snaps=snaps)

    def set_reduces_motion(self, reduces: bool) -> None:
        """Whether cards stand at once where they are put in order; remembered."""
        self.docks.canvas.reduces_motion = reduces
        self._preferences = replace(self._preferences, reduces_motion=reduces)

    def set_tells_of_ends(self, tells: bool) -> None:
        """Whether a notification tells of the end of a long run; remembered."""
        self.end_notice.is_wanted = tells
        self._preferences = replace(self._preferences, tells_of_ends=tells)

    def set_minimap(self, mode: Mode) -> None:
        """Show the minimap automatically, always or never, from now on."""
        self.docks.canvas.minimap.set_mode(mode)
        self._preferences = replace(self._preferences, minimap=mode)

    def show_picture_dialog(self) -> None:
        """Ask how a picture of the network is to be, and where it goes."""
        dialog = PictureDialog(self.pictures, self.files.picture_start(), self.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def undo(self) -> None:
        """Take back the last step, and the words that told of it."""
        self.messages.forget_news()
        self.workbench.document.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.messages.forget_news()
        self.workbench.document.redo()

    def run_or_pause(self) -> None:
        """Start training, or pause it."""
        runner = self.workbench.runner
        if runner.is_running:
            runner.pause()
        else:
            self.workbench.when_loaded(runner.run)

    def _show_findings(self) -> None:
        findings = self.docks.doctor_panel.practice.findings
        self.header.show_findings([str(finding) for finding in findings])

    def _search_layers(self) -> None:
        self.docks.docks["palette"].show()
        self.docks.docks["palette"].raise_()
        self.docks.palette_panel.focus_search()

    def _opened(self) -> None:
        self.messages.clear()
        self.show_network()
        self.docks.suit_to_project()
        self.docks.canvas.fit()
        self._remember_file()

    def _update_title(self, *_: object) -> None:
        modified = self.workbench.document.is_modified
        self.header.set_title(self.files.name, modified)
        percent = self._progress.percent
        share = "" if percent is None else f"{percent} % · "
        self.setWindowTitle(f"{share}{self.files.name}[*] – nnstudio")
        self.setWindowModified(modified)

    def _show_progress(self) -> None:
        """In the title, which also stands on the taskbar's button, and on the button itself."""
        self._update_title()
        self._taskbar.show(self._progress.share)

    # ------------------------------------------------------------------ files by other ways

    def open_path(self, path: str | Path) -> bool:
        """Open a project file; False, with the reason on screen, if that can't be."""
        return self.files.open_path(path)

    def save_path(self, path: str | Path) -> bool:
        """Save to a file; False, with the reason on screen, if that can't be."""
        return self.files.save_path(path)

    def _remember_file(self) -> None:
        path = self.files.path
        if path is None:
            return
        name = str(path.resolve())
        recent = (name, *(old for old in self._preferences.recent if old != name))[:RECENT]
        self._preferences = replace(self._preferences, recent=recent)
        self._update_recent()

    def _update_recent(self) -> None:
        menu = self.actions_.recent
        menu.clear()
        menu.setEnabled(bool(self._preferences.recent))
        for name in self._preferences.recent:
            action = menu.addAction(Path(name).name)
            action.setToolTip(name)
            action.triggered.connect(lambda *_, name=name: self.files.open_path(name))

    # ------------------------------------------------------------------ help

    def show_help(self) -> None:
        """The page of the layer that is pointed at or selected; if none is, every gesture."""
        layer = self._layer_in_question()
        if layer is None:
            self.show_shortcuts()
            return
        if self._layer_help is None:
            self._layer_help = LayerHelp(self.theme, self)
        self._layer_help.show_layer(layer)

    def _layer_in_question(self) -> Layer | None:
        if name := self.docks.palette_panel.focused_layer:
            return LAYERS[name]()
        selection = self.workbench.selection
        by_id = self.workbench.graph.by_id
        is_one = len(selection) == 1 and selection[0] in by_id
        return by_id[selection[0]].layer if is_one else None

    def show_shortcuts(self) -> None:
        """Every gesture on one page."""
        self._say("Mouse and keyboard", SHORTCUTS)

    def show_about(self) -> None:
        """Version and purpose."""
        text = (
            f"nnstudio {nnstudio.__version__}<br><br>Lay out a neural network, give it data, watch"
            " it learn, try it, take it along.<br>The engine is plain numpy: read it in"
            " nnstudio/engine."
        )
        self._say("About nnstudio", text)

    def _say(self, title: str, html: str) -> None:
        box = QMessageBox(self)
        box.setObjectName("help_dialog")
        box.setWindowTitle(title)
        box.setText(html)
        box.exec()

    # ------------------------------------------------------------------ remembering and closing

    def _restore(self) -> None:
        geometry = base64.b64decode(self._preferences.geometry or "")
        if not geometry or not self.restoreGeometry(QByteArray(geometry)):
            self.resize(1280, 800)
        self.docks.restore(base64.b64decode(self._preferences.layout or ""))

    def _keep_preferences(self) -> None:
        save_preferences(
            replace(
                self._preferences,
                geometry=base64.b64encode(bytes(self.saveGeometry().data())).decode(),
                on_cards=self.life.thumbnails.on_cards,
                sign_colours=self.theme.signs_name,
                wire_weights=self.life.weights.is_on,
                layout=base64.b64encode(self.docks.state()).decode(),
            )
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Once there is somebody to read it, say which blocks are missing."""
        super().showEvent(event)
        damaged, self._untold = self._untold, ()
        if len(damaged) == 1:
            self.messages.say(sentence("block_damaged", file=damaged[0]), "warning")
        elif damaged:
            first = damaged[0]
            words = sentence(
                "blocks_damaged", count=len(damaged), folder=first.parent, file=first.name
            )
            self.messages.say(words, "warning")

    def closeEvent(self, event: QCloseEvent) -> None:
        """End training within a batch, ask about unsaved work, remember the layout."""
        if not self.files.may_discard():
            event.ignore()
            return
        self._keep_preferences()
        self.docks.doctor_panel.practice.finish()
        self.docks.finish()
        self.offer.put_off()
        self.keeping.close()
        event.accept()
