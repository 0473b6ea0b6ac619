"""Flask-Security, set up: which of its doors are open, in our words, on our pages.

It brings signing up, confirming an address, signing in and out, and new passwords. Two things are
ours: the pages, and that opening a link from an e-mail changes nothing (mail scanners open links
too), so confirming an address is a button on a page. Its own commits are the one exception to
`database.transaction()`; see docs/decisions/0003-flask-security.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    g,
    redirect,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_login import user_logged_in, user_logged_out
from flask_principal import Principal
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.mail_util import MailUtil
from flask_security.signals import user_authenticated
from flask_security.utils import set_request_attr
from sqlalchemy import Row, and_, bindparam, null, select
from sqlalchemy.exc import IntegrityError
from wtforms import Form as AnyForm

from soar_lms.access import Access, declare_access
from soar_lms.accounts import forms, sign_ins
from soar_lms.accounts.current import Here, current_device, current_sign_in
from soar_lms.accounts.emails import begin_emails
from soar_lms.accounts.links import drop_links
from soar_lms.accounts.models import Person, Reader, SignIn
from soar_lms.accounts.passkeys import can_have_passkeys
from soar_lms.accounts.passwords import PasswordRules
from soar_lms.accounts.services import find_person
from soar_lms.accounts.views.profile import confirm_email
from soar_lms.clock import utc_now
from soar_lms.config import Config
from soar_lms.database import db, read
from soar_lms.i18n import get_domain
from soar_lms.i18n import marked as _
from soar_lms.messages.bounces import forget_bounces
from soar_lms.messages.services import post_message, public_url
from soar_lms.sessions import LEFT, TIMED

CONFIRM_WITHIN = timedelta(days=3)
RESET_WITHIN = timedelta(hours=24)

# Argon2id with 19 MiB, two passes, one lane: the least that the OWASP Password Storage Cheat Sheet
# recommends (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
_ARGON2 = {"argon2__memory_cost": 19_456, "argon2__time_cost": 2, "argon2__parallelism": 1}

_MESSAGES = {
    "ALREADY_CONFIRMED": _("This address is confirmed already. You can sign in."),
    "CONFIRMATION_EXPIRED": _("That link has expired. Ask for a new one here."),
    "CONFIRMATION_REQUEST": _("If this address is not confirmed yet, a new link is on its way."),
    "CONFIRMATION_REQUIRED": _(
        "Please confirm your e-mail address first. We sent you a link when you signed up."
    ),
    "CONFIRM_REGISTRATION": _("Almost done. Please check your inbox."),
    "DISABLED_ACCOUNT": _("This account is closed. Please ask the people who run this site."),
    "EMAIL_CONFIRMED": _("Thank you. Your e-mail address is confirmed. You can sign in now."),
    "EMAIL_NOT_PROVIDED": _("Enter your e-mail address."),
    "GENERIC_AUTHN_FAILED": _(
        "This e-mail address and password do not match. Check both, or choose a new password."
    ),
    "GENERIC_RECOVERY": _("If this address has an account, a link is on its way."),
    "INVALID_CONFIRMATION_TOKEN": _(
        "That link is incomplete or has expired. Ask for a new one here."
    ),
    "INVALID_EMAIL_ADDRESS": _("Enter an e-mail address like name@example.org."),
    "INVALID_PASSWORD": _("That password is not right. Type it again."),
    "INVALID_REDIRECT": _("That address leads to another site, so we did not follow it."),
    "INVALID_RESET_PASSWORD_TOKEN": _(
        "That link is incomplete or has expired. Ask for a new one here."
    ),
    "LOGIN": _("Please sign in to see this page."),
    "PASSWORD_CHANGE": _("Your password has been changed."),
    "PASSWORD_IS_THE_SAME": _("Choose a password that is not the same as before."),
    "PASSWORD_NOT_PROVIDED": _("Enter a password."),
    "PASSWORD_RESET": _("Your password has been changed, and you are signed in."),
    "PASSWORD_RESET_EXPIRED": _("That link has expired. Ask for a new one here."),
    "PASSWORD_RESET_NO_LOGIN": _("Your password has been changed. Please sign in with it."),
    "PASSWORD_RESET_REQUEST": _("If this address has an account, a link is on its way."),
    "UNAUTHENTICATED": _("Please sign in to see this page."),
    "USER_DOES_NOT_EXIST": _("We do not know this address."),
}

_LEVELS = {
    "login": Access.PUBLIC,
    "logout": Access.PUBLIC,
    "register": Access.PUBLIC,
    "forgot_password": Access.PUBLIC,
    "reset_password": Access.PUBLIC,
    "send_confirmation": Access.PUBLIC,
    "change_password": Access.LEARNER,
}


class _People(SQLAlchemyUserDatastore):
    def _prepare_create_user_args(self, **kwargs: Any) -> dict[str, Any]:
        values = dict(super()._prepare_create_user_args(**kwargs))  # type: ignore[no-untyped-call]
        values.pop("roles", None)  # our people have one role, and it is not given here
        return values | {"created_at": utc_now()}

    def create_user(self, **kwargs: Any) -> Person:
        """Add somebody; when another request has just done so, ask for the same page again.

        Then the form sees the account and answers as it answers everybody (307 repeats a POST).
        """
        person = cast(Person, super().create_user(**kwargs))
        try:
            begin_emails(person)
            db.session.flush()
        except IntegrityError:
            db.session.rollback()
            abort(redirect(request.full_path, code=307))
        return person

    def set_uniquifier(self, user: Any, uniquifier: str | None = None) -> None:
        """End every session of somebody and every way to one, as a new password does."""
        super().set_uniquifier(user, uniquifier)
        sign_ins.end_all([user.id])
        drop_links([user.id])

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:
        """Find a person; by an address: by any that is theirs, which is remembered for mail."""
        if "email" not in kwargs:
            return cast(Person | None, super().find_user(case_insensitive, **kwargs))
        person = find_person(kwargs["email"])
        g.address_typed = (person.id, kwargs["email"]) if person else None
        return person


class _Mail(MailUtil):
    """Writes to the outbox, in the reader's language, with addresses of our own making."""

    def normalize(self, email: str) -> str:
        return super().normalize(email).lower()

    def validate(self, email: str) -> str:
        return self.normalize(email)

    def send_mail(self, template: str, *_args: Any, **context: Any) -> None:
        person: Person = context["user"]
        kind = template.rsplit("/", 1)[-1].replace("_", "-")
        links = {
            "confirm_address": ("security.confirm_email", context.get("confirmation_token")),
            "reset_address": ("security.reset_password", context.get("reset_token")),
        }
        addresses = {
            name: public_url(endpoint, token=token, language=person.language)
            for name, (endpoint, token) in links.items()
            if token
        }
        post_message(
            kind,
            recipient=_recipient(person),
            language=person.language,
            now=utc_now(),
            name=person.name,
            sign_in_address=public_url("security.login", language=person.language),
            new_password_address=public_url("security.forgot_password", language=person.language),
            **addresses,
        )
        after_this_request(_commit)


