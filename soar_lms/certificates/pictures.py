"""Pictures in documents: a QR code is drawn at once, everything else by WeasyPrint.

WeasyPrint reads an SVG path number by number; the squares of a QR code are a fifth of its time.
What segno wrote is read here instead, and drawn as one path of rectangles.
"""

from __future__ import annotations

import base64
import re
from collections import OrderedDict
from typing import Any

import pydyf
from weasyprint.images import RasterImage

_SVG_ADDRESS = "data:image/svg+xml;base64,"

# One row of squares after the other: `M2 2.5h7m4 0h1…`, lines one unit thick in the middle of each.
_SEGNO = re.compile(
    rb'<svg xmlns="http://www\.w3\.org/2000/svg" width="(\d+)" height="\1" class="segno">'
    rb'<path class="qrline" stroke="#([0-9a-f]{6})" d="'
    rb'((?:[Mm]-?\d+ -?\d+(?:\.5)?h\d+)+)"/></svg>\s*'
)
_STEP = re.compile(rb"([Mm])(-?\d+) (-?\d+)(?:\.5)?h(\d+)")


IMAGES = 32
"""How many images a style sheet keeps: logos and signatures of a design."""


class StoredImages(OrderedDict[str, Any]):
    """Images of points that documents of a design share; those used last."""

    def find(self, address: str) -> Any:
        if address in self:
            self.move_to_end(address)
        return self.get(address)

    def keep(self, address: str, image: RasterImage) -> StoredImage:
        stored = self[address] = StoredImage(image)
        while len(self) > IMAGES:
            self.popitem(last=False)
        return stored


class Pictures(dict[str, Any]):
    """The pictures of one document by their address, as WeasyPrint asks for them."""

    def __init__(self, images: StoredImages) -> None:
        super().__init__()
        self._images = images

    def __contains__(self, address: object) -> bool:
        if super().__contains__(address) or not isinstance(address, str):
            return super().__contains__(address)
        picture = self._images.find(address) or read_qr_code(address)
        if picture is not None:
            super().__setitem__(address, picture)
        return picture is not None

    def __setitem__(self, address: str, picture: Any) -> None:
        if isinstance(picture, RasterImage):
            picture = self._images.keep(address, picture)
        super().__setitem__(address, picture)


class StoredImage(RasterImage):
    """An image that is read and compressed once."""

    def __init__(self, image: RasterImage) -> None:
        self.__dict__.update(image.__dict__)
        self._made: dict[tuple[bool, float], Any] = {}

    def get_x_object(self, interpolate: bool, dpi_ratio: float) -> Any:
        key = (interpolate, dpi_ratio)
        if key not in self._made:
            self._made[key] = super().get_x_object(interpolate, dpi_ratio)
        return _copy_stream(self._made[key])


def _copy_stream(stream: Any) -> Any:
    """Return a stream that a document can number; its mask is one, too."""
    extra = pydyf.Dictionary(dict(stream.extra))
    if "SMask" in extra:
        extra["SMask"] = _copy_stream(extra["SMask"])
    return pydyf.Stream(stream.stream, extra, stream.compress)


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
