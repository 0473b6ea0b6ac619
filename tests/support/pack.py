"""A small pack of content: five settings, two modules, a right-to-left language."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
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


def in_brackets(message: str) -> str:
    """Mark a message as a whole: what stands outside of brackets comes from no catalogue."""
    return f"⟦{message}⟧"


_ACCENTS = str.maketrans("aeiounyAEIOUNY", "áéíóúñýÁÉÍÓÚÑÝ")
_NO_WORDS = re.compile(r"(%\(\w+\)[sd]|<[^>]*>|&\w+;)")


def with_accents(message: str) -> str:
    """Mark each word of a message: lines of a document cut it into pieces, and turn them around."""
    parts = _NO_WORDS.split(message)
    parts[::2] = [part.translate(_ACCENTS) for part in parts[::2]]
    return "".join(parts)


def make_translations(folder: Path, mark: Callable[[str], str] = in_brackets) -> Path:
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
                message.string = _marked(message.id, mark)
        with target.open("wb") as file:
            write_po(file, catalogue)
    return folder / "translations"


def _marked(
    message: str | tuple[str, ...] | list[str], mark: Callable[[str], str]
) -> str | tuple[str, ...]:
    """Mark a message, in each of Arabic's six plural forms where it has any."""
    if isinstance(message, str):
        return mark(message)
    return (mark(message[-1]),) * 6
