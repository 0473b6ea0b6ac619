"""The outbox: written with the fact it tells of, in its reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import TemplateNotFound
from sqlalchemy import select

from soar_lms import messages
from soar_lms.database import db, transaction
from soar_lms.i18n import current_language, speaking
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.services import post_message, public_url
from tests.factories import NOW, make_person
from tests.support.quick import parsed
from tests.support.sites import make_pack_site, make_site

ADDRESS = "http://127.0.0.1:8000/en/certificates/ABC"


def write(language: str = "en", **changes: str) -> OutboxMessage:
    values = {"recipient": "ana@example.org", "name": "Ana", "address": ADDRESS} | changes
    return post_message("certificate-issued", language=language, now=NOW, **values)


def kept() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage)))


def test_a_message_is_kept_with_the_transaction(context: Flask) -> None:
    with transaction():
        write()

    (message,) = kept()
    assert (message.kind, message.recipient) == ("certificate-issued", "ana@example.org")
    assert (message.created_at, message.due_at, message.tries) == (NOW, NOW, 0)
    assert message.sent_at is None


def test_a_message_goes_with_the_transaction_that_is_rolled_back(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        write_and_fail()

    assert kept() == []


def write_and_fail() -> None:
    write()
    db.session.flush()
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("language", "greeting", "subject"),
    [
        ("en", "Hello Ana,", "Your certificate is ready"),
        ("es", "Hola, Ana:", "Su certificado está listo"),
    ],
)
def test_a_message_is_in_its_readers_language_from_subject_to_end(
    context: Flask, language: str, greeting: str, subject: str
) -> None:
    with context.test_request_context("/en/"):  # a page in English is open meanwhile
        message = write(language)

    assert message.subject == subject
    assert message.body.startswith(greeting)
    assert "Subject:" not in message.body
    assert ADDRESS in message.body


def test_a_language_that_is_not_spoken_any_more_becomes_the_sites(context: Flask) -> None:
    message = write("xx")

    assert message.language == "en"
    assert message.body.startswith("Hello Ana,")


def test_after_a_message_the_page_speaks_its_own_language_again(context: Flask) -> None:
    with context.test_request_context("/en/"):
        write("es")

        assert current_language().tag == "en"


def test_speaking_ends_with_an_error_too(context: Flask) -> None:
    with context.test_request_context("/es/"):
        with pytest.raises(ZeroDivisionError), speaking("en"):
            raise ZeroDivisionError

        assert current_language().tag == "es"


def test_markup_in_a_name_stays_as_it_is_in_plain_text(context: Flask) -> None:
    message = write(name="O’Neill & <Söhne>")

    assert message.body.startswith("Hello O’Neill & <Söhne>,")


def test_a_subject_says_nothing_about_the_subject_of_the_training(
    context: Flask, tmp_path: Path
) -> None:
    """Subjects show on locked screens."""
    folder = Path("soar_lms/templates/mail")
    for language in ("en", "es"):
        for file in sorted(folder.glob("*.txt")):
            with speaking(language):
                message = post_message(
                    file.stem,
                    recipient="a@example.org",
                    language=language,
                    now=NOW,
                    name="Ana",
                    completed_on=NOW.date(),
                    closes_on=NOW.date(),
                    first_day=NOW.date(),
                    last_day=NOW.date(),
                )
            said = message.subject.casefold()
            assert said
            assert not [
                word for word in ("traffick", "trata", "soar", "ana") if word in said.split()
            ]
    db.session.rollback()


def test_a_kind_without_a_template_is_an_error(context: Flask) -> None:
    with pytest.raises(TemplateNotFound):
        post_message("nonsense", recipient="a@example.org", language="en", now=NOW)


# --- addresses ----------------------------------------------------------------------------------


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Flask]:
    app = make_pack_site(tmp_path, base_url="https://training.example.org")
    with app.app_context():
        yield app


def test_addresses_are_built_from_the_configured_base(public: Flask) -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    with public.test_request_context("/ar/", headers=hostile):
        found = [
            public_url("certificates.verify_code", code="ABC"),
            public_url("certificates.show_certificate", code="ABC", language="en"),
            public_url("security.login"),
        ]

    assert found == [
        "https://training.example.org/verify/ABC",
        "https://training.example.org/en/certificates/ABC",
        "https://training.example.org/ar/sign-in",
    ]


def test_a_mail_asked_for_under_a_hostile_host_leads_to_this_site(tmp_path: Path) -> None:
    app = make_site(tmp_path, base_url="http://training.example.org")
    with app.app_context(), transaction():
        make_person(email="ana@example.org")
    client = app.test_client()
    hostile = {
        "base_url": "http://evil.example",
        "headers": {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    }
    page = parsed(client.get("/en/new-password", **hostile))
    form = {"csrf_token": page.select("[name=csrf_token]")[0]["value"], "email": "ana@example.org"}

    client.post("/en/new-password", data=form, **hostile)

    with app.app_context():
        (message,) = kept()
    assert "http://training.example.org/en/new-password/" in message.body
    assert "evil" not in message.body


@pytest.mark.parametrize("language", ["en", "es"])
def test_paragraphs_of_an_e_mail_have_one_empty_line_between_them(
    context: Flask, language: str
) -> None:
    """Jinja takes the end of a line away after a tag, unless the tag says otherwise."""
    with transaction():
        body = write(language).body

    paragraphs = body.strip().split("\n\n")
    assert len(paragraphs) >= 4
    assert not [text for text in paragraphs if "\n" in text.strip() or not text.strip()]


MAIL = Path(messages.__file__).parents[1] / "templates" / "mail"


@pytest.mark.parametrize("template", sorted(MAIL.glob("*.txt")), ids=lambda path: path.stem)
def test_no_template_of_an_e_mail_joins_its_paragraphs(template: Path) -> None:
    assert "endtrans %}\n" not in template.read_text(encoding="utf-8")
