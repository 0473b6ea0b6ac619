"""The one blueprint of certificates."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)
