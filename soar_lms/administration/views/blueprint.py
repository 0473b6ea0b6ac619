"""The one blueprint of the administrators' pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("administration", __name__, url_prefix="/<language:language>/administration")
