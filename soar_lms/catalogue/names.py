"""Names of settings and help lines in a language of the site that content does not have yet.

The site speaks a language as soon as its catalogue is there. A help line without a name would be
no help, so the words of another language stand in, and the doctor says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from soar_lms.catalogue.model import Catalogue
from soar_lms.catalogue.schema import ResourceSpec, SettingSpec

Words = Mapping[str, str]


def fill_names(catalogue: Catalogue, languages: Iterable[str], stand_in: str) -> Catalogue:
    """Return a catalogue whose settings and help lines have words in all languages of the site."""
    tags = tuple(languages)

    def fill(words: Words) -> Words:
        other = words.get(stand_in) or next(iter(words.values()))
        return {**dict.fromkeys(tags, other), **words}

    def fill_setting(item: SettingSpec) -> SettingSpec:
        return item.model_copy(update={"name": fill(item.name), "for_": fill(item.for_)})

    def fill_resource(item: ResourceSpec) -> ResourceSpec:
        contacts = tuple(
            contact.model_copy(update={"note": fill(contact.note)}) if contact.note else contact
            for contact in item.contacts
        )
        words = {"name": fill(item.name), "about": fill(item.about), "contacts": contacts}
        return item.model_copy(update=words)

    return replace(
        catalogue,
        settings={name: fill_setting(item) for name, item in catalogue.settings.items()},
        resources={name: fill_resource(item) for name, item in catalogue.resources.items()},
    )


def find_unnamed(catalogue: Catalogue, language: str) -> Iterator[str]:
    """Give what has no words of its own in a language, as a place in its file."""
    for name, setting in catalogue.settings.items():
        if language not in setting.name or language not in setting.for_:
            yield f"settings.{name}"
    for name, resource in catalogue.resources.items():
        notes = [contact.note for contact in resource.contacts if contact.note]
        if any(language not in words for words in (resource.name, resource.about, *notes)):
            yield f"resources.{name}"
