"""The document: readable by people, screen readers and archives; the same every time."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from soar_lms.certificates import layout, pdf
from soar_lms.certificates.context import make_context
from soar_lms.certificates.painting import paint_pages
from soar_lms.certificates.pdf import PDFError, render_pdf
from tests.certificates.test_context import row

CODE = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSX"
ADDRESS = f"https://training.example.org/verify/{CODE}"
LETTER_LANDSCAPE = (11 * 72, 8.5 * 72)
HOSTILE = '<img src="file:///etc/passwd"><style>@import url(http://x.example/)</style>'
A4_LANDSCAPE = (297 / 25.4 * 72, 210 / 25.4 * 72)
DESIGNS = Path(__file__).parents[1] / "support" / "designs"
LONG = "Maximiliana Guadalupe Hernández-Villavicencio de los Ángeles y Fernández de Córdoba, DNP"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return a site that speaks English and Spanish; documents need no database."""
    from tests.support.sites import make_site

    app = make_site(tmp_path_factory.mktemp("site"))
    with app.app_context():
        yield app


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    from tests.support.sites import make_pack_site

    return make_pack_site(tmp_path_factory.mktemp("pack"))


def document(**changes: Any) -> bytes:
    return render_pdf(make_context(row(**changes), ADDRESS))


def text_of(data: bytes) -> str:
    """Return the words as a program reads them, without the breaks of lines."""
    (page,) = pypdf.PdfReader(io.BytesIO(data)).pages
    return unicodedata.normalize("NFKC", " ".join(page.extract_text().split()))


@pytest.fixture(scope="module")
def opened(spoken: Flask) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(document())) as found:
        yield found


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["November 22, 2026", "Eastern Time", "Valid until November 22, 2027", "95%"]),
        ("es", ["22 de noviembre de 2026", "Hora del Este", "22 de noviembre de 2027", "95"]),
    ],
)
def test_it_says_who_did_what_and_when_in_its_language(
    spoken: Flask, language: str, said: list[str]
) -> None:
    text = text_of(document(language=language, score=95, expires_on=date(2027, 11, 22)))

    for words in ("Ana Torres Vega", "Garden safety", "Orchard", CODE, *said):
        assert words in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "certificate of completion"), ("es", "certificado de finalización")],
)
def test_its_heading_can_be_found_and_copied_as_words(
    spoken: Flask, language: str, words: str
) -> None:
    """Letters set far apart must not become letters with spaces between them."""
    assert words in text_of(document(language=language)).lower()


def test_without_credit_it_says_that_there_is_none(spoken: Flask) -> None:
    text = text_of(document())

    assert "This certificate gives no continuing education credit." in text
    assert "Credit claimed" not in text


def test_credit_is_printed_with_the_accreditors_own_words(spoken: Flask) -> None:
    text = text_of(
        document(
            credit_amount=Decimal("1.50"),
            credit_unit="contact hours",
            credit_statement="The Board of Gardeners grants this activity two hours.",
            credit_provider_number="G-7",
            credit_type="nchec",
            credit_provider="School of Gardens",
            credit_joint_provider="Office of Trees",
            credit_event_number="E-9",
            credit_uan="1234-0000-26-001-H01-P",
            credit_format="enduring",
            credit_released_on=date(2026, 1, 1),
            credit_expires_on=date(2028, 12, 31),
            credit_license_number="RN-1",
            credit_license_territory="PR",
            provider="Riverside Community Health",
            provider_url="https://riverside.example",
        )
    )

    for words in (
        "1.5 contact hours",
        "The Board of Gardeners grants this activity two hours.",
        "G-7",
        "NCHEC (CHES, MCHES)",
        "School of Gardens · jointly with Office of Trees",
        "Event number: E-9",
        "1234-0000-26-001-H01-P",
        "expires on December 31, 2028",
        "License: Puerto Rico, RN-1",
        "Riverside Community Health",
        "https://riverside.example",
    ):
        assert words in text
    assert "no continuing education credit" not in text


@pytest.mark.parametrize(
    "name",
    [
        "Li",
        "María José Núñez de la Cruz",
        "Nguyễn Thị Ánh Tuyết",
        "Łukasz Żółć",
        "Олександра Коваленко",
        "Αλέξανδρος Παπαδόπουλος",
        LONG,
        "W" * 120,
        "a b " * 30,
        "Ana & Bea <ana@example.org> {{ 7*7 }} %(name)s",
    ],
)
def test_every_name_is_printed_whole_on_one_page(spoken: Flask, name: str) -> None:
    text = text_of(document(name=name))

    assert "".join(name.split()) in "".join(text.split())


