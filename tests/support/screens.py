"""`./dev screens`: pictures of the key pages, both languages, phone and desktop."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from soar_lms.certificates.painting import paint_pages
from soar_lms.config import Config
from tests.support.browser import DESKTOP, PHONE, Visitor, open_browser
from tests.support.site import running_site

FOLDER = Path("docs/screens")
MODULE = "soar-to-health-and-wellness"
LESSON = f"learn/{MODULE}/health-care"
# Name, path, who (None: a visitor).
PAGES: tuple[tuple[str, str, str | None], ...] = (
    ("catalogue", "", None),
    ("module", f"learn/{MODULE}", None),
    ("lesson", f"{LESSON}/observe", None),
    ("scenario", f"{LESSON}/ask-in-practice", None),
    ("sign-up", "sign-up", None),
    ("safety", "safety", None),
    ("home", "home", "halfway@example.org"),
    ("progress", f"learn/{MODULE}", "halfway@example.org"),
    ("settings", f"learn/{MODULE}/setting", "halfway@example.org"),
    ("certificate", "home", "done@example.org"),
    ("cohorts", "cohorts", "trainer@example.org"),
    ("cohort", "cohorts/1", "trainer@example.org"),
)


def main(folder: Path = FOLDER) -> None:
    """Write every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as instance,
        running_site(Path(instance), SOAR_EXIT_URL=Config.exit_url) as address,
        open_browser() as browser,
    ):
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            for who in dict.fromkeys(item[2] for item in PAGES):
                visitor = Visitor(browser, address, viewport=viewport, color_scheme="light")
                if who:
                    visitor.sign_in(who)
                _shoot(visitor, who, size, folder)
                visitor.close()


def _shoot(visitor: Visitor, who: str | None, size: str, folder: Path) -> None:
    for name, path, whose in PAGES:
        if whose != who:
            continue
        for language in ("en", "es"):
            page = visitor.open(f"/{language}/{path}")
            if name == "certificate":
                page.click(".cards:last-of-type a")
            target = folder / f"{name}-{language}-{size}.png"
            page.screenshot(path=target, full_page="--full" in sys.argv)
            _shrink(target)
            if name == "certificate" and f"{size} {language}" == "desktop en":
                _draw_certificate(visitor, folder / "certificate-pdf")


def _draw_certificate(visitor: Visitor, target: Path) -> None:
    """Draw the PDF of the certificate whose page is open."""
    link = visitor.page.get_attribute("a[href$='.pdf']", "href")
    pdf = visitor.page.request.get(f"{visitor.address}{link}").body()
    path = target.with_suffix(".png")
    path.write_bytes(next(paint_pages(pdf, 1100)))
    _shrink(path)


def _shrink(path: Path) -> None:
    """Keep a picture small: a page has few colours."""
    with Image.open(path) as picture:
        small = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
        small.save(path, optimize=True)


if __name__ == "__main__":
    main()
