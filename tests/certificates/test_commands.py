"""`soar-lms certificates …`, as an operator and a verifier run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.documents import make_document
from soar_lms.certificates.models import Certificate
from soar_lms.cli import main
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.keys import public_name, read_badge_key, read_seal_key
from tests.certificates.test_context import row
from tests.conftest import SECRET
from tests.support.pack import PACK
from tests.support.sites import make_site


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what an operator sets."""
    folder = tmp_path_factory.mktemp("site")
    return {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": SECRET,
        "SOAR_INSTANCE": str(folder),
        "SOAR_DATABASE_URL": f"sqlite:///{folder / 'soar.db'}",
        "SOAR_MODULES": str(PACK),
        "SOAR_LOG_LEVEL": "error",
    }


@pytest.fixture(scope="module")
def issued(environment: dict[str, str]) -> tuple[str, bytes]:
    """Return the code and the document of a certificate in the database."""
    app = make_site(Path(environment["SOAR_INSTANCE"]), modules=PACK)
    code = make_code()
    with app.app_context(), transaction():
        db.session.add(row(code=code, name="María José Núñez"))
    with app.test_request_context():
        certificate = db.session.query(Certificate).filter_by(code=code).one()
        return code, make_document(certificate)


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["certificates", *arguments], env=environment)


def test_a_document_is_the_same_in_another_process(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    code, data = issued
    file = tmp_path / "again.pdf"

    done = subprocess.run(
        [sys.executable, "-m", "soar_lms", "certificates", "render", code, "-o", str(file)],
        env={**environment, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_bytes() == data


def test_render_takes_a_code_however_it_is_typed(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    code, data = issued
    file = tmp_path / "again.pdf"

    result = run(environment, "render", format_code(code).lower(), "-o", str(file))

    assert (result.exit_code, result.output) == (0, f"Wrote {file}.\n")
    assert file.read_bytes() == data


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("nonsense", 'Error: "nonsense" is not a certificate code\n'),
        ("0" * 27, f"Error: there is no certificate {'0' * 27} here\n"),
    ],
)
def test_render_says_what_is_wrong_with_a_code(
    environment: dict[str, str],
    issued: tuple[str, bytes],
    tmp_path: Path,
    code: str,
    message: str,
) -> None:
    result = run(environment, "render", code, "-o", str(tmp_path / "x.pdf"))

    assert (result.exit_code, result.output) == (1, message)
    assert list(tmp_path.iterdir()) == []


def test_render_into_a_folder_that_is_not_there_says_so(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    result = run(environment, "render", issued[0], "-o", str(tmp_path / "no" / "x.pdf"))

    assert result.exit_code == 1
    assert "No such file or directory" in result.output


def test_verify_knows_its_own_document(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    code, data = issued
    file = tmp_path / "certificate.pdf"
    file.write_bytes(data)

    result = run(environment, "verify", str(file))

    assert result.exit_code == 0
    assert result.output == (
        f"issued here: {format_code(code)}, María José Núñez\nunchanged\nstatus now: valid\n"
    )


@pytest.mark.parametrize("place", [200, -40])
def test_verify_sees_one_changed_byte(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path, place: int
) -> None:
    data = bytearray(issued[1])
    data[place] ^= 1
    file = tmp_path / "certificate.pdf"
    file.write_bytes(bytes(data))

    result = run(environment, "verify", str(file))

    assert result.exit_code == 1
    assert "CHANGED" in result.output
    assert "unchanged" not in result.output


def test_verify_sees_what_was_added_at_the_end(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(issued[1] + b"\n% added")

    assert run(environment, "verify", str(file)).exit_code == 1


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is not a PDF"),
        (b"\x89PNG", "is not a PDF"),
        (b"%PDF-1.7 nothing", "is cut off: its end is missing"),
        (b"%PDF-/Keywords ()%%EOF", "is not a certificate of this program"),
        (b"%PDF-<pdf:Keywords>" + b"0" * 26 + b"</pdf:Keywords>%%EOF", "is not a certificate"),
    ],
)
def test_verify_refuses_what_is_no_certificate(
    environment: dict[str, str], tmp_path: Path, data: bytes, fault: str
) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(data)

    result = run(environment, "verify", str(file))

    assert result.exit_code == 1
    assert f"Error: {file} {fault}" in result.output


def test_verify_says_when_a_code_was_never_issued(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    code, data = issued
    invented = format_code(make_code())
    file = tmp_path / "forged.pdf"
    file.write_bytes(data.replace(format_code(code).encode(), invented.encode()))

    result = run(environment, "verify", str(file))

    assert (result.exit_code, result.output) == (
        1,
        f"Error: there is no certificate {invented} here\n",
    )


def test_a_document_whose_holder_was_erased_is_neither_made_nor_compared(
    environment: dict[str, str], issued: tuple[str, bytes], tmp_path: Path
) -> None:
    app = make_site(Path(environment["SOAR_INSTANCE"]), modules=PACK)
    file, code = tmp_path / "certificate.pdf", make_code()
    with app.app_context(), transaction():
        db.session.add(row(code=code))
    with app.test_request_context():
        file.write_bytes(make_document(db.session.query(Certificate).filter_by(code=code).one()))
    with app.app_context(), transaction():
        db.session.query(Certificate).filter_by(code=code).one().erased_at = utc_now()

    rendered = run(environment, "render", code, "-o", str(tmp_path / "again.pdf"))
    verified = run(environment, "verify", str(file))

    assert rendered.exit_code == verified.exit_code == 1
    assert "the document cannot be made any more" in rendered.output
    assert verified.output == (
        f"issued here: {format_code(code)}, its holder's name was erased\n"
        "the document cannot be compared any more\n"
        "status now: valid\n"
    )


# --- keys ---------------------------------------------------------------------------------------


def test_a_new_badge_key_is_for_its_owner_only_and_works(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "badge.pem"

    result = run(environment, "keys", "new", "-o", str(path))

    assert result.exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"Its public key is {public_name(read_badge_key(str(path)))}\n" in result.output


def test_a_trial_seal_names_its_owner(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"

    result = run(environment, "keys", "trial-seal", "--owner", "Riverside", "-o", str(path))

    assert result.output == f"Wrote {path}. Set SOAR_SEAL_KEY to its path.\n"
    assert read_seal_key(path, None, utc_now()).owner == "CN=Riverside"


@pytest.mark.parametrize("command", [["new"], ["trial-seal", "--owner", "x"]])
def test_a_key_that_is_there_is_left_alone(
    environment: dict[str, str], tmp_path: Path, command: list[str]
) -> None:
    path = tmp_path / "key.pem"
    path.write_text("precious")

    result = run(environment, "keys", *command, "-o", str(path))

    assert (result.exit_code, result.output) == (1, f"Error: {path}: File exists\n")
    assert path.read_text() == "precious"
