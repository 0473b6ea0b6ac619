"""gunicorn, started from Python: the application is built once and shared by its workers."""

from __future__ import annotations

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from soar_lms.database import db


class _Server(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def serve(app: Flask, *, host: str, port: int, workers: int) -> None:
    """Serve until stopped. Sync workers: with keep-alive, threads were seen to starve others."""

    def forget_connections(_server: object, _worker: object) -> None:
        with app.app_context():
            db.engine.dispose(close=False)

    # What was built so far lives for ever: the collector need not look at it again, and the workers
    # share its memory longer.
    gc.collect()
    gc.freeze()
    _Server(
        app,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "preload_app": True,
            "post_fork": forget_connections,
            "loglevel": "warning",
            "timeout": 60,
        },
    ).run()
