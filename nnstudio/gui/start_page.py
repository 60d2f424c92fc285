"""What a first open shows: the samples, an empty network, and the files used last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio import assets
from nnstudio.gui.look.list_row import ListRow, Paint
from nnstudio.gui.look.sample_picture import DRAWN, paint_sample
from nnstudio.gui.look.theme import Theme
from nnstudio.persistence.project_file import (
    ProjectFileError,
    read_description,
    read_thumbnail,
)

#: What samples are called where capitalising the file's name isn't enough.
TITLES = {
    "two-branch": "Two branches",
    "mnist-mlp": "MNIST",
    "mnist-cnn": "MNIST, convolutional",
}
_WIDEST = 880
#: From this width on, samples stand beside the files; below it, above them.
_TWO_COLUMNS = 720


class StartPage(QWidget):
    """A calm list to begin with.

    Signals:
        sample_chosen: (Path) open this sample.
        recent_chosen: (Path) open this file.
        open_chosen: ask for a file.
        new_chosen: begin with an empty network.
        template_chosen: begin with a network known by name.
        signs_chosen: begin with a network that learns the user's own signs.
    """

    sample_chosen = Signal(object)
    recent_chosen = Signal(object)
    open_chosen = Signal()
    new_chosen = Signal()
    template_chosen = Signal()
    signs_chosen = Signal()

    def __init__(
        self, theme: Theme, recent: tuple[str, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("start_page")
        self._theme = theme
        self._recent_title = _label("Recent files", "section")
        self._recent_rows = QVBoxLayout()
        self._recent_rows.setSpacing(0)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(32)
        self._columns.addLayout(self._samples(), 5)
        self._columns.addLayout(self._beside(), 3)
        page = QWidget()
        page.setObjectName("start_column")
        page.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 40, 24, 32)
        column.setSpacing(4)
        title = _label("nnstudio", "title")
        large = title.font()
        large.setPixelSize(28)
        title.setFont(large)
        title.setStyleSheet("font-size: 28px; font-weight: 600;")
        column.addWidget(title)
        column.addWidget(_label("Open a network and watch it learn, or lay out your own.", "dim"))
        column.addSpacing(24)
        column.addLayout(self._columns)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(_scrolling(page))
        self.set_recent(recent)

    def set_recent(self, recent: tuple[str, ...]) -> None:
        """Show these files, the latest first; those that are gone are left out."""
        while (item := self._recent_rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        paths = [path for path in map(Path, recent) if path.is_file()]
        for number, path in enumerate(paths):
            row = ListRow(self._theme, path.name, _folder_text(path))
            row.setObjectName(f"recent_{number}")
            row.setToolTip(str(path))
            row.clicked.connect(lambda _=False, path=path: self.recent_chosen.emit(path))
            self._recent_rows.addWidget(row)
        self._recent_title.setVisible(bool(paths))

    # ------------------------------------------------------------------ parts

    def _samples(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(_label("Samples", "section"))
        for path in assets.sample_projects():
            try:
                sentence = read_description(path)
                paint = _picture_of(path, self._theme)
            except ProjectFileError:
                continue  # the others are there all the same
            row = ListRow(self._theme, sample_title(path), sentence, paint)
            row.setObjectName(f"sample_{path.stem}")
            row.clicked.connect(lambda _=False, path=path: self.sample_chosen.emit(path))
            column.addWidget(row)
        column.addStretch(1)
        return column

    def _beside(self) -> QVBoxLayout:
        new = QPushButton("New, empty network")
        new.setObjectName("start_new_button")
        new.clicked.connect(lambda: self.new_chosen.emit())
        template = QPushButton("New from template…")
        template.setObjectName("start_template_button")
        template.clicked.connect(lambda: self.template_chosen.emit())
        signs = QPushButton("My own letters")
        signs.setObjectName("start_signs_button")
        signs.setToolTip("Draw some letters or other signs, and teach a network to read them")
        signs.clicked.connect(lambda: self.signs_chosen.emit())
        open_ = QPushButton("Open…")
        open_.setObjectName("start_open_button")
        open_.setAccessibleName("Open a project file")
        open_.clicked.connect(lambda: self.open_chosen.emit())
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(_label("Your own", "section"))
        for button in (new, template, signs, open_):
            button.setAutoDefault(True)  # Enter presses it
            column.addWidget(button)
        column.addSpacing(16)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent_rows)
        column.addStretch(1)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _TWO_COLUMNS
        direction = QBoxLayout.Direction
        self._columns.setDirection(direction.LeftToRight if wide else direction.TopToBottom)


def sample_title(path: Path) -> str:
    """What a list calls this sample."""
    return TITLES.get(path.stem, path.stem.replace("-", " ").capitalize())


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _scrolling(page: QWidget) -> QScrollArea:
    """``page`` in the middle, scrolled where there is too little room."""
    middle = QWidget()
    row = QHBoxLayout(middle)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(page, 100)
    row.addStretch(1)
    scroll = QScrollArea()
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidgetResizable(True)
    scroll.setWidget(middle)
    return scroll


def _picture_of(path: Path, theme: Theme) -> Paint:
    """Its data in a small drawing; the file's own picture for samples that have no drawing."""
    if path.stem in DRAWN:
        return lambda painter, box: paint_sample(painter, box, path.stem, theme)
    thumbnail = QPixmap()
    if (png := read_thumbnail(path)) is not None:
        thumbnail.loadFromData(QByteArray(png))

    def paint(painter: QPainter, box: QRectF) -> None:
        if not thumbnail.isNull():
            size = thumbnail.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, thumbnail, QRectF(thumbnail.rect()))

    return paint


def _folder_text(path: Path) -> str:
    """Its folder, from home on."""
    folder = path.parent
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)
