"""Instances of extensions; `app.py` connects them."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from soar_lms.database import db

__all__ = ["db", "limiter"]

limiter = Limiter(key_func=get_remote_address)
