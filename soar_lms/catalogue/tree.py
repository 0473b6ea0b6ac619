"""Read `modules/` from disk: which files are there, what is in them. The rules are in checks.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from soar_lms.catalogue.markdown import MarkdownDocument
from soar_lms.catalogue.outline import Outline, make_outline
from soar_lms.catalogue.problems import Mark, Problems
from soar_lms.catalogue.schema import (
    ModuleFile,
    ResourcesFile,
    ResourceSpec,
    SettingsFile,
    SettingSpec,
    TextFile,
)
from soar_lms.catalogue.validation import read_model
from soar_lms.catalogue.values import ID_PATTERN, LANGUAGE_PATTERN
from soar_lms.catalogue.yaml_source import YamlDocument, read_yaml

MODULE_FILE, TEXT_FILE, STAMP_FILE, MEDIA = (
    "module.yaml",
    "text.yaml",
    "translated-from.yaml",
    "media",
)
_LANGUAGE = re.compile(LANGUAGE_PATTERN)
_LESSON_FILE = re.compile(rf"({ID_PATTERN})(?:\.({ID_PATTERN}))?\.md")


class LessonKey(NamedTuple):
    """Which text of a lesson a file holds."""

    language: str
    lesson: str
    variant: str | None
    """A setting, `brief`, or None for a text shared by all."""

    @property
    def file_name(self) -> str:
        return f"{self.lesson}.{self.variant}.md" if self.variant else f"{self.lesson}.md"


class LessonSource(NamedTuple):
    """A lesson's file, read."""

    document: MarkdownDocument
    outline: Outline

    @property
    def file(self) -> str:
        return self.document.file


class TextSource(NamedTuple):
    """A `text.yaml`, read."""

    text: TextFile
    document: YamlDocument


@dataclass
class ModuleTree:
    """A module's folder, read but not checked."""

    folder: Path
    spec: ModuleFile
    document: YamlDocument
    languages: list[str] = field(default_factory=list)
    texts: dict[str, TextSource] = field(default_factory=dict)
    lessons: dict[LessonKey, LessonSource] = field(default_factory=dict)
    media: dict[tuple[str | None, str], Path] = field(default_factory=dict)
    stamps: dict[str, YamlDocument] = field(default_factory=dict)

    def find_media(self, language: str, name: str) -> Path | None:
        return self.media.get((language, name)) or self.media.get((None, name))


@dataclass
class Tree:
    """All of `modules/`, read but not checked."""

    root: Path
    settings: Mapping[str, SettingSpec] | None = None
    """None when the file could not be read: then nothing is said about references to it."""
    settings_document: YamlDocument | None = None
    resources: Mapping[str, ResourceSpec] | None = None
    resources_document: YamlDocument | None = None
    modules: list[ModuleTree] = field(default_factory=list)


def read_tree(root: Path, problems: Problems) -> Tree:
    """Read everything below `root`; each file that cannot be read is a problem."""
    tree = Tree(root)
    if not root.is_dir():
        problems.error(str(root), Mark(), "file", "there is no such folder")
        return tree
    tree.settings_document = _read_required(root / "settings.yaml", problems)
    if tree.settings_document:
        settings = read_model(tree.settings_document, SettingsFile, problems)
        tree.settings = settings.settings if settings else None
    tree.resources_document = _read_required(root / "resources.yaml", problems)
    if tree.resources_document:
        resources = read_model(tree.resources_document, ResourcesFile, problems)
        tree.resources = resources.resources if resources else None
    for folder in _folders(root):
        module = _read_module(folder, problems)
        if module:
            tree.modules.append(module)
    return tree


def _read_required(path: Path, problems: Problems) -> YamlDocument | None:
    if not path.is_file():
        problems.error(str(path), Mark(), "file", "the file is missing")
        return None
    return read_yaml(path, str(path), problems)


def _folders(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "_")):
            yield path


def _read_module(folder: Path, problems: Problems) -> ModuleTree | None:
    document = _read_required(folder / MODULE_FILE, problems)
    if document is None:
        return None
    spec = read_model(document, ModuleFile, problems)
    if spec is None:
        return None
    module = ModuleTree(folder, spec, document)
    for path in _folders(folder):
        if path.name == MEDIA:
            module.media.update({(None, file.name): file for file in _files(path)})
        elif _LANGUAGE.fullmatch(path.name):
            _read_language(module, path, problems)
        else:
            message = f'"{path.name}" is neither a language tag nor {MEDIA}'
            problems.error(str(path), Mark(), "file", message)
    return module


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file())


def _read_language(module: ModuleTree, folder: Path, problems: Problems) -> None:
    language = folder.name
    module.languages.append(language)
    if (folder / MEDIA).is_dir():
        module.media.update({(language, file.name): file for file in _files(folder / MEDIA)})
    document = _read_required(folder / TEXT_FILE, problems)
    text = read_model(document, TextFile, problems) if document else None
    if document and text:
        module.texts[language] = TextSource(text, document)
    for path in _files(folder):
        if path.name == STAMP_FILE:
            stamp = read_yaml(path, str(path), problems)
            if stamp:
                module.stamps[language] = stamp
        elif path.name != TEXT_FILE:
            _read_lesson(module, language, path, problems)


def _read_lesson(module: ModuleTree, language: str, path: Path, problems: Problems) -> None:
    name = _LESSON_FILE.fullmatch(path.name)
    if name is None:
        message = "is no content file: lessons are <lesson>.md or <lesson>.<setting>.md"
        problems.error(str(path), Mark(), "file", message)
        return
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problems.error(str(path), Mark(), "file", f"is not UTF-8 text (byte {error.start})")
        return
    document = MarkdownDocument(str(path), text)
    key = LessonKey(language, name.group(1), name.group(3))
    module.lessons[key] = LessonSource(document, make_outline(document, problems))
