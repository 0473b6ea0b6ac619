"""Many documents: the same bytes in any company, and all of them in one file."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from soar_lms.certificates import layout, pdf
from soar_lms.certificates.context import DocumentContext, make_context
from soar_lms.certificates.fonts import missing_characters
from soar_lms.certificates.manuscript import Manuscript
from soar_lms.certificates.merged import MergedFile
from soar_lms.certificates.pdf import (
    Attachment,
    PDFError,
    render_batch,
    render_merged,
    render_pdf,
)
from soar_lms.certificates.typeset import write_file
from tests.certificates.test_context import row

ADDRESS = "https://training.example.org/verify/0123-4567-89AB-CDEF-GHJK-MNPQ-RSX"
NAMES = [
    "Ana Torres Vega",
    "Łukasz Żółć",
    "محمد بن عبد الله",
    "प्रिया शर्मा",
    "Maximiliana Guadalupe Hernández-Villavicencio de los Ángeles y Fernández de Córdoba, DNP",
    "1 0 R (x) \\ /StructParents 7",
    "Li",
]
CREDENTIAL = Attachment("credential.json", b'{"id": 1}', description="Open Badges 3.0")


@pytest.fixture(scope="module", autouse=True)
def _spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site that speaks English and Spanish; documents need no database."""
    from tests.support.sites import make_site

    app = make_site(tmp_path_factory.mktemp("site"))
    with app.app_context():
        yield app


def context(name: str = "Ana Torres Vega", language: str = "en") -> DocumentContext:
    return make_context(row(name=name, language=language), ADDRESS)


def forget() -> None:
    """Let this process know nothing of documents, as if it had just started."""
    layout.load_style.cache_clear()


def merge(contexts: list[DocumentContext]) -> pikepdf.Pdf:
    target = io.BytesIO()
    render_merged(contexts, target, title="Certificates of the group", language="en")
    return pikepdf.open(target)


# --- the same bytes -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_document_has_the_same_bytes_alone_and_among_others(language: str) -> None:
    contexts = [context(name, language) for name in NAMES]
    alone = []
    for item in contexts:
        forget()
        alone.append(render_pdf(item))

    forget()
    assert list(render_batch(contexts)) == alone
    assert list(render_batch(reversed(contexts))) == alone[::-1]


def test_a_document_has_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    manuscripts = [pdf.write_manuscript(context(name)) for name in NAMES[:3]]
    script = f"""
from soar_lms.certificates.layout import lay_out
from soar_lms.certificates.manuscript import Manuscript
from soar_lms.certificates.typeset import write_file
from hashlib import sha256
for item in {manuscripts[::-1]!r}:
    print(sha256(write_file(lay_out(item))).hexdigest())
"""

    output = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    ours = [sha256(render_pdf(context(name))).hexdigest() for name in NAMES[:3]]
    assert output.stdout.split() == ours[::-1]


letters = st.sampled_from(
    [
        letter
        for first, last in ((0x20, 0x24F), (0x370, 0x52F), (0x620, 0x64A), (0x904, 0x939))
        for letter in map(chr, range(first, last))
        if letter.isprintable() and not missing_characters(letter)
    ]
)
names = st.lists(st.text(letters, min_size=1, max_size=40), min_size=2, max_size=3)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(first=names, second=names)
def test_no_document_sees_which_were_made_before_it(first: list[str], second: list[str]) -> None:
    contexts = [context(name) for name in [*first, *second]]
    forget()
    forwards = list(render_batch(contexts))

    forget()
    backwards = list(render_batch(contexts[::-1]))[::-1]

    assert forwards == backwards


@pytest.mark.parametrize(
    "body",
    [
        '<h1 id="a">A</h1><p><a href="#a">back</a> and <a href="https://example.org">out</a></p>',
        "<style>p { color: red }</style><h1>A</h1><p>styled here</p>",
        '<h1>A</h1><table><tr><th scope="col">B</th></tr><tr><td>C</td></tr></table>',
        '<h1>A</h1><div style="display: flex"><p>left</p><p>right of it</p></div>',
        '<h1>A</h1><div style="display: grid; grid-template: auto / auto 1fr"><p>A</p>C</div>',
        '<h1>A</h1><ol><li>one</li><li>two</li></ol><p style="break-before: page">B</p>',
    ],
    ids=["links", "own style", "table", "flex", "grid", "list and two pages"],
)
def test_any_template_gives_the_same_bytes_again(body: str) -> None:
    """The words differ in length between: what layout did to one document stays there."""
    items = [_manuscript(body), _manuscript(body.replace("A", "A long heading " * 9))]

    forget()
    once = [write_file(layout.lay_out(item)) for item in items]
    twice = [write_file(layout.lay_out(item)) for item in items[::-1]][::-1]

    assert once == twice


def test_selectors_that_ask_for_a_value_are_heard_in_every_document() -> None:
    style = 'img[alt="big"] { width: 90mm }'
    small, big = (
        _manuscript(f'<h1>A</h1><img alt="{alt}" src="data:image/svg+xml,{_SQUARE}">', style)
        for alt in ("small", "big")
    )

    forget()
    before = write_file(layout.lay_out(big))
    forget()
    layout.lay_out(small)

    assert write_file(layout.lay_out(big)) == before


_SQUARE = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"


