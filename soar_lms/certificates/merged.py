"""Many documents in one file, written as they come."""

from __future__ import annotations

import hashlib
import re
from array import array
from codecs import BOM_UTF16_BE
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

from soar_lms.certificates.manuscript import PDFError
from soar_lms.certificates.typeset import HEADER, Typeset, end_file, pack_objects
from soar_lms.certificates.xmp import write_xmp

# A string (nothing in it is a reference), a reference, or a key of the parent tree.
_TOKEN = re.compile(
    rb"\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f]+>|(\d+) 0 R|(/StructParents? )(\d+)", re.DOTALL
)
_STREAM = b"\nstream\n"

BRANCHES = 64
"""How many branches a tree of the file has at a node (pages, and the tags of pages)."""


class MergedFile:
    """A file that is PDF/A-3a and PDF/UA-1 as its documents are.

    Each document is a tag `Part` in its language, and a bookmark. What documents share (fonts,
    colours) stands in the file once. What is kept in memory is where objects are: some 13 bytes for
    each, a kilobyte for a page.

    :param target: is only written to, from where it stands; that counts as the file's beginning.
    """

    def __init__(self, target: IO[bytes], *, title: str, language: str) -> None:
        self._target, self._title, self._language = target, title, language
        self._position = 0
        self._kinds, self._places, self._indexes = array("B", [0]), array("Q", [0]), array("L", [0])
        self._digest = hashlib.md5(usedforsecurity=False)
        self._shared: dict[bytes, int] = {}
        self._packed: list[tuple[int, bytes]] = []
        self._document, self._bookmarks = self._take(), self._take()
        self._parts = array("Q")
        self._leaves: list[tuple[int, int, int]] = []
        self._keys = 0
        self._nodes = array("Q")
        self._kids: list[int] = []
        self._node, self._tree = self._take(), self._take()
        self._pages = 0
        self._first = self._bookmark = 0
        self._bookmark_text = b""
        self._profile = b""
        self._write(HEADER)

    def add(self, typeset: Typeset) -> None:
        """Write one document behind the others."""
        numbers = {page: self._take() for page in typeset.pages}
        numbers |= {typeset.structure: self._document, typeset.tree: self._node}
        heads = [data.split(_STREAM, 1)[0] for data in typeset.objects]
        own = self._share(typeset, heads, numbers)
        for number in own:
            if number not in numbers:
                numbers[number] = self._take()
        for number in own:
            self._put(typeset, number, heads[number], numbers)
        self._note_parts(typeset, numbers)
        self._note_pages([numbers[page] for page in typeset.pages])
        self._note_bookmark(typeset.label, numbers[typeset.pages[0]])
        if not self._profile:
            self._profile = self._renumber(typeset.profile, numbers)
        self._flush()

    def close(self) -> int:
        """Write what stands behind all documents; return how many pages there are.

        :raises PDFError: when no document was added: a file without pages is none.
        """
        if not self._pages:
            raise PDFError("there is no document to put into the file")
        if self._kids:
            self._end_node()
        self._end_bookmark(0)
        self._pack(
            self._tree,
            b"<</Type /Pages/Count %d/Kids [%s]>>" % (self._pages, _references(self._nodes)),
        )
        structure = self._take()
        self._pack(
            self._document,
            b"<</Type /StructElem/S /Document/K [%s]/P %d 0 R>>"
            % (_references(self._parts), structure),
        )
        self._pack(
            structure,
            b"<</Type /StructTreeRoot/K [%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (self._document, self._plant(), self._keys),
        )
        self._pack(
            self._bookmarks,
            b"<</Type /Outlines/Count %d/First %d 0 R/Last %d 0 R>>"
            % (len(self._parts), self._first, self._bookmark),
        )
        info = self._take()
        self._pack(info, b"<</Title %s>>" % _text(self._title))
        catalog = self._take()
        self._pack(
            catalog,
            b"<</Type /Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode /UseOutlines"
            b"/StructTreeRoot %d 0 R/MarkInfo <</Marked true>>"
            b"/ViewerPreferences <</DisplayDocTitle true>>/Lang %s/OutputIntents %s"
            b"/Metadata %d 0 R>>"
            % (
                self._tree,
                self._bookmarks,
                structure,
                _text(self._language),
                self._profile,
                self._write_metadata(),
            ),
        )
        self._flush()
        self._write_end(catalog, info)
        return self._pages

    # --- objects --------------------------------------------------------------------------------

    def _take(self) -> int:
        """Return the number of an object that will be written."""
        self._kinds.append(0)
        self._places.append(0)
        self._indexes.append(0)
        return len(self._kinds) - 1

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._digest.update(data)
        self._position += len(data)

    def _write_object(self, number: int, data: bytes) -> None:
        self._kinds[number], self._places[number] = 1, self._position
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, data))

    def _pack(self, number: int, data: bytes) -> None:
        self._packed.append((number, data))

    def _flush(self) -> None:
        """Write the small objects that are waiting, as one stream."""
        number = self._take()
        for index, (inner, _) in enumerate(self._packed):
            self._kinds[inner], self._places[inner], self._indexes[inner] = 2, number, index
        self._write_object(number, pack_objects(self._packed))
        self._packed.clear()

    # --- one document ---------------------------------------------------------------------------

    def _share(self, typeset: Typeset, heads: list[bytes], numbers: dict[int, int]) -> list[int]:
        """Find what the file has already; return which objects are the document's own."""
        references = _reachable(typeset, heads)
        shareable: set[int] = set()
        own = []
        for number in sorted(references):
            is_own = (
                number in numbers
                or number in typeset.contents
                or b"/StructParent" in heads[number]
                or not references[number] <= shareable
            )
            if is_own:
                own.append(number)
                continue
            shareable.add(number)
            data = (
                self._renumber(heads[number], numbers)
                + typeset.objects[number][len(heads[number]) :]
            )
            digest = hashlib.md5(data, usedforsecurity=False).digest()
            if digest not in self._shared:
                self._shared[digest] = self._take()
                self._put_data(self._shared[digest], data, number in typeset.streams)
            numbers[number] = self._shared[digest]
        return own

    def _put(self, typeset: Typeset, number: int, head: bytes, numbers: Mapping[int, int]) -> None:
        data = self._renumber(head, numbers) + typeset.objects[number][len(head) :]
        if number == typeset.element:
            part = b"/S /Part/Lang %s/T %s" % (_text(typeset.language), _text(typeset.label))
            data = data.replace(b"/S /Document", part, 1)
        self._put_data(numbers[number], data, number in typeset.streams)

    def _put_data(self, number: int, data: bytes, is_stream: bool) -> None:
        if is_stream:
            self._write_object(number, data)
        else:
            self._pack(number, data)

    def _renumber(self, data: bytes, numbers: Mapping[int, int]) -> bytes:
        def replace(match: re.Match[bytes]) -> bytes:
            reference, name, key = match.groups()
            if reference:
                return b"%d 0 R" % numbers[int(reference)]
            return match[0] if name is None else b"%s%d" % (name, int(key) + self._keys)

        return _TOKEN.sub(replace, data)

    def _note_parts(self, typeset: Typeset, numbers: Mapping[int, int]) -> None:
        """Enter the document's tags, and which of them its pages use."""
        first, last = self._keys, self._keys + len(typeset.parents) - 1
        entries = b" ".join(
            b"%d %s" % (key, self._renumber(value, numbers))
            for key, value in enumerate(typeset.parents, start=first)
        )
        leaf = self._take()
        self._pack(leaf, b"<</Limits [%d %d]/Nums [%s]>>" % (first, last, entries))
        self._leaves.append((leaf, first, last))
        self._keys = last + 1
        self._parts.append(numbers[typeset.element])

    def _note_pages(self, pages: list[int]) -> None:
        self._pages += len(pages)
        self._kids += pages
        if len(self._kids) >= BRANCHES:
            self._end_node()
            self._node = self._take()

    def _end_node(self) -> None:
        self._pack(
            self._node,
            b"<</Type /Pages/Parent %d 0 R/Count %d/Kids [%s]>>"
            % (self._tree, len(self._kids), _references(self._kids)),
        )
        self._nodes.append(self._node)
        self._kids = []

    def _note_bookmark(self, label: str, page: int) -> None:
        number = self._take()
        self._end_bookmark(number)
        previous = b"/Prev %d 0 R" % self._bookmark if self._bookmark else b""
        self._first = self._first or number
        self._bookmark = number
        self._bookmark_text = b"<</Title %s/Dest [%d 0 R /Fit]/Parent %d 0 R%s" % (
            _text(label),
            page,
            self._bookmarks,
            previous,
        )

    def _end_bookmark(self, following: int) -> None:
        """Write the bookmark that waits for the number of the next one."""
        if self._bookmark:
            after = b"/Next %d 0 R" % following if following else b""
            self._pack(self._bookmark, self._bookmark_text + after + b">>")

    # --- the end --------------------------------------------------------------------------------

    def _plant(self) -> int:
        """Write the tree that says which tags a page uses, above its leaves; return its root."""
        branches = []
        for start in range(0, len(self._leaves), BRANCHES):
            leaves = self._leaves[start : start + BRANCHES]
            branch = self._take()
            self._pack(
                branch,
                b"<</Limits [%d %d]/Kids [%s]>>"
                % (leaves[0][1], leaves[-1][2], _references(leaf[0] for leaf in leaves)),
            )
            branches.append(branch)
        root = self._take()
        self._pack(root, b"<</Kids [%s]>>" % _references(branches))
        return root

    def _write_metadata(self) -> int:
        number, packet = self._take(), write_xmp(self._title)
        head = b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(packet)
        self._write_object(number, b"%s\nstream\n%s\nendstream" % (head, packet))
        return number

    def _write_end(self, catalog: int, info: int) -> None:
        number, digest = self._take(), self._digest.digest()
        self._kinds[number], self._places[number] = 1, self._position
        places = zip(self._kinds, self._places, self._indexes, strict=True)
        self._write(end_file(number, self._position, places, catalog, info, (digest, digest)))


def _reachable(typeset: Typeset, heads: list[bytes]) -> dict[int, set[int]]:
    """Return what pages and tags need, with what each refers to; not what stands above them."""
    above = {typeset.structure, typeset.tree}
    waiting = [*typeset.pages, typeset.element, *_found(typeset.profile)]
    for value in typeset.parents:  # the words of a margin stand in no other tag
        waiting.extend(_found(value))
    references: dict[int, set[int]] = {}
    while waiting:
        number = waiting.pop()
        if number not in references and number not in above:
            references[number] = set(_found(heads[number]))
            waiting.extend(references[number])
    return references


def _found(data: bytes) -> Iterator[int]:
    return (int(match[1]) for match in _TOKEN.finditer(data) if match[1])


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _text(text: str) -> bytes:
    return b"<%s>" % (BOM_UTF16_BE + text.encode("utf-16-be")).hex().encode()
