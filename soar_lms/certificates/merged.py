"""Many documents as one file to print: still tagged, so that it can be read aloud as well.

Each document brings its own structure; the tree of the whole has them as its children, one after
the other, with the keys of their pages moved on (ISO 32000-1, 14.7). Files that are attached to a
document, its metadata and its seal stay with the document: the whole is a copy for paper. It is
PDF/UA-1, and no PDF/A.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from pikepdf import Array, Dictionary, Name, NumberTree, OutlineItem, Pdf

Source = Path | BinaryIO
_OF_THE_FIRST = ("/Lang", "/MarkInfo", "/OutputIntents", "/ViewerPreferences")
"""Entries of the catalogue that all documents have alike, or that the first one decides."""


def join_documents(sources: Iterable[tuple[str | None, Source]], target: Path, title: str) -> int:
    """Write documents one after the other into one file; return how many pages it has.

    Each is given with its bookmark; None: the source was joined before, and keeps those it has.
    Memory grows with the number of pages, not with what is on them, where sources are paths.

    :param title: of the whole, as its metadata and the window of a reader have it.
    :raises pikepdf.PdfError: when a source is no PDF.
    """
    with ExitStack() as stack:
        whole = stack.enter_context(Pdf.new())
        tree, bookmarks = _Tree(whole), list[OutlineItem]()
        for name, source in sources:
            part = stack.enter_context(Pdf.open(source))
            bookmarks += _bookmarks(part, name, len(whole.pages))
            _take_seal_away(part)
            tree.add(part)
        tree.close()
        with whole.open_outline() as outline:
            outline.root.extend(bookmarks)
        _describe(whole, title)
        whole.save(target, deterministic_id=True)
        return len(whole.pages)


def _bookmarks(part: Pdf, name: str | None, first_page: int) -> list[OutlineItem]:
    if name is not None:
        return [OutlineItem(name, first_page)]
    places = {page.obj.objgen: number for number, page in enumerate(part.pages)}
    with part.open_outline() as outline:
        return [
            OutlineItem(item.title, first_page + places[_page_of(item).objgen])
            for item in outline.root
        ]


def _page_of(item: OutlineItem) -> Any:
    destination: Any = item.destination
    return destination[0]


def _take_seal_away(part: Pdf) -> None:
    for page in part.pages:
        notes = [item for item in page.obj.get("/Annots", []) if item.get("/Subtype") != "/Widget"]
        if "/Annots" in page.obj:
            page.obj["/Annots"] = Array(notes)


def _describe(whole: Pdf, title: str) -> None:
    with whole.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = title
        metadata["pdfuaid:part"] = "1"
    whole.docinfo["/Title"] = title


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
        """Add the pages of a document, and then their structure, which points to them."""
        if not len(self.whole.pages):
            for name in _OF_THE_FIRST:
                if name in part.Root:
                    value = part.make_indirect(part.Root[name])
                    self.whole.Root[name] = self.whole.copy_foreign(value)
        keys = self._move_keys(part)
        self.whole.pages.extend(part.pages)
        if "/StructTreeRoot" in part.Root:
            self._take_over(self.whole.copy_foreign(part.Root["/StructTreeRoot"]))
            self.children[-1]["/Lang"] = str(part.Root.get("/Lang", ""))
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
