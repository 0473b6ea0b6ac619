"""The files of tasks: below one folder, under random names, served by no one but a view."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app


def files_folder() -> Path:
    """Return the folder of all files; web and worker processes share it."""
    folder: Path = current_app.config["SOAR"].files_folder
    return folder


def open_folder(name: str) -> Path:
    """Return the folder of a task; made when it is not there, and readable by nobody else."""
    folder = files_folder() / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def remove_folder(name: str) -> None:
    """Take the files of a task away."""
    shutil.rmtree(files_folder() / name, ignore_errors=True)


def keep_only(folder: Path, name: str) -> None:
    """Take away what was only needed on the way to the file `name`."""
    for path in folder.iterdir():
        if path.name != name:
            path.unlink(missing_ok=True)


def list_left_over(known: Collection[str], before: datetime) -> Iterator[str]:
    """Yield the folders that belong to no task and were last changed before a moment."""
    root = files_folder()
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if path.is_dir() and path.name not in known and changed < before:
            yield path.name
