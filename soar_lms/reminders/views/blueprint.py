"""The one blueprint of reminders."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("reminders", __name__, url_prefix="/<language:language>")
