"""The import of a list in words: what is wrong with it, and what becomes of each row."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.cohorts.roster import LONGEST_NAME
from soar_lms.cohorts.roster_columns import Words
from soar_lms.cohorts.roster_rows import Fault, Outcome, Row
from soar_lms.cohorts.roster_table import MOST_PEOPLE, Trouble
from soar_lms.cohorts.sorting import fold
from soar_lms.i18n import gettext, languages, ngettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.tasks.kinds import Tally

_ALSO_CALLED = {"castellano": "es"}

TROUBLES: Mapping[Trouble, LazyString] = {
    Trouble.EMPTY: _("There is nothing in this list. Choose another file, or paste the list."),
    Trouble.TOO_LONG: _(
        "This list has more than %(most)d people. Make several of it, and send one after the "
        "other.",
        most=MOST_PEOPLE,
    ),
    Trouble.TOO_LARGE: _(
        "This workbook is too large. Copy the columns with names and addresses into a new one, "
        "or paste them."
    ),
    Trouble.OLD_EXCEL: _(
        "This is an Excel file of an old kind, or one with a password. Open it in Excel, save it "
        "as XLSX without a password or as CSV, and choose that file."
    ),
    Trouble.OTHER_PROGRAM: _(
        "We cannot read spreadsheets of this kind. Open it in its program, save it as XLSX or "
        "CSV, and choose that file."
    ),
    Trouble.NOT_A_TABLE: _(
        "This is not a list that we can read. Choose an Excel workbook (XLSX) or a CSV file, or "
        "paste the list."
    ),
    Trouble.UNCLEAR: _(
        "We do not understand which column is what. Write Name, E-mail and Language above the "
        "columns, and choose the file again."
    ),
    Trouble.BROKEN: _(
        "This file is damaged or not complete. Open it, save it again, and choose it once more; "
        "or paste the list."
    ),
}
_FAULTS: Mapping[Fault, LazyString] = {
    Fault.NO_ADDRESS: _("there is no e-mail address"),
    Fault.BAD_ADDRESS: _("this is not an e-mail address"),
    Fault.ACCENT: _(
        "there is an accent or a special letter before the @; e-mail would not arrive there"
    ),
    Fault.SEVERAL: _("there is more than one e-mail address; write one person in each row"),
    Fault.LONG_NAME: _("the name is longer than %(most)d characters", most=LONGEST_NAME),
    Fault.UNREADABLE_NAME: _("the name has characters that we cannot read"),
    Fault.LANGUAGE: _("this site does not have this language; leave it empty, or choose another"),
}
PLANNED: Mapping[Outcome, LazyString] = {
    Outcome.INVITE: _("Will be invited"),
    Outcome.RENAME: _("Invited already, new name"),
    Outcome.KNOWN: _("Invited already"),
    Outcome.MEMBER: _("In the group already"),
    Outcome.REPEAT: _("Repeated"),
    Outcome.FAULT: _("Has an error"),
}
_DONE: Mapping[Outcome, LazyString] = {
    Outcome.INVITE: _("Invited now"),
    Outcome.RENAME: _("Invited before; the name was changed"),
    Outcome.KNOWN: _("Invited before; no second e-mail"),
    Outcome.MEMBER: _("In the group already"),
    Outcome.REPEAT: _("Repeated"),
    Outcome.FAULT: _("Not invited"),
    Outcome.CLOSED: _("Not invited: the group was closed meanwhile"),
}


def list_language_words() -> Words:
    """Return what the languages of the site are called in each of them, folded, with their tags."""
    known = languages()
    words = {fold(name): tag for name, tag in _ALSO_CALLED.items() if tag in known}
    for tag, language in known.items():
        words[fold(tag)] = tag
        for other in known.values():
            words[fold(language.locale.get_language_name(other.locale) or tag)] = tag
    return words


def say_trouble(trouble: Trouble) -> str:
    """Say why a list cannot be read, and what to do."""
    return str(TROUBLES[trouble])


def say_details(row: Row, outcome: Outcome) -> str:
    """Say what there is to say of a row besides its outcome; often nothing."""
    if row.fault is not None:
        return str(gettext("%(cell)s: %(fault)s", cell=row.place, fault=_FAULTS[row.fault]))
    if row.first is not None:
        return str(gettext("the same address stands in row %(number)d", number=row.first))
    if outcome in {Outcome.KNOWN, Outcome.RENAME} and row.language:
        language = languages()[row.language].name_in_text
        return str(gettext("further e-mail is in this language: %(language)s", language=language))
    return ""


def say_done(row: Row, outcome: Outcome) -> str:
    """Say what became of a row, in one sentence, for the file with the result."""
    details = say_details(row, outcome)
    return f"{_DONE[outcome]} ({details})" if details else str(_DONE[outcome])


def say_progress(done: int, total: int) -> str:
    """Say how many rows are done."""
    return str(
        ngettext(
            "%(done)s of %(num)d row is done.",
            "%(done)s of %(num)d rows are done.",
            total,
            done=done,
        )
    )


def say_result(tally: Tally) -> list[str]:
    """Say how many of each outcome there were, and what to do about those with errors."""
    counts = {outcome: tally.get(outcome, 0) for outcome in Outcome}
    said = {
        Outcome.INVITE: ngettext(
            "%(num)d person is invited.", "%(num)d people are invited.", counts[Outcome.INVITE]
        ),
        Outcome.RENAME: ngettext(
            "%(num)d person was invited before and has the name of the list now.",
            "%(num)d people were invited before and have the names of the list now.",
            counts[Outcome.RENAME],
        ),
        Outcome.KNOWN: ngettext(
            "%(num)d person was invited before and got no second e-mail.",
            "%(num)d people were invited before and got no second e-mail.",
            counts[Outcome.KNOWN],
        ),
        Outcome.MEMBER: ngettext(
            "%(num)d person is in the group already.",
            "%(num)d people are in the group already.",
            counts[Outcome.MEMBER],
        ),
        Outcome.REPEAT: ngettext(
            "%(num)d row had an address that stood above it.",
            "%(num)d rows had an address that stood above them.",
            counts[Outcome.REPEAT],
        ),
        Outcome.FAULT: ngettext(
            "%(num)d row has an error: correct it in your list, and import the list again. "
            "Nobody gets a second e-mail.",
            "%(num)d rows have an error: correct them in your list, and import the list again. "
            "Nobody gets a second e-mail.",
            counts[Outcome.FAULT],
        ),
        Outcome.CLOSED: ngettext(
            "%(num)d person was not invited: the group was closed meanwhile.",
            "%(num)d people were not invited: the group was closed meanwhile.",
            counts[Outcome.CLOSED],
        ),
    }
    return [str(words) for outcome, words in said.items() if counts[outcome]]
