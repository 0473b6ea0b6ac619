"""The PDF objects of one document, and the file they become.

One document alone and the same document among many are written from the same objects: so a file has
the same bytes whoever asked for it and however many were made with it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"


@dataclass(frozen=True)
class Typeset:
    """A document that is laid out and not yet a file; it can be sent to another process.

    An object's number is its place in `objects`; the first is none. References inside are to these
    numbers.
    """

    objects: tuple[bytes, ...]
    streams: frozenset[int]
    """Which objects are streams; the others can be packed together."""
    contents: frozenset[int]
    """Which streams are what is drawn on pages."""
    catalog: int
    info: int
    tree: int
    """The node of the tree of pages."""
    pages: tuple[int, ...]
    structure: int
    """The root of the tags."""
    element: int
    """The tag `Document`."""
    profile: bytes
    """The catalog's entry that says what the colours mean."""
    parents: tuple[bytes, ...]
    """The tags of each page, then of each annotation: what stands in the parent tree."""
    identifier: bytes
    label: str
    language: str


def write_file(typeset: Typeset) -> bytes:
    """Return the file of one document."""
    last = len(typeset.objects)
    parts, position = [HEADER], len(HEADER)
    places = [(0, 0, 0)] * (last + 2)
    packed: list[tuple[int, bytes]] = []
    for number, data in enumerate(typeset.objects):
        if number in typeset.streams:
            places[number] = (1, position, 0)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, data))
            position += len(parts[-1])
        elif number:
            places[number] = (2, last, len(packed))
            packed.append((number, data))
    places[last] = (1, position, 0)
    parts.append(b"%d 0 obj\n%s\nendobj\n" % (last, pack_objects(packed)))
    position += len(parts[-1])
    places[last + 1] = (1, position, 0)
    content = hashlib.md5(b"".join(typeset.objects), usedforsecurity=False).digest()
    identifiers = typeset.identifier, content
    parts.append(end_file(last + 1, position, places, typeset.catalog, typeset.info, identifiers))
    return b"".join(parts)


def pack_objects(objects: list[tuple[int, bytes]]) -> bytes:
    """Return many small objects as one stream (ISO 32000-1, 7.5.7)."""
    numbers, position = [], 0
    for number, data in objects:
        numbers.append(b"%d %d" % (number, position))
        position += len(data) + 1
    first = b" ".join(numbers) + b"\n"
    body = deflate(first + b"\n".join(data for _, data in objects))
    head = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>"
    return b"%s\nstream\n%s\nendstream" % (head % (len(objects), len(first), len(body)), body)


def end_file(
    number: int,
    position: int,
    places: Iterable[tuple[int, int, int]],
    catalog: int,
    info: int,
    identifiers: tuple[bytes, bytes],
) -> bytes:
    """Return the table of all objects, itself the last (ISO 32000-1, 7.5.8), and what follows.

    A place is the kind (1: in the file, 2: in a stream of objects), then the position and 0, or the
    number of that stream and the index in it.
    """
    table = b"".join(
        b"%c%s%s" % (kind, place.to_bytes(5, "big"), index.to_bytes(2, "big"))
        for kind, place, index in places
    )
    body = deflate(table)
    first, second = (item.hex().encode() for item in identifiers)
    head = (
        b"<</Type /XRef/W [1 5 2]/Size %d/Root %d 0 R/Info %d 0 R/ID [<%s> <%s>]"
        b"/Filter /FlateDecode/Length %d>>"
    ) % (number + 1, catalog, info, first, second, len(body))
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        number,
        head,
        body,
        position,
    )


def deflate(data: bytes) -> bytes:
    return zlib.compress(data, 6)
