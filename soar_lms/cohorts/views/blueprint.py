"""The one blueprint of the trainer's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cohorts", __name__, url_prefix="/<language:language>")