def _manuscript(body: str, style: str = "") -> Manuscript:
    markup = f'<html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    created = "2026-11-22T15:00:00Z"
    return Manuscript(
        markup, (*pdf.write_manuscript(context()).styles, style), "id", "Ana", created
    )


def test_a_file_is_small_enough_to_mail(tmp_path: Path) -> None:
    assert len(render_pdf(context(NAMES[0]))) <= 40_000
    assert len(render_pdf(context(NAMES[4]))) <= 40_000


def test_a_font_that_was_cut_does_not_say_when(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in a variable font would have other bytes a second later."""
    made = []
    for now in (3_000_000_000, 3_000_000_001):
        forget()
        monkeypatch.setattr("fontTools.ttLib.tables._h_e_a_d.timestampNow", lambda now=now: now)
        made.append(render_pdf(context("प्रिया")))

    assert made[0] == made[1]


# --- attachments --------------------------------------------------------------------------------


def test_what_is_attached_can_be_taken_out_again() -> None:
    with pikepdf.open(io.BytesIO(render_pdf(context(), (CREDENTIAL,)))) as found:
        attached = found.attachments["credential.json"]
        (associated,) = found.Root.AF

        assert attached.get_file().read_bytes() == CREDENTIAL.body
        assert attached.description == "Open Badges 3.0"
        assert str(associated.AFRelationship) == "/Source"
        assert str(associated.EF.F.Subtype) == "/application/json"


def test_each_document_of_a_batch_has_its_own_attachments() -> None:
    contexts = [context("Ana"), context("Bea")]
    attachments = [(CREDENTIAL,), (replace(CREDENTIAL, body=b"{}"),)]

    assert list(render_batch(contexts, attachments)) == [
        render_pdf(item, attached) for item, attached in zip(contexts, attachments, strict=True)
    ]


def test_attachments_for_another_number_of_documents_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(render_batch([context(), context()], [(CREDENTIAL,)]))


# --- one file of all ----------------------------------------------------------------------------


def test_a_page_of_the_file_draws_what_the_document_alone_draws() -> None:
    contexts = [context(name, language) for name in NAMES for language in ("en", "es")]

    with merge(contexts) as merged:
        drawn = [page.Contents.read_bytes() for page in merged.pages]

    for item, content in zip(contexts, drawn, strict=True):
        with pikepdf.open(io.BytesIO(render_pdf(item))) as alone:
            assert content == alone.pages[0].Contents.read_bytes()


def test_the_file_has_a_bookmark_for_each_person() -> None:
    with merge([context(name) for name in NAMES]) as merged, merged.open_outline() as outline:
        titles = [item.title for item in outline.root]
        targets: list[Any] = [item.destination for item in outline.root]
        pages = [page.objgen for page in merged.pages]

        assert titles == NAMES
        assert [target[0].objgen for target in targets] == pages


def test_each_document_is_a_part_in_its_language() -> None:
    with merge([context("Ana", "en"), context("Bea", "es")]) as merged:
        (document,) = merged.Root.StructTreeRoot.K
        parts = [(str(part.S), str(part.Lang), str(part.T)) for part in document.K]

    assert parts == [("/Part", "en", "Ana"), ("/Part", "es", "Bea")]


def test_every_drawn_word_of_the_file_belongs_to_a_tag() -> None:
    with merge([context(name) for name in NAMES]) as merged:
        leaves = [
            leaf for branch in merged.Root.StructTreeRoot.ParentTree.Kids for leaf in branch.Kids
        ]
        numbers = {int(leaf.Nums[0]): leaf.Nums[1] for leaf in leaves}

        for page in merged.pages:
            marks = page.Contents.read_bytes().count(b"/MCID")
            owners = numbers[int(page.StructParents)]
            assert len(owners) == marks
            assert all(owner.Pg.objgen == page.objgen for owner in owners)


def test_what_documents_share_is_in_the_file_once() -> None:
    contexts = [context(f"Ana {'i' * number}") for number in range(70)]

    with merge(contexts) as merged:
        fonts = {
            font.DescendantFonts[0].FontDescriptor.FontFile2.objgen
            for page in merged.pages
            for font in page.Resources.Font.values()
        }
        assert len(merged.pages) == 70
        assert len(fonts) == 3


def test_the_file_says_what_it_is() -> None:
    with merge([context()]) as merged, merged.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"] == "Certificates of the group"
        assert str(merged.docinfo["/Title"]) == "Certificates of the group"


def test_links_inside_of_documents_stay_inside_of_them() -> None:
    target = io.BytesIO()
    merged = MergedFile(target, title="T", language="en")
    body = '<h1 id="a">A</h1><p><a href="#a">back</a></p>'
    for _ in range(2):
        merged.add(layout.lay_out(_manuscript(body)))
    merged.close()

    with pikepdf.open(target) as found:
        keys = []
        for page in found.pages:
            (link,) = page.Annots
            assert link.Dest[0].objgen == page.objgen
            keys.append(int(link.StructParent))
    assert len(set(keys)) == 2


def test_a_file_of_nobody_is_refused() -> None:
    with pytest.raises(PDFError, match="no document"):
        render_merged([], io.BytesIO(), title="T", language="en")


def test_documents_are_asked_for_one_at_a_time() -> None:
    """A group of 20,000 must not stand in memory."""
    asked: list[int] = []

    def contexts() -> Iterator[DocumentContext]:
        for number in range(3):
            asked.append(number)
            yield context()

    batch: Any = render_batch(contexts())
    next(batch)

    assert asked == [0]
