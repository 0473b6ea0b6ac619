"""A small pack of content: five settings, two modules, a right-to-left language."""

from __future__ import annotations

import shutil
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po, write_po

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


_HEAD = ('"Language:', '"Plural-Forms:')
"""What a catalogue says of its language: another one says its own."""


def make_translations(folder: Path) -> Path:
    """Write catalogues of the pack's languages: English, and Arabic with marked messages."""
    for tag in ("en", "ar"):
        source = Path("translations/en/LC_MESSAGES/messages.po")
        target = folder / "translations" / tag / "LC_MESSAGES" / "messages.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open(encoding="utf-8") as file:
            words = [line for line in file if not line.startswith(_HEAD)]
        catalogue = read_po(words, locale=Locale.parse(tag))
        for message in catalogue:
            if message.id and tag == "ar":
                message.string = _marked(message.id)
        with target.open("wb") as file:
            write_po(file, catalogue)
    return folder / "translations"


def _marked(message: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    """Put a message into brackets, in each of Arabic's six plural forms where it has any."""
    if isinstance(message, str):
        return f"⟦{message}⟧"
    return tuple(f"⟦{message[-1]}⟧" for _ in range(6))
