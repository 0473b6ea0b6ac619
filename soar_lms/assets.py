"""Style sheet, scripts and fonts: their addresses carry a hash, so browsers keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, url_for


def configure_assets(app: Flask) -> None:
    """Give templates `asset("site.css")`."""
    folder = Path(app.static_folder or "")
    hashes = {
        path.relative_to(folder).as_posix(): _hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=hashes[name])

    app.jinja_env.globals["asset"] = asset


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