@pytest.mark.parametrize(
    "name",
    [
        "محمد بن عبد الله",
        "نوفل قنديل بثينة",
        "प्रिया शर्मा",
        "กัญญา วงศ์สวัสดิ์",
        "李小龍",
        "山田さくら",
        "김민준",
        "יעל כהן",
        "அனிதா",
        "Ana 🌻",
    ],
)
def test_names_of_other_scripts_are_read_with_their_own_letters(spoken: Flask, name: str) -> None:
    """A font that draws two letters with one glyph would have a screen reader say another name."""
    text = text_of(document(name=name))

    letters = {letter for letter in unicodedata.normalize("NFKC", name) if letter.isalpha()}
    assert letters <= set(text)


def test_an_arabic_certificate_is_arabic(arabic: Flask) -> None:
    with arabic.app_context():
        data = document(
            language="ar", name="محمد", module_title="السلامة في الحديقة", setting_name="البستان"
        )

    text = text_of(data)
    assert set("محمدالسلامةفيالحديقةالبستان") <= set(text)
    with pikepdf.open(io.BytesIO(data)) as found:
        assert str(found.Root.Lang) == "ar"


# --- what it looks like ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def designed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return a site with a design of its own: a logo, an address, three signatures."""
    from tests.support.sites import make_site

    app = make_site(tmp_path_factory.mktemp("designed"), designs=DESIGNS)
    with app.app_context():
        yield app


