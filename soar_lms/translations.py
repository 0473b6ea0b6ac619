"""`soar-lms translations …`: the catalogues of the interface, kept in step with the source.

`update` reads the messages out of the code and templates and writes them into every catalogue, in
one order and without dates, so that a change shows as a change. `check` finds what a translator
has still to do and what would break a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from soar_lms.i18n import CATALOGUE_FILE
from soar_lms.paths import PACKAGE, bundled

SOURCE_LANGUAGE = "en"
_KEYWORDS = DEFAULT_KEYWORDS | {"marked": None, "lazy_gettext": None}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%[sd]")
_TAG = re.compile(r"</?[a-z][^>]*>")


@dataclass(frozen=True, order=True)
class CatalogueProblem:
    """What is wrong with one message of a catalogue."""

    language: str
    message: str
    fault: str

    def __str__(self) -> str:
        return f"{self.language}: {self.fault}: {self.message!r}"


def extract_messages() -> Catalog:
    """Read every message out of the code and the templates of a checkout.

    An installed program has no extraction at hand: its English catalogue has all messages.
    """
    mapping = PACKAGE.parent / "babel.cfg"
    if not mapping.exists():
        return read_catalogue(
            SOURCE_LANGUAGE, bundled("translations") / SOURCE_LANGUAGE / CATALOGUE_FILE
        )
    with mapping.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog()
    for _, _, message, comments, context in extract_from_dir(
        PACKAGE.parent / "soar_lms", methods, options, _KEYWORDS
    ):
        found.add(message, auto_comments=comments, context=context)
    return found


def catalogue_files(folder: Path) -> dict[str, Path]:
    """Return the catalogue of each language below `folder`."""
    return {path.parent.parent.name: path for path in sorted(folder.glob(f"*/{CATALOGUE_FILE}"))}


def read_catalogue(language: str, path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=Locale.parse(language, sep="-"))


def update_catalogue(language: str, path: Path, messages: Catalog) -> None:
    """Write all messages of the source into a catalogue, with the translations it has."""
    known = read_catalogue(language, path) if path.exists() else Catalog()
    fresh = Catalog(locale=Locale.parse(language, sep="-"), fuzzy=False)
    for message in sorted(messages, key=_order):
        if message.id:
            fresh.add(
                message.id,
                _translation(language, known, message),
                auto_comments=message.auto_comments,
                context=message.context,
            )
    fresh.header_comment = (
        f"# The interface in {language}. `soar-lms translations update` keeps it in step."
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=0, omit_header=False)
    _drop_dates(path)


def _order(message: Message) -> str:
    return _ids(message)[0]


def _translation(
    language: str, known: Catalog, message: Message
) -> str | tuple[str, ...] | list[str] | None:
    if language == SOURCE_LANGUAGE:
        return message.id  # the source says it; an older wording must not linger
    found = known.get(message.id, message.context)
    return found.string if found is not None and found.string and any(found.string) else None


def _drop_dates(path: Path) -> None:
    """Keep only the headers that mean something: dates and tools would change with every run."""
    keep = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-Type:", "Content-Transfer")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    end = lines.index("\n")
    head = [line for line in lines[:end] if not line.startswith('"') or line[1:].startswith(keep)]
    path.write_text("".join([*head, *lines[end:]]), encoding="utf-8")


def check_catalogue(language: str, path: Path, messages: Catalog) -> list[CatalogueProblem]:
    """Return what is missing, left over, or would break a page."""
    catalogue = read_catalogue(language, path)
    wanted = {_key(item) for item in messages if item.id}
    return sorted([*_head_faults(language, catalogue), *_faults(language, catalogue, wanted)])


def _head_faults(language: str, catalogue: Catalog) -> Iterator[CatalogueProblem]:
    """Compare the head of a catalogue with its language: it says which plural form is shown."""
    own = Catalog(locale=Locale.parse(language, sep="-"))
    if catalogue.locale_identifier != own.locale_identifier:
        said = str(catalogue.locale_identifier)
        yield CatalogueProblem(language, said, "its head names another language")
    elif catalogue.plural_forms != own.plural_forms:
        forms = catalogue.plural_forms
        yield CatalogueProblem(language, forms, f"its plural forms are not {own.plural_forms!r}")


def _key(message: Message) -> tuple[str, ...]:
    """Return the id of a message in a form that can be compared."""
    return (message.context or "", *_ids(message))


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    given = message.string or ""
    return (given,) if isinstance(given, str) else tuple(item or "" for item in given)


def _faults(
    language: str, catalogue: Catalog, wanted: set[tuple[str, ...]]
) -> Iterator[CatalogueProblem]:
    seen = set()
    for message in catalogue:
        if not message.id:
            continue
        seen.add(_key(message))
        words = _order(message)
        if _key(message) not in wanted:
            yield CatalogueProblem(language, words, "is not in the source any more")
        if message.fuzzy:
            yield CatalogueProblem(language, words, "is marked as fuzzy")
        if language == SOURCE_LANGUAGE and _strings(message) != _ids(message):
            yield CatalogueProblem(language, words, "does not say what the source says")
        for fault in message_faults(message):
            yield CatalogueProblem(language, words, fault)
    for key in wanted - seen:
        yield CatalogueProblem(language, key[1], "is missing")


def message_faults(message: Message) -> Iterator[str]:
    """Compare the translations of one message with its source."""
    ids, strings = _ids(message), _strings(message)
    if not all(strings):
        yield "is not translated"
        return
    for string in strings:
        source = ids[-1]
        if not set(_PLACEHOLDER.findall(string)) <= set(_PLACEHOLDER.findall(source)):
            yield "has a placeholder that the source has not"
        elif len(ids) == 1 and sorted(_found(_PLACEHOLDER, string)) != sorted(
            _found(_PLACEHOLDER, source)
        ):
            yield "does not have the placeholders of the source"
        if sorted(_found(_TAG, string)) != sorted(_found(_TAG, source)):
            yield "does not have the tags of the source"


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match.group() for match in pattern.finditer(text)]


def _known_languages(
    _context: click.Context, _parameter: click.Parameter, languages: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse what is no language: a folder for it would stop the site at its next start."""
    for language in languages:
        try:
            Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            raise click.BadParameter(
                f'"{language}" is no language tag, like es or zh-Hant'
            ) from None
    return languages


@click.group()
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="SOAR_TRANSLATIONS",
    default=lambda: bundled("translations"),
    help="The folder with the languages. [default: the one that came with the program]",
)
@click.pass_context
def translations(context: click.Context, folder: Path) -> None:
    """Keep the catalogues of the interface in step with the source."""
    context.obj = folder


@translations.command()
@click.argument("languages", nargs=-1, callback=_known_languages)
@click.pass_obj
def update(folder: Path, languages: tuple[str, ...]) -> None:
    """Write new messages into every catalogue; with LANGUAGES, begin those too."""
    messages = extract_messages()
    for language in sorted({*catalogue_files(folder), *languages}):
        update_catalogue(language, folder / language / CATALOGUE_FILE, messages)
        click.echo(f"{language}: {len(messages)} messages")


@translations.command()
@click.pass_obj
def check(folder: Path) -> None:
    """Print every fault of every catalogue; exit 1 if there is one."""
    messages = extract_messages()
    problems = [
        problem
        for language, path in catalogue_files(folder).items()
        for problem in check_catalogue(language, path, messages)
    ]
    for problem in problems:
        click.echo(str(problem))
    if problems:
        raise click.exceptions.Exit(1)