def _recipient(person: Person) -> str:
    """Return the address that was typed in: whoever left a job cannot open the old one."""
    owner_id, address = g.get("address_typed") or (None, "")
    return address if owner_id == person.id else person.email


def _commit(response: Any) -> Any:
    """Keep the e-mail: not every view of Flask-Security commits what it wrote."""
    db.session.flush()
    _people.commit()  # type: ignore[no-untyped-call]
    return response


_people = _People(db, Person, None)  # type: ignore[arg-type]  # no roles of its own


def configure_security(app: Flask, config: Config) -> None:
    """Connect Flask-Security with our people, forms, words and mail."""
    app.config.update({f"SECURITY_{name}": value for name, value in _settings(config).items()})
    app.config.update(
        {f"SECURITY_MSG_{name}": (words, "info") for name, words in _MESSAGES.items()}
    )
    security = Security(
        app,
        _people,
        login_form=forms.SignInForm,
        logout_form=forms.SignOutForm,
        register_form=forms.SignUpForm,
        send_confirmation_form=forms.SendConfirmationForm,
        forgot_password_form=forms.ForgotPasswordForm,
        reset_password_form=forms.ResetPasswordForm,
        change_password_form=forms.ChangePasswordForm,
        mail_util_cls=_Mail,
        password_util_cls=PasswordRules,
        render_template=_render,  # type: ignore[arg-type]  # what a view may return
    )
    security.i18n_domain = get_domain(app)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.login_manager.user_loader(_load_person)  # type: ignore[attr-defined]
    app.before_request_funcs.setdefault("security", []).append(_refuse_nonsense)
    app.after_request(_note_use)
    user_authenticated.connect(_note_sign_in, app)
    user_logged_out.connect(_note_sign_out, app)
    app.jinja_env.globals["can_have_passkeys"] = can_have_passkeys
    _leave_out_principal(app)
    user_logged_in.connect(_note_seen, app)
    app.view_functions["security.confirm_email"] = confirm_email
    for name, level in _LEVELS.items():
        declare_access(app, f"security.{name}", level)


