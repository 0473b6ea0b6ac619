"""Files of many documents as one: still an archive's file, and still tagged for reading aloud.

Each part brings its own structure; the tree of the whole has them as its children, one after the
other, with the keys of their pages moved on (ISO 32000-1, 14.7). All parts were made by
`merged.py`, with the same title: metadata, colours and language are those of the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, NumberTree, OutlineItem, Pdf

_OF_THE_FIRST = ("/Lang", "/MarkInfo", "/Metadata", "/OutputIntents", "/ViewerPreferences")
"""Entries of the catalogue that all parts have alike."""


def join_files(parts: Iterable[Path], target: Path) -> int:
    """Write files one after the other into one; return how many pages it has.

    Memory grows with the number of pages, not with what is on them.

    :raises pikepdf.PdfError: when a part is no PDF.
    """
    with ExitStack() as stack:
        whole = stack.enter_context(Pdf.new())
        tree, bookmarks = _Tree(whole), list[OutlineItem]()
        for path in parts:
            part = stack.enter_context(Pdf.open(path))
            bookmarks += _bookmarks(part, len(whole.pages))
            tree.add(part)
        tree.close()
        with whole.open_outline() as outline:
            outline.root.extend(bookmarks)
        whole.save(target, deterministic_id=True, min_version="1.7")
        return len(whole.pages)


def _bookmarks(part: Pdf, first_page: int) -> list[OutlineItem]:
    places = {page.obj.objgen: number for number, page in enumerate(part.pages)}
    with part.open_outline() as outline:
        return [
            OutlineItem(item.title, first_page + places[_page_of(item).objgen])
            for item in outline.root
        ]


def _page_of(item: OutlineItem) -> Any:
    destination: Any = item.destination
    return destination[0]


class _Tree:
    """The structure of the whole, while it grows."""

    def __init__(self, whole: Pdf) -> None:
        self.whole = whole
        self.root = whole.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.document = whole.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, P=self.root)
        )
        self.children: list[Any] = []
        self.parents: list[Any] = []
        self.roles: dict[str, Any] = {}
        self.next_key = 0

    def add(self, part: Pdf) -> None:
        """Add the pages of a part, and then their structure, which points to them."""
        if not len(self.whole.pages):
            self.whole.docinfo["/Title"] = str(part.docinfo["/Title"])
            for name in _OF_THE_FIRST:
                if name in part.Root:
                    value = part.make_indirect(part.Root[name])
                    self.whole.Root[name] = self.whole.copy_foreign(value)
        keys = self._move_keys(part)
        self.whole.pages.extend(part.pages)
        if "/StructTreeRoot" in part.Root:
            self._take_over(self.whole.copy_foreign(part.Root["/StructTreeRoot"]))
        self.next_key += keys

    def _move_keys(self, part: Pdf) -> int:
        """Move the keys of pages and their annotations on; return how many there are."""
        highest = -1
        for page in part.pages:
            for item, name in (
                (page.obj, "/StructParents"),
                *((note, "/StructParent") for note in page.obj.get("/Annots", [])),
            ):
                if name in item:
                    highest = max(highest, int(item[name]))
                    item[name] = int(item[name]) + self.next_key
        return highest + 1

    def _take_over(self, root: Any) -> None:
        kids = root.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            kid["/P"] = self.document
            self.children.append(kid)
        self.roles |= dict(root.get("/RoleMap", Dictionary()).items())
        if "/ParentTree" in root:
            for key, value in NumberTree(root["/ParentTree"]).items():
                self.parents += [key + self.next_key, value]

    def close(self) -> None:
        """Put the tree into the whole."""
        if self.children:
            self.document["/K"] = Array(self.children)
            self.root["/K"] = self.document
            self.root["/ParentTree"] = self.whole.make_indirect(
                Dictionary(Nums=Array(self.parents))
            )
            self.root["/ParentTreeNextKey"] = self.next_key
            self.root["/RoleMap"] = Dictionary(self.roles)
            self.whole.Root["/StructTreeRoot"] = self.root
