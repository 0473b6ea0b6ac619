"""Limits against guessing and flooding: on what an outsider could try a million times."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_login import current_user

from soar_lms.config import Mode

# Endpoint -> how often one address may post there. A ward shares one address: the limits are
# generous for people and still slow for machines.
_POSTS = {
    "security.login": "30 per minute; 300 per hour",
    "security.register": "30 per hour",
    "security.forgot_password": "20 per hour",
    "security.send_confirmation": "20 per hour",
    "security.reset_password": "60 per hour",
    "accounts.ask_for_link": "20 per hour",
    "accounts.use_link": "60 per hour",
    "accounts.offer_passkeys": "120 per minute; 1200 per hour",
    "accounts.sign_in_with_passkey": "30 per minute; 300 per hour",
    "accounts.edit_passkeys": "60 per hour",
    "accounts.edit_emails": "20 per hour",
    "account.delete_account": "20 per hour",
    "certificates.check_upload": "20 per minute; 200 per hour",
    "cohorts.join_cohort": "600 per hour",
    "learning.give_follow_up": "60 per hour",
    "learning.stop_follow_up": "60 per hour",
    "cohorts.accept_invitation": "60 per hour",
    "cohorts.edit_trainers": "60 per hour",
    "cohorts.invite_people": "30 per hour",
    "cohorts.import_roster": "60 per hour",
    "cohorts.choose_columns": "60 per hour",
    "cohorts.apply_draft": "60 per hour",
    "cohorts.send_again": "120 per hour",
    "cohorts.export_certificates": "60 per hour",
    "reminders.send_reminders": "60 per hour",
    "reminders.remind_member": "120 per hour",
    # A mail provider has few addresses, and clicks in the name of many readers.
    "reminders.stop_mail": "1200 per hour",
}
_GETS = {
    "accounts.use_link": "120 per minute",
    "certificates.verify_code": "120 per minute",
    "certificates.verify_code_in_language": "120 per minute",
    "certificates.show_badge": "120 per minute",
    "certificates.show_badge_achievement": "120 per minute",
    "certificates.show_badge_issuer": "120 per minute",
    "certificates.show_badge_key": "120 per minute",
    "certificates.show_badge_status": "120 per minute",
    "cohorts.ask_for_code": "120 per minute; 1200 per hour",
    "cohorts.show_join": "120 per minute",
    "learning.give_follow_up": "120 per minute",
    "learning.stop_follow_up": "120 per minute",
    "cohorts.show_invitation": "120 per minute",
    "reminders.stop_mail": "120 per minute",
}
# Endpoint -> how often one account may ask for it, from wherever: addresses are cheap to change.
_OF_AN_ACCOUNT = {
    "cohorts.ask_for_code": "30 per minute; 120 per hour",
    "cohorts.join_cohort": "60 per hour",
    "cohorts.show_join": "30 per minute; 120 per hour",
}


def configure_limits(app: Flask, limiter: Limiter) -> None:
    """Count in Redis where there is one, else in each process."""
    config = app.config["SOAR"]
    app.config.update(
        RATELIMIT_STORAGE_URI=config.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(config.redis_url),
        RATELIMIT_IN_MEMORY_FALLBACK=["600 per minute"] if config.redis_url else None,
        RATELIMIT_HEADERS_ENABLED=True,  # 429 says when to come back
        RATELIMIT_ENABLED=config.mode is not Mode.TESTING,
    )
    limiter.init_app(app)


def limit_views(app: Flask, limiter: Limiter) -> None:
    """Put the limits on the views; they must be registered already."""
    for limits, methods in ((_POSTS, ["POST"]), (_GETS, ["GET", "HEAD"])):
        for endpoint, limit in limits.items():
            limited: Any = limiter.limit(limit, methods=methods)(app.view_functions[endpoint])
            app.view_functions[endpoint] = limited
    for endpoint, limit in _OF_AN_ACCOUNT.items():
        limited = limiter.limit(limit, key_func=_account, exempt_when=_is_nobody)(
            app.view_functions[endpoint]
        )
        app.view_functions[endpoint] = limited


def _account() -> str:
    return f"account {current_user.get_id()}"


def _is_nobody() -> bool:
    return not current_user.is_authenticated
