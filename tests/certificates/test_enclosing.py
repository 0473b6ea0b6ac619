"""The certificate in the e-mail that tells of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from soar_lms.catalogue.model import Module
from soar_lms.certificates.documents import make_document
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.transport import make_transport
from soar_lms.messages.worker import send_due
from tests.factories import NOW, make_certificate, make_person
from tests.messages.smtp_server import MailServer
from tests.messages.test_transport import only, server, with_server
from tests.support.sites import make_site

__all__ = ["server"]


@pytest.fixture
def certificate(context: Flask, module: Module) -> Certificate:
    with transaction():
        person = make_person(language="es", email="maria@example.org")
        return make_certificate(person, module, language="es")


@pytest.fixture
def send(context: Flask, tmp_path: Path, server: MailServer) -> Callable[[], None]:
    transport = make_transport(with_server(tmp_path, server))

    def send_it() -> None:
        assert send_due(transport, NOW) == 1

    return send_it


def row() -> OutboxMessage:
    return db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind == "certificate-issued")
        .execution_options(populate_existing=True)
    ).one()


def test_it_is_the_document_itself_under_a_name_that_says_nothing(
    certificate: Certificate, send: Callable[[], None], server: MailServer
) -> None:
    send()

    mail = only(server)
    (part,) = mail.iter_attachments()
    assert part.get_payload(decode=True) == make_document(certificate)
    assert part.get_content_type() == "application/pdf"
    assert part.get_filename() == f"certificado-2026-11-22-{certificate.code[-6:]}.pdf"
    assert mail["Subject"] == "Su certificado está listo"
    assert "soar" not in str(part.get_filename())


def test_the_outbox_holds_its_name_only(certificate: Certificate) -> None:
    assert (row().attachment_kind, row().attachment_key) == ("certificate", certificate.code)
    assert "También va adjunto a este correo." in row().body


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"revoked_at": NOW, "revoked_reason": "a mistake"}, id="revoked"),
        pytest.param({"person_id": None}, id="erased"),
        pytest.param({"replaced_by_id": 1}, id="replaced"),
    ],
)
def test_what_is_not_so_any_more_is_not_told(
    certificate: Certificate,
    send: Callable[[], None],
    server: MailServer,
    change: dict[str, object],
) -> None:
    with transaction():
        db.session.execute(
            update(Certificate).where(Certificate.id == certificate.id).values(**change)
        )

    send()

    assert (server.mails, row().sent_at, row().body) == ([], None, "")


def test_a_site_may_send_the_link_only(tmp_path: Path) -> None:
    app = make_site(tmp_path, attach_certificates=False)
    with app.app_context():
        module = next(iter(app.extensions["soar_catalogue"].modules.values()))
        with transaction():
            make_certificate(make_person(), module)

        assert row().attachment_kind is None
        assert "attached" not in row().body
