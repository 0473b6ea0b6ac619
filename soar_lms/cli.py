"""`soar-lms`: the command line."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask

from soar_lms import __version__, demo, doctor
from soar_lms.access import Role
from soar_lms.accounts.jobs import forget_old_sign_ins
from soar_lms.accounts.rights import RightNotNeededError, give_programme, withdraw_programme
from soar_lms.accounts.services import create_person, find_person, get_person
from soar_lms.administration.certificate_commands import restore, revoke
from soar_lms.administration.commands import people
from soar_lms.app import create_app
from soar_lms.assessments.commands import evaluations
from soar_lms.audit.services import Action, operator, record
from soar_lms.catalogue.commands import content
from soar_lms.catalogue.problems import ContentError
from soar_lms.certificates.commands import certificates
from soar_lms.certificates.credit_commands import credit
from soar_lms.certificates.design_commands import design
from soar_lms.certificates.documents import RENDERERS
from soar_lms.certificates.jobs import keep_hashes
from soar_lms.certificates.key_commands import keys
from soar_lms.certificates.pool import running_renderers
from soar_lms.clock import utc_now
from soar_lms.cohorts.commands import cohorts
from soar_lms.cohorts.places import list_unsettled, settle_all
from soar_lms.cohorts.roster_drafts import tidy_drafts
from soar_lms.config import ConfigError, Mode, read_config
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.i18n import languages
from soar_lms.keys import make_badge_key
from soar_lms.learning.commands import assessments, learners
from soar_lms.learning.jobs import renew_standings, write_follow_ups
from soar_lms.learning.keeping import renew_outdated
from soar_lms.messages.commands import messages
from soar_lms.messages.worker import Job, run_worker
from soar_lms.migrations import downgrade, upgrade
from soar_lms.reminders.jobs import (
    plan_reminders,
    post_reminders,
    remind_invited,
    tidy_reminders,
    write_digests,
)
from soar_lms.seeding import seed_cohort
from soar_lms.server import serve
from soar_lms.tasks import worker as tasks
from soar_lms.translations import translations

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option("--port", default=8000, show_default=True, help="Port to listen on.")

JOBS = (
    Job("follow-ups", write_follow_ups, every=timedelta(minutes=1)),
    Job("tasks", tasks.work, every=timedelta(0)),
    Job("old-files", tasks.tidy, every=timedelta(hours=1)),
    Job(
        "hashes of certificates",
        keep_hashes,
        every=timedelta(minutes=1),
        first=timedelta(minutes=1),  # loading what makes documents takes a second or two
    ),
    Job("reminders", plan_reminders, every=timedelta(minutes=5)),
    Job("reminders to send", post_reminders, every=timedelta(seconds=10)),
    Job("reminders of invitations", remind_invited, every=timedelta(minutes=5)),
    Job("weekly summaries", write_digests, every=timedelta(minutes=5)),
    Job("old reminders", tidy_reminders, every=timedelta(hours=1)),
    Job("old sign-ins", forget_old_sign_ins, every=timedelta(hours=1)),
    Job("standings", renew_standings, every=timedelta(minutes=1)),
    Job("lists to import", tidy_drafts, every=timedelta(hours=1)),
)
"""What the worker does for features, besides sending e-mail."""


@click.group()
@click.version_option(__version__, prog_name="soar-lms")
@click.pass_context
def main(context: click.Context) -> None:
    """Run and look after a soar_lms site. `docs/operations.md` lists its variables."""
    context.obj = load_app


def load_app() -> Flask:
    """Build the application, or stop with what is wrong."""
    try:
        return create_app()
    except ConfigError as error:
        raise click.ClickException(f"the configuration is not complete:\n{error}") from None
    except ContentError as error:
        raise click.ClickException(f"the content has errors:\n{error}") from None


@main.command("serve")
@_host
@_port
@click.option("--workers", default=2, show_default=True, help="Processes that answer.")
def serve_command(host: str, port: int, workers: int) -> None:
    """Serve the site. Put a proxy with TLS in front of it."""
    _serve(load_app(), host, port, workers)


def _serve(app: Flask, host: str, port: int, workers: int) -> None:
    """Serve with processes beside the workers that make documents, unless there are to be none."""
    with ExitStack() as stack:
        if count := app.config["SOAR"].renderers:
            renderers = stack.enter_context(running_renderers(count, workers))
            app.extensions[RENDERERS] = renderers
        serve(app, host=host, port=port, workers=workers)


@main.command()
def worker() -> None:
    """Write the e-mails that are due and send what is in the outbox, until stopped."""
    app, stop = load_app(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_worker(app, stop, JOBS)


@main.command()
@click.option("--back-to", metavar="REVISION", help="Go back instead, before an older release.")
def migrate(back_to: str | None) -> None:
    """Bring the database to the schema of this release."""
    with load_app().app_context():
        if back_to:
            downgrade(back_to)
        else:
            upgrade()
            _follow_content()
    click.echo(f"The database is at {back_to}." if back_to else "The database is up to date.")


def _follow_content() -> None:
    """Work out anew what rests on content that this release has changed, or is not there yet."""
    people = renew_outdated(catalogue())
    if people:
        click.echo(f"Worked out anew where {people} people stand.")
    settle_all(list_unsettled())


@main.command("doctor")
def doctor_command() -> None:
    """Say what is missing; exit 1 if there is anything."""
    findings = doctor.examine(load_app())
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.name:<13} {finding.words}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@main.group()
def users() -> None:
    """Look after people."""


@users.command()
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([str(role) for role in Role]),
    default="learner",
    show_default=True,
    help="What the person may do: take modules, see their groups too, or see all of it.",
)
@click.option("--name", prompt=True, help="How the site addresses the person.")
@click.option("--language", default=None, help="Language for e-mail. [default: the site's]")
def create(email: str, role: str, name: str, language: str | None) -> None:
    """Make an account for EMAIL; the person chooses a password by "I forgot my password"."""
    app = load_app()
    config = app.config["SOAR"]
    with app.app_context():
        tag = language or config.default_language
        if tag not in languages():
            raise click.ClickException(f'the site does not speak "{tag}"')
        try:
            with transaction():
                person = create_person(
                    email=email,
                    name=name,
                    role=Role(role),
                    language=tag,
                    time_zone=config.time_zone,
                    now=utc_now(),
                )
                record(
                    Action.PERSON_CREATED,
                    actor=operator(),
                    now=utc_now(),
                    person_id=person.id,
                    role=role,
                )
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Made the {person.role} {person.email}.")


@users.command("programme-reports")
@click.argument("email")
@click.option("--withdraw", is_flag=True, help="Take the right away.")
def programme_reports(email: str, *, withdraw: bool) -> None:
    """Let the person EMAIL (or a number) read programme reports, whatever their role."""
    with load_app().app_context():
        try:
            person = get_person(email)
            with transaction():
                change = withdraw_programme if withdraw else give_programme
                change(person, actor=operator(), now=utc_now())
        except NotFoundError:
            raise click.ClickException("there is no such account") from None
        except RightNotNeededError as error:
            raise click.ClickException(str(error.message)) from None
        may = "no longer reads" if withdraw else "may read"
        click.echo(f"{person.email} {may} program reports.")


@main.group("demo", invoke_without_command=True)
@_host
@_port
@click.pass_context
def demo_command(context: click.Context, host: str, port: int) -> None:
    """Set up a demonstration in ./instance and serve it: nothing to configure."""
    app = _prepare_demo(host, port)
    if context.invoked_subcommand is not None:
        context.obj = app
        return
    config = app.config["SOAR"]
    sender = subprocess.Popen([sys.executable, "-m", "soar_lms", "worker"])
    click.echo(f"\nOpen {config.base_url}/\n\nSign in with the password {demo.PASSWORD} as")
    for account in demo.ACCOUNTS:
        click.echo(f"  {account.email:<22} {account.what}")
    click.echo(f"\nE-mail is written to {config.mail_folder}. Stop with Ctrl-C.\n")
    try:
        _serve(app, host, port, workers=2)
    finally:
        sender.terminate()
        sender.wait()


@demo_command.command()
@click.option("--people", default=1_000, show_default=True, help="How many members it has.")
@click.option("--modules", default=1, show_default=True, help="How many modules it takes.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same people.")
@click.pass_obj
def seed(app: Flask, *, people: int, modules: int, seed: int) -> None:
    """Make a large group of invented people for the demonstration's trainer."""
    with app.app_context(), transaction():
        trainer = find_person(demo.TRAINER)
        if trainer is None:
            raise click.ClickException("there is no demonstration here")
        try:
            made = seed_cohort(
                trainer, catalogue(), people=people, modules=modules, seed=seed, now=utc_now()
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Made group {made.cohort_id}: {made.people} members, {made.invited} invited.")


def _prepare_demo(host: str, port: int) -> Flask:
    """Configure, migrate and fill a demonstration; what is there already stays."""
    instance = Path(os.environ.get("SOAR_INSTANCE", "instance")).absolute()
    instance.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        SOAR_MODE=Mode.DEMO,
        SOAR_INSTANCE=str(instance),
        SOAR_SECRET_KEY=_kept(instance / "secret-key", lambda: secrets.token_urlsafe(48)),
        SOAR_BADGE_KEY=_kept(instance / "badge-key.pem", make_badge_key),
    )
    os.environ.setdefault("SOAR_BASE_URL", f"http://{_typed(host)}:{port}")
    try:
        app = create_app(read_config())
    except (ConfigError, ContentError) as error:
        raise click.ClickException(str(error)) from None
    with app.app_context():
        upgrade()
        _follow_content()
        with transaction():
            demo.make_demo(catalogue(), utc_now())
    return app


def _typed(host: str) -> str:
    """Return what people type for a host: browsers make no passkeys for a bare number."""
    return "localhost" if host == "127.0.0.1" else host


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return a secret of the demonstration, made once."""
    if not path.exists():
        path.write_text(make(), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii")


main.add_command(assessments)
main.add_command(evaluations)
main.add_command(content)
main.add_command(certificates)
certificates.add_command(design)
certificates.add_command(keys)
certificates.add_command(revoke)
certificates.add_command(restore)
main.add_command(cohorts)
main.add_command(credit)
main.add_command(learners)
main.add_command(messages)
main.add_command(people)
main.add_command(translations)
