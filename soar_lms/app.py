"""The application: a list of short steps."""

from __future__ import annotations

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from soar_lms import pages
from soar_lms.access import guard
from soar_lms.accounts.farewells import configure_farewells
from soar_lms.accounts.security import configure_security
from soar_lms.accounts.sign_ins import LASTS
from soar_lms.accounts.turning import configure_turning
from soar_lms.accounts.views import blueprint as accounts
from soar_lms.administration.views import account
from soar_lms.administration.views import blueprint as administration
from soar_lms.assets import configure_assets
from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.model import Catalogue
from soar_lms.certificates.claims import list_withheld
from soar_lms.certificates.designs import DesignMissingError, newest_design
from soar_lms.certificates.views import blueprint as certificates
from soar_lms.cohorts.views import blueprint as cohorts
from soar_lms.config import Config, ConfigError, Mode, read_config
from soar_lms.content import catalogue, configure_content, labels_in
from soar_lms.database import ENGINE_OPTIONS, close_plain_connection, configure_engine, db
from soar_lms.errors import configure_errors
from soar_lms.extensions import limiter
from soar_lms.headers import configure_headers
from soar_lms.i18n import configure_i18n
from soar_lms.learning.views import blueprint as learning
from soar_lms.limits import configure_limits, limit_views
from soar_lms.logs import configure_logs
from soar_lms.messages import views as messages
from soar_lms.operations import configure_operations
from soar_lms.programme import views as programme
from soar_lms.reminders.views import blueprint as reminders
from soar_lms.sessions import SessionInterface
from soar_lms.styleguide import views as styleguide
from soar_lms.tasks import views as tasks
from soar_lms.templating import configure_templates

log = structlog.get_logger(__name__)

MAX_REQUEST_BYTES = 1_000_000


def create_app(config: Config | None = None) -> Flask:
    """Build the application.

    :raises ConfigError: when the environment does not make a configuration.
    :raises ContentError: when the modules have errors.
    """
    config = config or read_config()
    app = Flask(__name__)
    configure_flask(app, config)
    configure_logs(config.log_level)
    configure_i18n(app, config)
    configure_content(app, load_catalogue(config.modules, labels_in(app)))
    with app.app_context():
        warn_of_withheld_credit(config, catalogue())
    configure_designs(app, config)
    configure_database(app, config)
    configure_assets(app)
    configure_templates(app, config)
    configure_security(app, config)
    configure_farewells(app)
    configure_turning(app)
    configure_limits(app, limiter)
    app.before_request(guard)
    configure_errors(app)
    configure_headers(app, secure=config.is_secure)
    configure_operations(app, config)
    for blueprint in (
        pages.blueprint,
        accounts,
        tasks.blueprint,
        learning,
        certificates,
        cohorts,
        programme.blueprint,
        reminders,
        administration,
        account.blueprint,
        messages.blueprint,
    ):
        app.register_blueprint(blueprint)
    if config.mode is not Mode.PRODUCTION:
        app.register_blueprint(styleguide.blueprint)
    limit_views(app, limiter)
    return app


class StoredInteger(IntegerConverter):
    """A number in an address that a database can hold; a greater one leads nowhere."""

    def __init__(self, map: Map) -> None:  # Werkzeug's name
        super().__init__(map, max=2**31 - 1)


def configure_flask(app: Flask, config: Config) -> None:
    """Set what Flask itself needs to know."""
    app.config.update(
        SOAR=config,
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_PARTS=200,
        PREFERRED_URL_SCHEME="https" if config.is_secure else "http",
        SERVER_NAME=None,
        SESSION_COOKIE_NAME="soar",
        SESSION_COOKIE_SECURE=config.is_secure,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_PROTECTION=None,  # phones change networks; the cookie is signed and short-lived
        REMEMBER_COOKIE_NAME="soar-remember",
        REMEMBER_COOKIE_DURATION=LASTS,
        REMEMBER_COOKIE_SECURE=config.is_secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page left open over lunch still works
    )
    app.url_map.converters["int"] = StoredInteger
    app.session_interface = SessionInterface()
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if config.proxies:
        count = config.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def warn_of_withheld_credit(config: Config, catalogue: Catalogue) -> None:
    """Tell the people who run the site that nobody can claim some of the credit it offers."""
    offers = list_withheld(catalogue)
    if offers and not config.credit_key:
        log.warning("credit_withheld", offers=offers, remedy="set SOAR_CREDIT_KEY")


def configure_designs(app: Flask, config: Config) -> None:
    """Read what certificates look like; whatever asks for a design must find it."""
    wanted = {"SOAR_DESIGN": config.design}
    with app.app_context():
        for module in catalogue().modules.values():
            if module.spec.certificate.design:
                wanted[f"module {module.id}"] = module.spec.certificate.design
    faults = []
    for who, design_id in wanted.items():
        try:
            newest_design(config.designs, design_id)
        except DesignMissingError as error:
            faults.append(f"{who}: {error}")
    if faults:
        raise ConfigError(faults)


def configure_database(app: Flask, config: Config) -> None:
    """Connect the database; SQLite is opened the safe way."""
    app.config.update(
        SQLALCHEMY_DATABASE_URI=config.database_url, SQLALCHEMY_ENGINE_OPTIONS=ENGINE_OPTIONS
    )
    db.init_app(app)
    app.teardown_appcontext(close_plain_connection)
    with app.app_context():
        configure_engine(db.engine, config.sqlite_synchronous)
