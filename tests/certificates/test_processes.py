"""Two workers that do the same to a certificate at the same moment: it is done once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.audit.services import Actor
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.revoking import revoke_certificates
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.conftest import SECRET
from tests.factories import make_certificate

START_SECONDS = 60
BEFORE = """
import sys
import time
from pathlib import Path

from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.audit.services import Actor
from soar_lms.certificates.correcting import correct_name
from soar_lms.certificates.revoking import restore_certificates
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction

ready, go, number = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with create_app().app_context():
    holder = db.session.get_one(Person, int(sys.argv[4]))
    ready.touch()
    while not go.exists():
        time.sleep(0.001)
    with transaction():
"""
CORRECT = """
        print(correct_name(
            number, name="Ana N.", quietly=False, reason=None, person=holder, now=utc_now()
        ).code)
"""
RESTORE = """
        print(len(restore_certificates(
            [number], reason="x", actor=Actor(operator="root"), now=utc_now()
        ).done))
"""


def in_two_processes(work: str, url: str, folder: Path, certificate: Certificate) -> list[str]:
    """Run the same in two processes that begin together; return what each of them said."""
    environment = {name: value for name, value in os.environ.items() if name[:5] != "SOAR_"} | {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": SECRET,
        "SOAR_INSTANCE": str(folder),
        "SOAR_DATABASE_URL": url,
        "SOAR_LOG_LEVEL": "error",
    }
    go, ready = folder / "go", [folder / "first", folder / "second"]
    numbers = [str(certificate.id), str(certificate.person_id)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", BEFORE.strip() + work, str(place), str(go), *numbers],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for place in ready
    ]
    end = time.monotonic() + START_SECONDS
    while not all(place.exists() for place in ready) and time.monotonic() < end:
        time.sleep(0.01)
    go.touch()
    return [worker.communicate(timeout=START_SECONDS)[0].strip() for worker in workers]


@pytest.fixture
def certificate(app: Flask, learner: Person, module: Module) -> Certificate:
    with app.app_context(), transaction():
        return make_certificate(learner, module, now=utc_now())


def count_mail(kind: str) -> int:
    return db.session.query(OutboxMessage).filter_by(kind=kind).count()


def test_two_workers_make_one_replacement(
    app: Flask, certificate: Certificate, database_url: str, tmp_path: Path
) -> None:
    codes = in_two_processes(CORRECT, database_url, tmp_path, certificate)

    with app.app_context():
        newer = db.session.scalars(select(Certificate).where(Certificate.name == "Ana N.")).one()
        assert codes == [newer.code] * 2
        assert count_mail("certificate-corrected") == 1


def test_two_workers_restore_once(
    app: Flask, certificate: Certificate, database_url: str, tmp_path: Path
) -> None:
    with app.app_context(), transaction():
        revoke_certificates(
            [certificate.id],
            reason="x",
            revocation="20261122-ABCDEF",
            actor=Actor(operator="root"),
            now=utc_now(),
        )

    counts = in_two_processes(RESTORE, database_url, tmp_path, certificate)

    assert sorted(counts) == ["0", "1"]
    with app.app_context():
        assert count_mail("certificate-restored") == 1
