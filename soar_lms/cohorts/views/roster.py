"""Importing a list of people: sending it, looking at what will happen, having it done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.accounts.emails import read_address
from soar_lms.certificates.documents import plain_name
from soar_lms.clock import utc_now
from soar_lms.cohorts import roster_drafts, services
from soar_lms.cohorts.models import Cohort, CohortState, RosterDraft
from soar_lms.cohorts.roster_columns import (
    Columns,
    guess_columns,
    letter,
    list_about_clients,
    list_unused,
)
from soar_lms.cohorts.roster_files import read_file
from soar_lms.cohorts.roster_form import ChooseColumnsForm, ImportRosterForm
from soar_lms.cohorts.roster_import import ask_for_import
from soar_lms.cohorts.roster_rows import Outcome, Row, read_rows
from soar_lms.cohorts.roster_table import (
    MOST_PEOPLE,
    Table,
    Trouble,
    UnreadableError,
    pack,
    read_text,
    unpack,
)
from soar_lms.cohorts.roster_words import (
    PLANNED,
    list_language_words,
    say_details,
    say_trouble,
)
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.files import send_table
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.paging import turn_to
from soar_lms.tasks.wording import say_status, say_title
from soar_lms.uploads import allow_files, drain

LARGEST = 5_000_000
"""Bytes of a request; a list of 5,000 people has some 300,000."""
_LARGEST_QUESTION = 1_500_000
"""Characters of a list that goes to a page and back, when its columns must be asked for."""
_SHOWN_ROWS = 5
_MOST_NAMED = 20

_ROSTER = "/cohorts/<int:cohort_id>/roster"
_DRAFT = f"{_ROSTER}/<int:draft_id>"


@blueprint.route(_ROSTER, methods=["GET", "POST"])
@access(Access.TRAINER)
def import_roster(cohort_id: int) -> ResponseReturnValue:
    """Take a list; where its columns are understood, go on to what will happen."""
    cohort = services.get_cohort(current_reader(), cohort_id)
    allow_files(LARGEST)
    try:
        form = ImportRosterForm.with_languages()
    except RequestEntityTooLarge:
        return _refuse_size(cohort)
    if not form.validate_on_submit():
        return _send_page(cohort, form), 422 if form.is_submitted() else 200
    services.require_open(cohort)
    file = request.files.get("file")
    data, text = file.read() if file else b"", form.people.data or ""
    refuse = form.refuse_file if data else form.refuse_text
    if bool(data) == bool(text.strip()):
        form.refuse_file(_say_one(data))
        return _send_page(cohort, form), 422
    try:
        return _take(cohort, read_file(data) if data else read_text(text), form.language.data)
    except UnreadableError as error:
        refuse(say_trouble(error.trouble))
        return _send_page(cohort, form), 422


def _say_one(data: bytes) -> str:
    if data:
        return str(gettext("You chose a file and pasted a list. Send one of them at a time."))
    return str(gettext("Choose a file, or paste the list."))


def _refuse_size(cohort: Cohort) -> ResponseReturnValue:
    drain()
    form = ImportRosterForm.with_languages(is_read=False)
    form.refuse_file(
        gettext(
            "This is larger than 5 MB, and was not read. Copy the columns with names and "
            "addresses into a new file, or paste them."
        )
    )
    return _send_page(cohort, form), 413


def _send_page(cohort: Cohort, form: ImportRosterForm) -> str:
    reader, now = current_reader(), utc_now()
    return render_template(
        "cohorts/roster_import.html",
        cohort=cohort,
        is_open=cohort.state == CohortState.OPEN,
        form=form,
        most=MOST_PEOPLE,
        waiting=roster_drafts.find_waiting(cohort, reader, now),
        files=roster_drafts.list_imports(cohort, reader, now),
        say_title=say_title,
        say_status=say_status,
        time_zone=reader.time_zone,
    )


# --- the columns --------------------------------------------------------------------------------


def _take(cohort: Cohort, table: Table, language: str) -> ResponseReturnValue:
    """Keep a list whose columns are understood; ask about those of another one.

    :raises UnreadableError: when nobody is in it.
    """
    about_clients = list_about_clients(table)
    clients = [table.lines[0].cell(column) for column in about_clients]
    table = table.without(about_clients)
    if not table.lines:
        raise UnreadableError(Trouble.EMPTY)
    guess = guess_columns(table, list_language_words())
    if guess.columns is not None:
        return _keep(cohort, table, guess.columns, clients, language)
    if len(pack(table)) > _LARGEST_QUESTION:
        raise UnreadableError(Trouble.UNCLEAR)
    form = ChooseColumnsForm(formdata=None)
    form.offer(table)
    form.suggest(guess)
    form.language.data = language
    return _columns_page(cohort, table, form)


def _columns_page(cohort: Cohort, table: Table, form: ChooseColumnsForm) -> str:
    return render_template(
        "cohorts/roster_columns.html",
        cohort=cohort,
        form=form,
        packed=pack(table),
        lines=table.lines[:_SHOWN_ROWS],
        letters=[letter(column) for column in range(table.width)],
    )


@blueprint.post(f"{_ROSTER}/columns")
@access(Access.TRAINER)
def choose_columns(cohort_id: int) -> ResponseReturnValue:
    """Take the list once more, with its columns."""
    cohort = services.get_cohort(current_reader(), cohort_id)
    allow_files(LARGEST)
    try:
        form = ChooseColumnsForm()
        table = unpack(form.table.data or "")
    except RequestEntityTooLarge:
        return _refuse_size(cohort)
    except UnreadableError as error:
        sent = ImportRosterForm.with_languages(is_read=False)
        sent.refuse_file(say_trouble(error.trouble))
        return _send_page(cohort, sent), 422
    form.offer(table)
    if not form.validate_on_submit():
        return _columns_page(cohort, table, form), 422
    services.require_open(cohort)
    try:
        return _keep(cohort, table, form.columns(), [], form.language.data)
    except UnreadableError as error:
        form.email.errors = [say_trouble(error.trouble)]
        return _columns_page(cohort, table, form), 422


def _keep(
    cohort: Cohort, table: Table, columns: Columns, clients: Sequence[str], language: str
) -> ResponseReturnValue:
    """Keep names, addresses and languages of a list, and lead to what will happen.

    :raises UnreadableError: when nobody is in it, or too many are.
    """
    rows = read_rows(table, columns, read_address, list_language_words())
    if not rows:
        raise UnreadableError(Trouble.EMPTY)
    if len(rows) > MOST_PEOPLE:
        raise UnreadableError(Trouble.TOO_LONG)
    facts = {
        "unused": list_unused(table, columns)[:_MOST_NAMED],
        "clients": list(clients)[:_MOST_NAMED],
        "sheet": table.sheet,
    }
    with transaction():
        draft = roster_drafts.keep_draft(
            cohort, rows, facts=facts, language=language, owner=current_reader(), now=utc_now()
        )
    return redirect(url_for("cohorts.show_draft", cohort_id=cohort.id, draft_id=draft.id))


# --- what will happen ---------------------------------------------------------------------------


@blueprint.get(_DRAFT)
@access(Access.TRAINER)
def show_draft(cohort_id: int, draft_id: int) -> ResponseReturnValue:
    cohort, draft = _load(cohort_id, draft_id)
    return _draft_page(cohort, draft)


def _load(cohort_id: int, draft_id: int) -> tuple[Cohort, RosterDraft]:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    return cohort, roster_drafts.get_draft(cohort, reader, draft_id, utc_now())


def _draft_page(cohort: Cohort, draft: RosterDraft) -> str:
    rows = [Row.unpack(values) for values in draft.rows]
    outcomes, _lines = roster_drafts.judge_rows(cohort, rows)
    counts = Counter(outcomes)
    wanted = request.args.get("what")
    shown = [
        pair
        for pair in zip(rows, outcomes, strict=True)
        if wanted not in counts or wanted == pair[1]
    ]
    return render_template(
        "cohorts/roster_draft.html",
        cohort=cohort,
        draft=draft,
        page=turn_to(shown, request.args.get("page")),
        wanted=wanted if wanted in counts else None,
        counts={outcome: counts[outcome] for outcome in PLANNED if counts[outcome]},
        words=PLANNED,
        say_details=say_details,
        invited=counts[Outcome.INVITE],
        changes_something=_changes_something(rows, outcomes),
        language_name=languages()[draft.language].name,
    )


def _changes_something(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> bool:
    return any(
        outcome in {Outcome.INVITE, Outcome.RENAME}
        or (outcome is Outcome.KNOWN and bool(row.language))
        for row, outcome in zip(rows, outcomes, strict=True)
    )


@blueprint.post(f"{_DRAFT}/import")
@access(Access.TRAINER)
def apply_draft(cohort_id: int, draft_id: int) -> ResponseReturnValue:
    """Have the list imported; that has a page of its own."""
    cohort, draft = _load(cohort_id, draft_id)
    if not check_token():
        return _stale_page(cohort, draft)
    with transaction():
        services.require_open(cohort)
        task = ask_for_import(
            cohort,
            draft.id,
            owner=current_reader(),
            language=current_language().tag,
            now=utc_now(),
        )
    return redirect(url_for("tasks.show_task", task_id=task.id))


@blueprint.post(f"{_DRAFT}/discard")
@access(Access.TRAINER)
def discard_draft(cohort_id: int, draft_id: int) -> ResponseReturnValue:
    cohort, draft = _load(cohort_id, draft_id)
    if not check_token():
        return _stale_page(cohort, draft)
    with transaction():
        roster_drafts.discard_waiting(cohort, current_reader(), utc_now())
    flash(gettext("The list is deleted. Nobody was invited."), "success")
    return redirect(url_for("cohorts.import_roster", cohort_id=cohort.id))


def _stale_page(cohort: Cohort, draft: RosterDraft) -> ResponseReturnValue:
    """Show the list again to somebody whose button was too old."""
    flash(str(TOKEN_TOO_OLD), "error")
    return _draft_page(cohort, draft), 422


# --- a sample -----------------------------------------------------------------------------------


@blueprint.get("/cohorts/roster-sample.csv")
@access(Access.TRAINER)
def download_sample() -> ResponseReturnValue:
    """Send a list of invented people, in the language of the page."""
    tags, called = list(languages()), gettext("sample list")
    header = [gettext("Name"), gettext("E-mail"), gettext("Language")]
    rows = [
        ["Ana Vega", "ana.vega@example.org", languages()[tags[-1]].name],
        ["Ben Okonkwo", "ben.okonkwo@example.org", languages()[tags[0]].name],
        ["Noor", "noor@example.org", ""],
    ]
    name = f"{plain_name(called)}-{current_language().tag}.csv"
    return send_table(header, rows, name)