_NAMED = Person.fs_uniquifier == bindparam("uniquifier")
_HERE = and_(
    SignIn.person_id == Person.id,
    SignIn.key == bindparam("key"),
    SignIn.began_at > bindparam("since"),
)
_people_table, _sign_ins_table = Person.__table__, SignIn.__table__
_READER_NAMED = _people_table.c.fs_uniquifier == bindparam("uniquifier")
# Of tables, not of classes: each page asks this, and a plain statement costs less to look up.
_READER_HERE = select(_sign_ins_table.c.id, _sign_ins_table.c.used_at, *Reader.columns()).where(
    _READER_NAMED,
    _sign_ins_table.c.person_id == _people_table.c.id,
    _sign_ins_table.c.key == bindparam("key"),
    _sign_ins_table.c.began_at > bindparam("since"),
)
_READER = select(null(), null(), *Reader.columns()).where(_READER_NAMED)
_PERSON_HERE = select(SignIn.id, SignIn.used_at, Person).join(SignIn, _HERE).where(_NAMED)
_PERSON = select(null(), null(), Person).where(_NAMED)


def _load_person(identity: str) -> Person | Reader | None:
    """Return whoever a session names: plain values, or the record where Flask-Security wants it.

    Nobody while the database is away: the page that says so is for everybody.
    """
    if g.get("database_is_away", False):
        return None
    found = _find_signed_in(identity, utc_now())
    if found is None:
        return None
    number, used_at, *values = tuple(found)
    person: Person | Reader = values[0] if len(values) == 1 else Reader(*values)
    if not person.active:
        return None
    g.sign_in = None if number is None else Here(number, used_at)
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return person


def _find_signed_in(identity: str, now: datetime) -> Row[Any] | None:
    """Return the sign-in that a cookie names, and who it is; a cookie of before names no sign-in.

    One query either way: every page begins with it.
    """
    uniquifier, _, key = identity.partition(".")
    values: dict[str, Any] = {"uniquifier": uniquifier}
    if key:
        values |= {"key": key, "since": now - sign_ins.LASTS}
    if request.blueprint == "security":
        return db.session.execute(_PERSON_HERE if key else _PERSON, values).first()
    return read(_READER_HERE if key else _READER, values).first()


def _note_sign_in(_app: Flask, user: Person, **_others: object) -> None:
    """Give a browser in which somebody signs in its row; its cookies name both from now on."""
    _, _, before = str(session.pop(LEFT, "")).partition(".")
    if before:
        sign_ins.end_key(before)
    row = sign_ins.begin_sign_in(user, current_device(), utc_now())
    session["_user_id"] = sign_ins.identity(user, row.key)
    session[TIMED] = session.get("_remember") != "set"  # Flask-Login's word for a lasting cookie


