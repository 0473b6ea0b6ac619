"""Pictures in documents: a QR code is drawn at once, everything else by WeasyPrint.

WeasyPrint reads an SVG path number by number; the squares of a QR code are a fifth of its time.
What segno wrote is read here instead, and drawn as one path of rectangles.
"""

from __future__ import annotations

import base64
import re
from typing import Any

_SVG_ADDRESS = "data:image/svg+xml;base64,"

# One row of squares after the other: `M2 2.5h7m4 0h1…`, lines one unit thick in the middle of each.
_SEGNO = re.compile(
    rb'<svg xmlns="http://www\.w3\.org/2000/svg" width="(\d+)" height="\1" class="segno">'
    rb'<path class="qrline" stroke="#([0-9a-f]{6})" d="'
    rb'((?:[Mm]-?\d+ -?\d+(?:\.5)?h\d+)+)"/></svg>\s*'
)
_STEP = re.compile(rb"([Mm])(-?\d+) (-?\d+)(?:\.5)?h(\d+)")


class Pictures(dict[str, Any]):
    """The pictures of one document by their address, as WeasyPrint asks for them."""

    def __contains__(self, address: object) -> bool:
        if super().__contains__(address):
            return True
        picture = read_qr_code(address) if isinstance(address, str) else None
        if picture is not None:
            self[str(address)] = picture
        return picture is not None


class QRCode:
    """A QR code as WeasyPrint wants pictures: it has a size and draws itself."""

    def __init__(self, size: int, color: bytes, squares: bytes) -> None:
        self.size, self._color, self._squares = size, color, squares

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[int, int, int]:
        return self.size, self.size, 1

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        with stream.stacked():
            stream.transform(a=width / self.size, d=height / self.size)
            stream.set_color_rgb(*(int(self._color[at : at + 2], 16) / 255 for at in (0, 2, 4)))
            stream.stream.append(self._squares)
            stream.fill()


def read_qr_code(address: str) -> QRCode | None:
    """Return the QR code that segno wrote into a `data:` address; None: it is another picture."""
    if not address.startswith(_SVG_ADDRESS):
        return None
    match = _SEGNO.fullmatch(base64.b64decode(address.removeprefix(_SVG_ADDRESS)))
    if match is None:
        return None
    size, color, path = match.groups()
    return QRCode(int(size), color, b"\n".join(_rectangles(path)))


def _rectangles(path: bytes) -> list[bytes]:
    """Return the squares side by side as rectangles, one unit high."""
    x = y = 0
    found = []
    for kind, across, down, length in _STEP.findall(path):
        x, y = (int(across), int(down)) if kind == b"M" else (x + int(across), y + int(down))
        found.append(b"%d %d %d 1 re" % (x, y, int(length)))
        x += int(length)
    return found
