"""How large a picture is, so that a page keeps its place before the picture is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIDE = r'\s{}="(\d+(?:\.\d+)?)(?:px)?"'
_VIEW = re.compile(r'\sviewBox="[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)"')


class Size(NamedTuple):
    """Width and height, in CSS pixels."""

    width: int
    height: int


def measure_picture(path: Path) -> Size | None:
    """Return the size of an SVG or a picture of dots; None where the file does not say it."""
    if path.suffix.lower() == ".svg":
        return _measure_svg(path.read_text(encoding="utf-8", errors="replace"))
    from PIL import Image  # few modules have such pictures, and every start would wait for it

    try:
        with Image.open(path, formats=_FORMATS) as picture:
            return Size(*picture.size)
    except OSError:  # no picture, or one that cannot be read
        return None


def _measure_svg(text: str) -> Size | None:
    """Read the root element: its width and height, or else its view box."""
    root = _ROOT.search(text)
    if root is None:
        return None
    sides = [re.search(_SIDE.format(name), root.group()) for name in ("width", "height")]
    numbers = [side.group(1) for side in sides if side]
    if len(numbers) < 2:
        view = _VIEW.search(root.group())
        if view is None:
            return None
        numbers = list(view.groups())
    return Size(*(round(float(number)) for number in numbers))
