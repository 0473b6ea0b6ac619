"""Stale translations: what each translated text was made from, by hash.

`content stamp` writes `<language>/translated-from.yaml`: for every lesson file and every key of
`text.yaml` the hashes of the source blocks at that moment. Versions, not times, are compared, so a
checkout or a copy never makes a translation look new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import yaml

from soar_lms.catalogue.problems import Mark, Problems
from soar_lms.catalogue.tree import STAMP_FILE, TEXT_FILE, LessonKey, ModuleTree
from soar_lms.catalogue.yaml_source import dotted

_HEADER = (
    "# Written by `soar-lms content stamp`. Do not edit: it says what each text was made from.\n"
)


def write_stamp(module: ModuleTree, language: str) -> None:
    """Record the source as it is now: the translation into `language` matches it."""
    stamp: dict[str, object] = {
        key.file_name: [_hash(text) for text, _ in module.lessons[key].outline.blocks]
        for key in sorted(module.lessons, key=str)
        if key.language == module.spec.source_language
    }
    stamp[TEXT_FILE] = {path: _hash(words) for path, words in _source_texts(module)}
    body = yaml.safe_dump(stamp, sort_keys=True, default_flow_style=False, width=100)
    (module.folder / language / STAMP_FILE).write_text(_HEADER + body, encoding="utf-8")


def check_stamps(module: ModuleTree, problems: Problems) -> None:
    """Warn of each translated text whose source changed, or that was never stamped."""
    for language in module.languages:
        if language == module.spec.source_language:
            continue
        document = module.stamps.get(language)
        stamp = document.data if document else None
        if not isinstance(stamp, dict):
            path = str(module.folder / language / STAMP_FILE)
            message = "no stamp: run `soar-lms content stamp` when the translation is finished"
            problems.warning(path, Mark(), "stamp", message)
            continue
        _check_lessons(module, language, stamp, problems)
        _check_texts(module, language, stamp, problems)


def _check_lessons(
    module: ModuleTree,
    language: str,
    stamp: Mapping[str, object],
    problems: Problems,
) -> None:
    for key, source in module.lessons.items():
        if key.language != module.spec.source_language:
            continue
        translated = module.lessons.get(LessonKey(language, key.lesson, key.variant))
        known = stamp.get(key.file_name)
        if translated is None:
            continue
        hashes = {str(item) for item in known} if isinstance(known, list) else set()
        for index, (text, mark) in enumerate(source.outline.blocks):
            if _hash(text) not in hashes:
                blocks = translated.outline.blocks
                place = blocks[index][1] if index < len(blocks) else Mark()
                message = f"the source changed after this was translated: {source.file}:{mark.line}"
                problems.warning(translated.file, place, "stale", message)


def _check_texts(
    module: ModuleTree,
    language: str,
    stamp: Mapping[str, object],
    problems: Problems,
) -> None:
    known = stamp.get(TEXT_FILE)
    hashes = known if isinstance(known, dict) else {}
    target = module.texts.get(language)
    if target is None:
        return
    for path, words in _source_texts(module):
        if str(hashes.get(path)) != _hash(words):
            mark = target.document.mark(tuple(path.split(".")))
            message = "the source changed after this was translated"
            problems.warning(target.document.file, mark, path, message)


def _source_texts(module: ModuleTree) -> Iterator[tuple[str, str]]:
    source = module.texts.get(module.spec.source_language)
    if source is not None:
        yield from _leaves(source.document.data, ())


def _leaves(data: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, str(key)))
    else:
        yield dotted(path), str(data)


def _hash(text: str) -> str:
    """Return a letter and eight hex digits: enough to see a change, not meant against an attacker.

    The letter keeps YAML from reading digits as a number.
    """
    return "h" + hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:8]