def pages_of(data: bytes) -> list[str]:
    """Return the words of each page."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return [unicodedata.normalize("NFKC", " ".join(page.extract_text().split())) for page in pages]


@pytest.mark.parametrize(
    ("paper", "size"), [("letter", LETTER_LANDSCAPE), ("a4", A4_LANDSCAPE)], ids=["letter", "a4"]
)
@pytest.mark.parametrize("statement", ["One sentence.", "A sentence of many. " * 40])
def test_every_page_is_on_the_paper_of_the_row(
    spoken: Flask, paper: str, size: tuple[float, float], statement: str
) -> None:
    data = document(paper=paper, credit_amount=Decimal(1), credit_statement=statement)

    with pikepdf.open(io.BytesIO(data)) as found:
        boxes = {tuple(round(float(edge)) for edge in page.mediabox) for page in found.pages}
    assert boxes == {(0, 0, round(size[0]), round(size[1]))}


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("design", ["soar", "riverside"])
def test_the_qr_code_is_read_from_a_picture_of_100_dots_per_inch(
    designed: Flask, paper: str, design: str
) -> None:
    data = document(paper=paper, design=design)
    width = round((LETTER_LANDSCAPE if paper == "letter" else A4_LANDSCAPE)[0] / 72 * 100)

    (picture,) = paint_pages(data, width)

    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    assert [code.text for code in codes] == [ADDRESS]


def test_a_long_statement_has_its_own_pages_with_name_and_code(spoken: Flask) -> None:
    sentences = [f"Sentence {number} of the accreditor." for number in range(60)]

    pages = pages_of(
        document(
            credit_amount=Decimal(1), credit_unit="hour", credit_statement="\n".join(sentences)
        )
    )

    assert len(pages) > 2
    assert "The accreditation statement is on the next page." in pages[0]
    assert all("Ana Torres Vega" in page and CODE in page for page in pages)
    assert "Accreditation statement" in pages[1]
    assert [item for item in sentences if item not in " ".join(pages[1:])] == []


def test_a_statement_of_two_pages_breaks_into_paragraphs(spoken: Flask) -> None:
    statement = "First paragraph. " * 20 + "\n\n" + "Second paragraph. " * 20

    with pikepdf.open(
        io.BytesIO(document(credit_amount=Decimal(1), credit_statement=statement))
    ) as found:
        kinds = [str(item["/S"]) for item in structure(found.Root.StructTreeRoot) if "/S" in item]

    assert kinds.count("/H2") == 2


def test_a_site_prints_its_logo_address_and_signatures(designed: Flask) -> None:
    data = document(design="riverside", provider="Riverside Community Health", language="es")

    text = text_of(data)
    for words in (
        "1200 Riverside Drive, Springfield, IL 62701",
        "Grace Okafor, DNP, RN",
        "Directora de Educación",
        "Luis Ferrer",
    ):
        assert words in text
    with pikepdf.open(io.BytesIO(data)) as found:
        figures = [
            str(item["/Alt"])
            for item in structure(found.Root.StructTreeRoot)
            if str(item.get("/S", "")) == "/Figure"
        ]
    assert figures[:3] == [
        "Riverside Community Health",
        "Firma de Grace Okafor, DNP, RN",
        "Firma de Mei Tanaka, MD",
    ]


# --- what it is ---------------------------------------------------------------------------------


def test_it_is_one_letter_page_on_its_side(opened: pikepdf.Pdf) -> None:
    (page,) = opened.pages

    assert [float(number) for number in page.mediabox] == [0, 0, *LETTER_LANDSCAPE]


def test_it_is_tagged_titled_and_says_its_language(opened: pikepdf.Pdf) -> None:
    root = opened.Root

    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(root.Lang) == "en"
    assert "/StructTreeRoot" in root
    assert str(opened.docinfo["/Title"]) == "Certificate of completion: Ana Torres Vega"


def test_it_declares_archive_and_accessibility_profiles(opened: pikepdf.Pdf) -> None:
    with opened.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"] == "Certificate of completion: Ana Torres Vega"


def structure(element: Any) -> Iterator[Any]:
    """Walk the tree of tags."""
    yield element
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield from structure(child)


def test_headings_and_paragraphs_are_tagged_in_reading_order(opened: pikepdf.Pdf) -> None:
    kinds = [str(item["/S"]) for item in structure(opened.Root.StructTreeRoot) if "/S" in item]

    assert [kind for kind in kinds if kind in {"/H1", "/H2", "/Figure"}] == [
        "/H1",
        "/H2",
        "/Figure",
    ]
    assert kinds.count("/P") >= 6


def test_the_qr_code_has_words_for_those_who_cannot_see_it(opened: pikepdf.Pdf) -> None:
    figures = [
        item
        for item in structure(opened.Root.StructTreeRoot)
        if str(item.get("/S", "")) == "/Figure"
    ]

    assert [str(item["/Alt"]) for item in figures] == [f"QR code of the address {ADDRESS}"]


@pytest.mark.parametrize("name", ["Ana", "محمد Ana प्रिया กัญญา"])
def test_every_font_is_embedded(spoken: Flask, name: str) -> None:
    with pikepdf.open(io.BytesIO(document(name=name))) as found:
        fonts = list(found.pages[0].Resources.Font.values())
        descriptors = [font.DescendantFonts[0].FontDescriptor for font in fonts]

    assert descriptors
    with pikepdf.open(io.BytesIO(document(name=name))) as found:
        for font in found.pages[0].Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys()), font.BaseFont
            assert "/ToUnicode" in font


def test_it_holds_nothing_that_acts(opened: pikepdf.Pdf) -> None:
    names = opened.Root.get("/Names", pikepdf.Dictionary())

    assert "/OpenAction" not in opened.Root
    assert "/AA" not in opened.Root
    assert "/JavaScript" not in names
    assert not opened.is_encrypted


# --- the same every time ------------------------------------------------------------------------


def test_the_same_row_gives_the_same_bytes(spoken: Flask) -> None:
    digests = {hashlib.sha256(document()).hexdigest() for _ in range(3)}

    assert len(digests) == 1


@pytest.mark.parametrize("changes", [{"name": "Ana T. Vega"}, {"minutes": 61}, {"language": "es"}])
def test_another_row_gives_other_bytes(spoken: Flask, changes: dict[str, Any]) -> None:
    assert document(**changes) != document()


# --- hostile words and missing things -----------------------------------------------------------


def test_markup_in_a_name_is_printed_as_it_stands(spoken: Flask) -> None:
    data = document(name=HOSTILE, module_title=HOSTILE, setting_name=HOSTILE, provider=HOSTILE)

    assert "".join(HOSTILE.split()) in "".join(text_of(data).split())
    with pikepdf.open(io.BytesIO(data)) as found:
        assert "/Annots" not in found.pages[0]
        assert "/EmbeddedFiles" not in found.Root.get("/Names", pikepdf.Dictionary())
    assert b"root:" not in data


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/font.ttf",
        "ftp://example.org/",
        "soar-font:",
        "soar-font:Comic-Sans",
        "soar-font:Public-Sans-500",
        "soar-font:../../etc/passwd",
        "SOAR-FONT:Public-Sans-400",
        "soar:x",
        "/etc/passwd",
        "",
    ],
)
def test_an_address_that_is_not_packaged_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="refused"):
        layout.make_fetcher().fetch(address)


def test_an_address_that_was_refused_stops_the_document(
    spoken: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_context(row(), ADDRESS)
    monkeypatch.setattr("soar_lms.certificates.markup.data_address", lambda _: "file:///etc/hosts")

    with pytest.raises(PDFError, match="file:///etc/hosts"):
        render_pdf(broken)


@pytest.fixture
def _fresh_style() -> Iterator[None]:
    """Let the style sheet be read anew in this test, and again after it."""
    layout.load_style.cache_clear()
    yield
    layout.load_style.cache_clear()


@pytest.mark.usefixtures("_fresh_style")
def test_without_fonts_there_is_no_document(spoken: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("soar_lms.certificates.pdf.font_files", dict)

    with pytest.raises(PDFError, match="no fonts are installed"):
        document()


@pytest.mark.usefixtures("_fresh_style")
def test_a_font_that_cannot_be_read_stops_the_document(
    spoken: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soar_lms.certificates.layout.face_bytes", lambda _key: b"")

    with pytest.raises(PDFError):
        document()


def test_without_pango_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real_import = builtins.__import__

    def without_weasyprint(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real_import(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_weasyprint)

    with pytest.raises(PDFError, match=r"apt-get install libpango-1\.0-0"):
        pdf.load_weasyprint()
