"""Light and dark: every colour by what it means, and Qt's palette and style made from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from string import Template

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from nnstudio import assets
from nnstudio.gui.look.sign_colours import DEFAULT, SIGNS, Signs


@dataclass(frozen=True)
class Colours:
    """One theme's colours by role, as ``#rrggbb``."""

    window: str
    panel: str
    canvas: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    positive: str
    negative: str
    training: str
    validation: str
    core: str
    convolution: str
    sequence: str
    activation: str
    regularise: str
    shape: str
    output: str
    ok: str
    warning: str
    error: str
    paper: str

    def category(self, name: str) -> str:
        """The colour of a layer category, a key of ``engine.catalogue.CATEGORIES``."""
        return str(getattr(self, name))


LIGHT = Colours(
    window="#F6F7F9",
    panel="#FFFFFF",
    canvas="#EEF1F5",
    line="#DDE1E7",
    text="#1B2330",
    dim="#5C6878",
    accent="#2457C5",
    on_accent="#FFFFFF",
    positive="#2C6FBB",
    negative="#B85C0E",
    training="#2457C5",
    validation="#0F766E",
    core="#4F46B8",
    convolution="#0E6F86",
    sequence="#6E6A12",
    activation="#1E7F4F",
    regularise="#7A4BA6",
    shape="#5C6878",
    output="#B3404A",
    ok="#1E7F4F",
    warning="#A15C00",
    error="#B3261E",
    paper="#FFF8E1",
)
DARK = Colours(
    window="#171B22",
    panel="#1F252E",
    canvas="#12161C",
    line="#343C48",
    text="#E7ECF3",
    dim="#9AA7B8",
    accent="#7FA8FF",
    on_accent="#10151D",
    positive="#6AA8F0",
    negative="#F0A05A",
    training="#7FA8FF",
    validation="#5EEAD4",
    core="#A5A0FF",
    convolution="#5CC8DE",
    sequence="#CFC36A",
    activation="#6CCB9A",
    regularise="#C09AE6",
    shape="#93A0B0",
    output="#F08C95",
    ok="#6CCB9A",
    warning="#F0B45A",
    error="#FF8A80",
    paper="#2B2A22",
)
THEMES = {"light": LIGHT, "dark": DARK}


class Theme(QObject):
    """The theme in use. Views repaint on ``changed``."""

    changed = Signal()

    def __init__(self, name: str = "light") -> None:
        super().__init__()
        self._name = name
        self._signs = DEFAULT

    @property
    def name(self) -> str:
        """``light`` or ``dark``."""
        return self._name

    @property
    def colours(self) -> Colours:
        """The colours of the present theme, those of signs as they were chosen."""
        return themed(self._name, self._signs)

    @property
    def signs(self) -> Signs:
        """How numbers above and below 0 are coloured, everywhere."""
        return SIGNS[self._signs]

    @property
    def signs_name(self) -> str:
        """The same as a key of :data:`SIGNS`."""
        return self._signs

    def set_signs(self, name: str) -> None:
        """Colour signs like this, a key of :data:`SIGNS`; any other word changes nothing."""
        if name in SIGNS and name != self._signs:
            self._signs = name
            self.changed.emit()

    def colour(self, role: str) -> QColor:
        """The colour of a role, ready to paint with."""
        return QColor(getattr(self.colours, role))

    def set(self, name: str) -> None:
        """Switch to ``light`` or ``dark``."""
        if name not in THEMES:
            raise ValueError(f"expected one of {', '.join(THEMES)}, got {name!r}")
        self._name = name
        self.apply()
        self.changed.emit()

    def apply(self) -> None:
        """Dress the application: Fusion, our palette, our style sheet."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        sheet = style_sheet(self._name)
        if app.styleSheet() == sheet:
            return  # dressing every widget of the program again takes a second
        app.setStyle("Fusion")
        app.setPalette(_palette(self.colours))
        app.setStyleSheet(sheet)


@cache
def themed(name: str, signs: str = DEFAULT) -> Colours:
    """The colours of a theme with a pair of colours for signs."""
    positive, negative = SIGNS[signs].pairs[name]
    return replace(THEMES[name], positive=positive, negative=negative)


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: c.panel,
        QPalette.ColorRole.WindowText: c.text,
        QPalette.ColorRole.Base: c.window,
        QPalette.ColorRole.AlternateBase: c.panel,
        QPalette.ColorRole.Text: c.text,
        QPalette.ColorRole.PlaceholderText: c.dim,
        QPalette.ColorRole.Button: c.panel,
        QPalette.ColorRole.ButtonText: c.text,
        QPalette.ColorRole.BrightText: c.error,
        QPalette.ColorRole.Highlight: c.accent,
        QPalette.ColorRole.HighlightedText: c.on_accent,
        QPalette.ColorRole.Link: c.accent,
        QPalette.ColorRole.ToolTipBase: c.panel,
        QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.Mid: c.line,
        QPalette.ColorRole.Dark: c.line,
        QPalette.ColorRole.Light: c.panel,
        QPalette.ColorRole.Midlight: c.line,
        QPalette.ColorRole.Shadow: c.line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.WindowText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.dim))
    return palette


def style_sheet(name: str) -> str:
    """The style sheet of a theme: ``resources/style.qss`` with its colours filled in."""
    c = THEMES[name]
    source = assets.resource("style.qss").read_text(encoding="utf-8")
    icons = assets.resource("icons").as_posix()
    return Template(source).substitute(c.__dict__, icons=icons, theme=name)


def system_theme() -> str:
    """The theme the desktop asks for; light where it doesn't say."""
    from PySide6.QtCore import Qt

    hints = QGuiApplication.styleHints()
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def load_fonts(app: QApplication) -> None:
    """Use the system's font, or the bundled one where a bare system has none."""
    font = QFont(app.font())
    if not _has_letters(font):
        for path in sorted(assets.resource("fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(path))
        font.setFamily("DejaVu Sans")
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        QFont.insertSubstitution(fixed, "DejaVu Sans Mono")
    font.setPixelSize(13)
    app.setFont(font)


def _has_letters(font: QFont) -> bool:
    """Whether there is a font behind the name: bare systems list families that don't exist."""
    return QFontMetrics(font).inFont("a")


def mono_font(pixels: int) -> QFont:
    """The font for shapes, in which all characters are equally wide."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    return font
