"""The blueprint of all pages around an account; each file adds its own."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, url_prefix="/<language:language>")
