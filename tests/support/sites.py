"""Sites with another configuration than that of `tests.conftest`; on SQLite, migrated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from soar_lms.app import create_app
from soar_lms.config import Config, Mode
from soar_lms.migrations import upgrade
from tests.conftest import SECRET
from tests.support.pack import PACK, make_translations


def make_config(folder: Path, **values: Any) -> Config:
    defaults: dict[str, Any] = {
        "secret_key": SECRET,
        "mode": Mode.TESTING,
        "instance": folder,
        "database_url": f"sqlite:///{folder / 'soar.db'}",
        "log_level": "error",
    }
    return Config(**(defaults | values))


def make_site(folder: Path, **values: Any) -> Flask:
    """Build an application in `folder`, with a database."""
    limiter = Limiter(key_func=get_remote_address)
    with pytest.MonkeyPatch.context() as patch:  # or all sites of this process would share limits
        patch.setattr("soar_lms.app.limiter", limiter)
        app = create_app(make_config(folder, **values))
    app.extensions["limiter of this site"] = limiter  # it is only referred to weakly
    app.testing = True
    with app.app_context():
        upgrade()
    return app


def make_pack_site(folder: Path, modules: Path = PACK, **values: Any) -> Flask:
    """Build an application on the small pack, or a copy of it."""
    return make_site(folder, modules=modules, translations=make_translations(folder), **values)
