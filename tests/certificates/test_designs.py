"""Designs: a good folder passes; each fault is named with its file and line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from PIL import Image

from soar_lms.app import create_app
from soar_lms.catalogue.problems import ContentError
from soar_lms.certificates.design_check import check_design
from soar_lms.certificates.designs import (
    BUILT_IN,
    DesignMissingError,
    Look,
    Paper,
    choose_look,
    get_design,
    load_designs,
    newest_design,
)
from soar_lms.certificates.documents import PDFError, make_document
from soar_lms.certificates.painting import count_pages
from soar_lms.cli import main
from soar_lms.config import ConfigError
from tests.certificates.test_context import row
from tests.conftest import SECRET
from tests.support.pack import change as edit
from tests.support.pack import copy_pack, make_translations
from tests.support.sites import make_config, make_site

RIVERSIDE = Path(__file__).parents[1] / "support" / "designs" / "riverside-1"
SPEC = """\
id: plain
version: 1
paper: letter
layout:
  name: {width: 200, height: 30, sizes: [30], wrapped: [12], weight: 300}
  title: {width: 200, height: 30, sizes: [20], wrapped: [9], weight: 700}
  statement: {width: 200, size: 9, lines: 3}
"""
DOCUMENT = """\
<!DOCTYPE html>
<html lang="{{ certificate.language }}" dir="{{ certificate.direction }}">
<head><title>{{ words.title }}</title></head>
<body>
<h1>{{ words.kind }}</h1>
<p class="name">{{ certificate.name }}</p>
<p>{{ certificate.code }}</p>
<img class="qr" src="{{ certificate.qr }}" alt="{{ words.qr_alt }}">
</body>
</html>
"""
STYLE = """\
@page { margin: 20mm; }
.name { font-size: 12pt; }
.qr { width: 30mm; }
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_site(tmp_path_factory.mktemp("site"))
    with app.test_request_context():
        yield app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small design that has no fault."""
    folder = tmp_path / "plain-1"
    folder.mkdir()
    for name, text in (("design.yaml", SPEC), ("document.html", DOCUMENT), ("style.css", STYLE)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path, *languages: str) -> list[str]:
    """Return what the check says, without the folder."""
    found = check_design(folder, list(languages or ("en",)))
    return [str(problem).replace(f"{folder}/", "") for problem in found]


# --- good ones ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [*sorted(BUILT_IN.iterdir()), RIVERSIDE], ids=lambda path: path.name
)
def test_the_designs_of_the_program_and_of_the_tests_have_no_fault(site: Flask, path: Path) -> None:
    assert faults(path, "en", "es") == []


def test_a_small_design_has_no_fault(site: Flask, folder: Path) -> None:
    assert faults(folder) == []


def test_a_design_may_include_its_own_files_and_pictures(site: Flask, folder: Path) -> None:
    Image.new("RGB", (8, 8), "teal").save(folder / "seal.png")
    (folder / "mark.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>'
    )
    (folder / "end.html").write_text('<p><img src="{{ pictures["seal.png"] }}" alt="Seal"></p>')
    change(folder, "document.html", "</body>", '{% include "end.html" %}</body>')
    change(folder, "style.css", ".qr {", '.name { background: url("mark.svg"); }\n.qr {')

    assert faults(folder) == []


# --- design.yaml --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            "paper: letter",
            "paper: legal",
            "design.yaml:3:8: paper: must be one of: letter, a4",
            id="paper",
        ),
        pytest.param(
            "version: 1",
            "versoin: 1",
            'design.yaml:2:1: versoin: unknown key "versoin"; did you mean "version"?',
            id="unknown-key",
        ),
        pytest.param(
            "sizes: [30]",
            "sizes: [300]",
            "design.yaml:5:42: layout.name.sizes.0: must be at most 96",
            id="size",
        ),
        pytest.param(
            "paper: letter",
            "signatures: [{name: A}, {name: B}, {name: C}, {name: D}]",
            "design.yaml:3:13: signatures: may have at most 3",
            id="four-signatures",
        ),
        pytest.param(
            "paper: letter",
            "logo: {picture: lost.png, alt: {en: X}}",
            'design.yaml:3:17: logo.picture: there is no picture "lost.png" in the folder '
            "(known: none)",
            id="lost-picture",
        ),
        pytest.param(
            "paper: letter",
            "based_on: {id: soar, version: 99}",
            "design.yaml:3:11: based_on: there is no design of the program with this id and "
            "version (known: soar-1)",
            id="lost-base",
        ),
        pytest.param(
            "paper: letter",
            "texts: {motto: {es: Hola}}",
            "design.yaml:1:1: texts.motto: is not there in en",
            id="language",
        ),
        pytest.param(
            "layout:",
            "layout: [",
            "design.yaml:6:3: yaml: cannot be read: did not find expected ',' or ']'",
            id="no-yaml",
        ),
    ],
)
def test_a_fault_of_the_fields_is_named_with_its_line(
    site: Flask, folder: Path, old: str, new: str, fault: str
) -> None:
    change(folder, "design.yaml", old, new)

    assert fault in faults(folder)


@pytest.mark.parametrize("name", ["design.yaml", "document.html", "style.css"])
def test_a_file_that_is_missing_is_named(site: Flask, folder: Path, name: str) -> None:
    (folder / name).unlink()

    (fault,) = faults(folder)

    assert fault.startswith(f"{name}:1:1: file: the file is missing")


# --- document.html ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            "{{ words.kind }}",
            "{{ words.kind ",
            "document.html:5:1: template: unexpected '/'",
            id="syntax",
        ),
        pytest.param(
            "{{ words.kind }}",
            "{{ words.knd }}",
            "document.html:5:1: template: 'dict object' has no attribute 'knd' (en, letter, plain)",
            id="unknown-value",
        ),
        pytest.param(
            "{{ words.kind }}",
            "{{ 1 / 0 }}",
            "document.html:5:1: template: division by zero (en, letter, plain)",
            id="division",
        ),
        pytest.param(
            "{{ words.kind }}",
            "{{ words.kind.__class__.__mro__ }}",
            "document.html:5:1: template: access to attribute '__class__' of 'str' object is "
            "unsafe. (en, letter, plain)",
            id="sandbox",
        ),
        pytest.param(
            "{{ words.kind }}",
            "{{ words.kind | safe }}",
            "document.html:5:1: template: No filter named 'safe'.",
            id="safe",
        ),
        pytest.param(
            "{{ words.kind }}",
            "{% autoescape false %}{{ certificate.name }}{% endautoescape %}",
            "document.html:5:1: template: autoescape cannot be changed: names are text",
            id="autoescape",
        ),
        pytest.param(
            "{{ words.kind }}",
            '{% include "../../secret.html" %}',
            "document.html:5:1: template: ../../secret.html (en, letter, plain)",
            id="include",
        ),
        pytest.param(
            "{{ words.kind }}",
            "{{ config.SECRET_KEY }}",
            "document.html:5:1: template: 'config' is undefined (en, letter, plain)",
            id="configuration",
        ),
        pytest.param(
            "<body>",
            "<body><script>alert(1)</script>",
            "document.html:4:7: html: <script> is not for certificates; style belongs into "
            "style.css",
            id="script",
        ),
        pytest.param(
            "<body>",
            '<body onload="x()">',
            "document.html:4:1: html: onload: a document does not run anything",
            id="event",
        ),
        pytest.param(
            "<body>",
            '<body><img src="http://x.example/y.png" alt="Y">',
            'document.html:4:7: html: <img> takes src="{{ pictures["…"] }}": a picture of the '
            "folder",
            id="picture-from-elsewhere",
        ),
        pytest.param(
            ' alt="{{ words.qr_alt }}"',
            "",
            'document.html:8:1: html: <img> needs words in alt="…"; decoration is a background '
            "in the style",
            id="no-words",
        ),
        pytest.param(
            ' lang="{{ certificate.language }}"',
            "",
            'document.html:2:1: html: <html> needs lang="{{ certificate.language }}"',
            id="no-language",
        ),
        pytest.param(
            "{{ certificate.code }}",
            "",
            "document.html:1:1: template: {{ certificate.code }} stands nowhere: a certificate "
            "cannot do without it",
            id="no-code",
        ),
        pytest.param(
            "<title>{{ words.title }}</title>",
            "",
            "document.html:1:1: html: has no <title>: screen readers need a title",
            id="no-title",
        ),
    ],
)
def test_a_fault_of_the_document_is_named_with_its_line(
    site: Flask, folder: Path, old: str, new: str, fault: str
) -> None:
    change(folder, "document.html", old, new)

    assert fault in faults(folder)


# --- style.css and pictures ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "p { colour: red; }",
            "style.css:4:5: css: Ignored `colour: red` at 4:5, unknown property. "
            "(en, letter, plain)",
        ),
        (
            'p { background: url("http://x.example/y.png"); }',
            'style.css:4:1: css: url("http://x.example/y.png") is no picture of the folder '
            "(known: none)",
        ),
        ("@import 'other.css';", "style.css:4:1: css: @import: style is whole in its file"),
        (
            ".name { height: 400mm; }",
            "style.css:1:1: css: a sample takes 3 pages; it should be one (en, letter, plain)",
        ),
    ],
    ids=["property", "address", "import", "pages"],
)
def test_a_fault_of_the_style_is_named_with_its_line(
    site: Flask, folder: Path, line: str, fault: str
) -> None:
    change(folder, "style.css", STYLE, f"{STYLE}{line}\n")

    found = faults(folder)

    assert any(item.startswith(fault) for item in found), found


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.png", b"GIF89a", "is no PNG or JPEG picture that can be read"),
        ("a.png", b"\x89PNG\r\n\x1a\n cut off", "is no PNG or JPEG picture that can be read"),
        ("a.jpg", b"x" * 500_001, "has more than 500 kB; make it smaller"),
        ("a.svg", b"<svg><script/></svg>", "must have no <script>; draw paths and shapes only"),
        (
            "a.svg",
            b'<svg xmlns:x="http://www.w3.org/1999/xlink"><use x:href="file:///etc/passwd"/></svg>',
            'must not refer to "file:///etc/passwd"; everything has to be in the file',
        ),
        (
            "a.svg",
            b'<svg><rect fill="url(http://x.example/)"/></svg>',
            'must not refer to "url(http://x.example/)"; everything has to be in the file',
        ),
        (
            "a.svg",
            b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
            "must have no DOCTYPE and no entities",
        ),
        ("a.svg", b"<svg", "cannot be read: unclosed token: line 1, column 0"),
    ],
    ids=["gif", "cut", "large", "script", "reference", "paint", "entity", "no-xml"],
)
def test_a_picture_that_cannot_be_printed_safely_is_named(
    site: Flask, folder: Path, name: str, data: bytes, words: str
) -> None:
    (folder / name).write_bytes(data)

    assert faults(folder) == [f"{name}:1:1: file: {words}"]


def test_a_picture_that_is_a_link_out_of_the_folder_is_refused(site: Flask, folder: Path) -> None:
    Image.new("RGB", (8, 8)).save(folder.parent / "outside.png")
    (folder / "seal.png").symlink_to(folder.parent / "outside.png")

    assert faults(folder) == ["seal.png:1:1: file: is a link; a design is whole in its folder"]


# --- versions -----------------------------------------------------------------------------------


def version(folder: Path, number: int, heading: str) -> Path:
    """Return another version of the small design, beside it."""
    copy = Path(shutil.copytree(folder, folder.parent / f"plain-{number}"))
    change(copy, "design.yaml", "version: 1", f"version: {number}")
    change(copy, "document.html", "{{ words.kind }}", heading)
    return copy


def test_new_certificates_get_the_newest_version_on_its_own_paper(folder: Path) -> None:
    version(folder, 10, "Ten")
    version(folder, 9, "Nine")

    assert choose_look(folder.parent, "plain", "a4") == Look("plain", 10, Paper.LETTER)
    assert choose_look(folder.parent, "soar", "a4") == Look("soar", 1, Paper.A4)


def test_a_certificate_keeps_its_version_when_there_is_a_newer_one(
    tmp_path: Path, folder: Path
) -> None:
    app = make_site(tmp_path, designs=folder.parent)
    with app.test_request_context():
        before = make_document(row(design="plain"))
    version(folder, 2, "Another heading")
    load_designs.cache_clear()

    with app.test_request_context():
        assert newest_design(folder.parent, "plain").spec.version == 2
        assert make_document(row(design="plain")) == before
        assert make_document(row(design="plain", template_version=2)) != before


def test_a_version_that_is_gone_is_asked_for_by_its_name(site: Flask) -> None:
    with pytest.raises(PDFError, match="version 3 of the certificate design lost is gone"):
        make_document(row(design="lost", template_version=3))


def test_two_folders_of_one_version_are_refused(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "copy")

    with pytest.raises(ContentError, match="is the same design and version as"):
        load_designs(folder.parent)


def test_a_design_that_nobody_has_is_refused(folder: Path) -> None:
    with pytest.raises(
        DesignMissingError, match=r'no certificate design "lost" \(known: plain, soar'
    ):
        newest_design(folder.parent, "lost")
    with pytest.raises(DesignMissingError, match="SOAR_DESIGNS, which is not set"):
        get_design(None, "lost", 1)


# --- a site and its commands --------------------------------------------------------------------


def test_a_site_does_not_start_with_a_design_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='SOAR_DESIGN: there is no certificate design "lost"'):
        create_app(make_config(tmp_path, design="lost"))


def test_a_site_does_not_start_with_a_module_that_wants_a_design_nobody_has(tmp_path: Path) -> None:
    modules = copy_pack(tmp_path)
    old = "certificate: {valid_months: 12, show_score: true}"
    edit(modules, "garden/module.yaml", old, "certificate: {valid_months: 12, design: lost}")

    with pytest.raises(ConfigError, match='module garden: there is no certificate design "lost"'):
        create_app(make_config(tmp_path, modules=modules, translations=make_translations(tmp_path)))


def test_a_site_does_not_start_with_a_design_that_has_faults(tmp_path: Path, folder: Path) -> None:
    change(folder, "design.yaml", "paper: letter", "paper: legal")

    with pytest.raises(ContentError, match="must be one of: letter, a4"):
        create_app(make_config(tmp_path, designs=folder.parent))


def run(tmp_path: Path, *arguments: object) -> Result:
    environment = {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": SECRET,
        "SOAR_INSTANCE": str(tmp_path),
        "SOAR_LOG_LEVEL": "error",
    }
    command = ["certificates", "design", *map(str, arguments)]
    return CliRunner().invoke(main, command, env=environment)


def test_the_command_names_the_faults_and_fails(tmp_path: Path, folder: Path) -> None:
    change(folder, "document.html", "{{ words.kind }}", "{{ words.kind ")

    done = run(tmp_path, "check", folder)

    assert done.exit_code == 1
    assert done.output.strip().endswith("document.html:5:1: template: unexpected '/'")


def test_the_command_prints_a_sample_with_the_renderer_of_certificates(
    tmp_path: Path, folder: Path
) -> None:
    target = tmp_path / "sample.pdf"

    done = run(
        tmp_path, "preview", RIVERSIDE, "-o", target, "--language", "es", "--case", "long-statement"
    )

    assert (done.exit_code, done.output) == (0, f"Wrote {target}.\n")
    assert count_pages(target.read_bytes()) > 1


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--language", "fr"), 'there is no language "fr" (known: en, es)'),
        (("--case", "x"), 'there is no case "x" (known: plain, one-name, long-name,'),
    ],
)
def test_the_command_says_which_samples_there_are(
    tmp_path: Path, option: tuple[str, str], words: str
) -> None:
    done = run(tmp_path, "preview", RIVERSIDE, "-o", tmp_path / "x.pdf", *option)

    assert done.exit_code == 1
    assert words in done.output
