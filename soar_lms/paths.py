"""Where the things that travel with the program lie: beside it in a checkout, in it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """Return the folder `modules`, `translations` or `migrations` that came with the program."""
    beside = PACKAGE.parent / name
    return beside if beside.is_dir() else PACKAGE / "bundled" / name
