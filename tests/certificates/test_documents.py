"""Names of files, and many documents as one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.catalogue.model import Module
from soar_lms.certificates.documents import (
    file_name_with_owner,
    join_merged,
    make_document,
    make_documents,
    merge_documents,
    plain_name,
)
from soar_lms.certificates.joining import join_files
from soar_lms.certificates.models import Certificate
from soar_lms.database import transaction
from tests.factories import make_certificate, make_person

PEOPLE = (("Ana Torres", "en"), ("José Peña", "es"), ("Łukasz Nguyễn", "en"))


@pytest.fixture
def certificates(context: Flask, module: Module) -> list[Certificate]:
    with transaction():
        return [
            make_certificate(make_person(name=name), module, language=language)
            for name, language in PEOPLE
        ]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Ana Torres Vega", "ana-torres-vega"),
        ("José Peña", "jose-pena"),
        ("Łukasz Nguyễn", "lukasz-nguyen"),
        ("Noah O\u2019Neill", "noah-oneill"),
        ("Straße Ærø", "strasse-aero"),
        ("../../etc/passwd", "etc-passwd"),
        ("con.pdf\x00", "con-pdf"),
        ("李小龍", ""),
        ("x" * 60, "x" * 40),
        ("a" * 39 + " bc", "a" * 39),
    ],
)
def test_a_name_becomes_small_ascii_letters(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(max_size=120))
def test_no_name_has_a_way_out_of_its_folder(name: str) -> None:
    plain = plain_name(name)

    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not plain.startswith("-")
    assert len(plain) <= 40


def test_the_name_of_a_file_among_many_says_whose_it_is(certificates: list[Certificate]) -> None:
    name = file_name_with_owner(certificates[1])

    assert name.startswith("jose-pena-soar-to-health-and-wellness-2026-11-22-")
    assert name.replace("-", "").endswith(f"{certificates[1].code}.pdf")


def test_documents_made_together_are_those_made_alone(certificates: list[Certificate]) -> None:
    assert list(make_documents(certificates)) == [make_document(item) for item in certificates]


def test_one_file_of_many_keeps_structure_languages_and_bookmarks(
    certificates: list[Certificate], tmp_path: Path
) -> None:
    for number in range(2):
        merge_documents(certificates, tmp_path / f"part-{number}")
    join_merged([tmp_path / "part-0", tmp_path / "part-1"], tmp_path / "whole")

    with pikepdf.open(tmp_path / "whole") as whole:
        root = whole.Root.StructTreeRoot
        parents = pikepdf.NumberTree(root.ParentTree)
        assert [int(page.obj.StructParents) for page in whole.pages] == sorted(parents)
        assert pikepdf.Name.Document == root.K.S
        inner = [item for part in root.K.K for item in part.K]
        assert [str(item.Lang) for item in inner] == ["en", "es", "en"] * 2
        with whole.open_outline() as outline:
            assert [item.title for item in outline.root] == [name for name, _ in PEOPLE] * 2
        metadata = whole.open_metadata()
        assert (metadata["pdfuaid:part"], metadata["pdfaid:part"]) == ("1", "3")
        assert whole.pdf_version == "1.7"


def test_the_pages_of_one_file_point_to_their_own_elements(
    certificates: list[Certificate], tmp_path: Path
) -> None:
    merge_documents(certificates, tmp_path / "whole")

    with pikepdf.open(tmp_path / "whole") as whole:
        parents = pikepdf.NumberTree(whole.Root.StructTreeRoot.ParentTree)
        for page in whole.pages:
            elements = [item for item in parents[int(page.obj.StructParents)] if "/Pg" in item]
            assert elements
            assert {item.Pg.objgen for item in elements} == {page.obj.objgen}


def test_the_words_in_the_margin_of_a_second_page_come_along(
    certificates: list[Certificate], tmp_path: Path
) -> None:
    """They have tags that hang on the page alone."""
    certificates[0].credit_amount, certificates[0].credit_unit = Decimal(1), "hours"
    certificates[0].credit_statement = "The board grants this activity an hour. " * 60

    merge_documents(certificates[:1], tmp_path / "whole")

    with pikepdf.open(tmp_path / "whole") as whole:
        assert len(whole.pages) == 2


def test_a_file_that_is_no_pdf_is_an_error(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"no PDF")

    with pytest.raises(pikepdf.PdfError):
        join_files([part], tmp_path / "whole")
