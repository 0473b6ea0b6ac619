"""A small pack of content: five settings, two modules, a right-to-left language."""

from __future__ import annotations

import shutil
from pathlib import Path

PACK = Path(__file__).parent / "pack"


def copy_pack(folder: Path) -> Path:
    """Copy the pack into `folder`, to be broken or extended there."""
    return Path(shutil.copytree(PACK, folder / "modules"))


def change(root: Path, file: str, old: str, new: str) -> None:
    """Replace `old` (it must stand there) in a file of the pack."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