def _note_sign_out(_app: Flask, user: Person | Reader, **_others: object) -> None:
    session.pop(TIMED, None)
    here = current_sign_in()
    if here is not None:
        sign_ins.end_sign_in(user.id, here.number)
    if request.form.get("forget"):
        after_this_request(_empty_browser)


def _empty_browser(response: Response) -> Response:
    """Have the browser delete what was written on this device (W3C: Clear Site Data).

    Pages are not among it: those of people are never kept (`headers.py`), and to empty the cache
    can keep somebody in a hurry waiting.
    """
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _note_use(response: Response) -> Response:
    """Note, with something else that was kept, that this device is in use."""
    here = current_sign_in()
    if here and g.get("csrf_checked", False) and response.status_code < 400:
        sign_ins.note_use(here.number, here.used_at, utc_now())
    return response


def _settings(config: Config) -> dict[str, Any]:
    return {
        "URL_PREFIX": "/<language:language>",
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "REGISTER_URL": "/sign-up",
        "RESET_URL": "/new-password",
        "CHANGE_URL": "/profile/password",
        "CONFIRM_URL": "/confirm",
        "POST_LOGIN_VIEW": "learning.show_home",
        "POST_LOGOUT_VIEW": "learning.show_catalogue",
        "POST_REGISTER_VIEW": "accounts.show_check_mail",
        "POST_CHANGE_VIEW": "accounts.edit_profile",
        "POST_RESET_VIEW": "security.login",
        "STATIC_FOLDER": None,
        "REGISTERABLE": True,
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "LOGOUT_CSRF": True,
        "RETURN_GENERIC_RESPONSES": True,
        "FRESHNESS": timedelta(seconds=-1),
        "PASSWORD_CONFIRM_REQUIRED": False,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": True,
        "PASSWORD_HASH_PASSLIB_OPTIONS": _ARGON2,
        "PASSWORD_SALT": config.secret_key,
        "HASHING_SCHEMES": ["hex_sha256"],  # of an address inside a signed token: no secret
        "DEPRECATED_HASHING_SCHEMES": [],
        "CONFIRM_EMAIL_WITHIN": CONFIRM_WITHIN,
        "RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": _identity, "case_insensitive": False}}],
        "DATETIME_FACTORY": utc_now,
        "EMAIL_PLAINTEXT": False,  # composed by `_Mail`, in the reader's language
        "EMAIL_HTML": False,
        "JOIN_USER_ROLES": False,
        "CACHE_CONTROL": {},
    }


def _note_seen(_app: Flask, user: Person, **_others: Any) -> None:
    """Try the address of somebody again who has come back; the next e-mail tells if it works."""
    forget_bounces([user.email])


def _leave_out_principal(app: Flask) -> None:
    """Take Flask-Principal's hook away: `soar_lms.access` asks for no needs and identities."""
    hooks = app.before_request_funcs[None]
    hooks[:] = [
        hook for hook in hooks if not isinstance(getattr(hook, "__self__", None), Principal)
    ]


def _identity(identity: str) -> str:
    return identity.lower()


def _render(template: str, **context: Any) -> ResponseReturnValue:
    """Render one of our pages; a form with errors is answered with 422."""
    found = [value for value in context.values() if isinstance(value, AnyForm)]
    form = found[0] if found else None
    page = render_template(template, form=form, **context)
    has_errors = form is not None and request.method == "POST" and bool(form.errors)
    return (page, 422) if has_errors else page


def _refuse_nonsense() -> None:
    """Refuse what Flask-Security takes or stumbles on: JSON, and a `next` that is no address."""
    if request.is_json or not all(map(_is_address, request.values.getlist("next"))):
        abort(400)


def _is_address(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:  # such as "http://["
        return False
    return True
