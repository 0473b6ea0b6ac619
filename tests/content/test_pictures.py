"""The size of a picture is that of its file; where the file does not say it, the page does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.pictures import measure_picture
from soar_lms.paths import bundled
from tests.content.test_compile import html_of


@pytest.mark.parametrize(
    ("root", "size"),
    [
        pytest.param('<svg width="360" height="370.4">', (360, 370), id="sides"),
        pytest.param('<svg height="20px" width="10px">', (10, 20), id="pixels"),
        pytest.param('<svg viewBox="0 0 640 480.6">', (640, 481), id="view-box"),
        pytest.param('<svg viewBox="-5,-5,64,48" width="2em">', (64, 48), id="view-box-commas"),
        pytest.param('<svg stroke-width="3" height="9">', None, id="one-side"),
        pytest.param("<p>", None, id="no-drawing"),
    ],
)
def test_a_drawing_says_its_size(tmp_path: Path, root: str, size: tuple[int, int] | None) -> None:
    file = tmp_path / "a.svg"
    file.write_text(f"<?xml version='1.0'?>\n{root}<rect width='1' height='1'/></svg>")

    assert measure_picture(file) == size


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_picture_of_dots_is_measured(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    Image.new("RGB", (30, 20)).save(file)

    assert measure_picture(file) == (30, 20)


def test_what_is_no_picture_has_no_size(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"no picture")

    assert measure_picture(file) is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_picture_of_a_lesson_keeps_its_place(language: str) -> None:
    modules = load_catalogue(bundled("modules")).modules.values()

    pictures = [
        picture
        for module in modules
        for page in module.pages.values()
        if page.language == language
        for picture in html_of(page).select("img")
    ]

    assert pictures
    assert [str(item) for item in pictures if not (item.get("width") and item.get("height"))] == []
