"""The look: readable in both themes, icons drawn in the colours of now, switched without restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from rcdesk.ui import theme
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.theme import DARK, LIGHT, Theme, Tokens, Tone


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.choose("light")
    made.deleteLater()


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3: the ratio of relative luminances."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((ink, ground) for ink in ("text", "dim", "accent") for ground in ("bg", "surface", "hover")),
        *(
            (ink, ground)
            for ink in ("ringing", "on_call", "on_hold", "danger")
            for ground in ("bg", "surface")
        ),
        *((ink, f"{ink}_ground") for ink in ("ringing", "on_call", "on_hold", "danger")),
        ("text", "danger_ground"),
        ("text", "ringing_ground"),
        ("on_accent", "accent"),
    ],
)
def test_every_text_is_readable_on_its_ground(colours: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


def test_the_list_of_icons_is_the_folder_of_icons() -> None:
    drawn = {path.stem for path in (theme.resources() / "icons").glob("*.svg")}
    assert drawn == set(theme.ICONS)


@pytest.mark.parametrize("name", theme.ICONS)
def test_icons_have_one_grid_and_one_stroke(name: str) -> None:
    svg = (theme.resources() / "icons" / f"{name}.svg").read_text()
    assert 'viewBox="0 0 24 24"' in svg
    assert re.findall(r'stroke-width="([^"]*)"', svg) == ["1.75"]
    assert re.findall(r'stroke="([^"]*)"', svg) == ["currentColor"]


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_an_icon_is_drawn_in_the_screens_own_pixels(qapp: QApplication, dpr: float) -> None:
    drawn = theme.pixmap("phone", Tone.TEXT, 16, dpr)
    assert drawn.size() == QSize(round(16 * dpr), round(16 * dpr))
    assert drawn.devicePixelRatio() == dpr


def ink_of(button: Button) -> QColor:
    """The colour of the icon where it is drawn most fully."""
    image = button.icon().pixmap(16).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


def alike(one: QColor, other: str) -> bool:
    """Whether two colours differ by no more than what rounding at the edge of a stroke does."""
    wanted = QColor(other)
    return all(abs(a - b) <= 3 for a, b in zip(one.getRgb()[:3], wanted.getRgb()[:3], strict=True))


def test_a_switch_reaches_palette_sheet_and_icons_at_once(qtbot: QtBot, dress: Theme) -> None:
    button = Button("Copy", "copy")
    qtbot.addWidget(button)
    button.show()
    assert alike(ink_of(button), LIGHT.text)
    with qtbot.waitSignal(dress.changed):
        dress.choose("dark")
    assert theme.is_dark()
    assert theme.tokens() is DARK
    assert Tone.DIM.ink() == QColor(DARK.dim)
    assert alike(ink_of(button), DARK.text)


def test_choosing_what_is_on_changes_nothing(qtbot: QtBot, dress: Theme) -> None:
    with qtbot.assertNotEmitted(dress.changed):
        dress.choose("light")


class System:
    """Style hints whose colour scheme the test sets: the offscreen platform has none."""

    def __init__(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme

    def colorScheme(self) -> Qt.ColorScheme:
        return self.scheme


def test_it_follows_the_system_unless_told_otherwise(
    dress: Theme, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(Qt.ColorScheme.Dark)
    hints = qapp.styleHints()
    monkeypatch.setattr(dress, "_app", type("App", (), {
        "styleHints": lambda _self: system, "setPalette": lambda _self, p: qapp.setPalette(p),
        "setStyleSheet": lambda _self, s: qapp.setStyleSheet(s),
    })())  # fmt: skip
    dress.choose("system")
    assert theme.is_dark()
    system.scheme = Qt.ColorScheme.Light
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not theme.is_dark()
    dress.choose("dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.is_dark()


def test_digits_are_tabular_and_sizes_are_few(qapp: QApplication) -> None:
    font = theme.font()
    assert font.featureValue(font.Tag.fromString("tnum")) == 1
    assert {int(size) for size in theme.Size} == {11, 13, 16, 18}


def test_the_tokens_are_those_of_the_design() -> None:
    assert len(fields(Tokens)) == 16
    assert (LIGHT.accent, DARK.accent) == ("#2563c9", "#6ea1ff")


def test_resources_are_found_inside_a_package_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "rcdesk"
    (package / "ui").mkdir(parents=True)
    monkeypatch.setattr(theme, "__file__", str(package / "ui" / "theme.py"))
    find = theme.resources.__wrapped__
    assert find() == tmp_path / "resources"
    (package / "resources").mkdir()
    assert find() == package / "resources"


@pytest.mark.parametrize("kind", Kind)
def test_the_ring_is_the_only_mark_of_the_keyboard_on_a_button(dress: Theme, kind: Kind) -> None:
    button = Button("Call", "phone", kind)
    button.resize(120, 32)

    def painted(flags: QStyle.StateFlag) -> QImage:
        option = QStyleOptionButton()
        button.initStyleOption(option)
        option.state |= flags
        picture = QImage(button.size(), QImage.Format.Format_RGB32)
        picture.fill(QColor(LIGHT.bg))
        painter = QPainter(picture)
        button.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, button)
        painter.end()
        return picture

    flags = QStyle.StateFlag
    ringed = painted(flags.State_HasFocus)
    assert painted(flags.State_HasFocus | flags.State_KeyboardFocusChange) == ringed
    assert painted(flags.State_None) != ringed
