"""`soar-lms content …`: the commands of authors. None of them needs a database."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from soar_lms.catalogue.diff import Effect, Finding, compare_trees
from soar_lms.catalogue.loader import check_content, load_tree
from soar_lms.catalogue.problems import ContentError, Problems, Severity
from soar_lms.catalogue.readability import count_words, measure
from soar_lms.catalogue.scaffold import write_new_module
from soar_lms.catalogue.stamps import write_stamp
from soar_lms.catalogue.tree import MODULE_FILE, ModuleTree, Tree, read_content
from soar_lms.clock import utc_now
from soar_lms.paths import bundled


def _default_modules() -> Path:
    folder = bundled("modules")
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


@click.group()
@click.option(
    "--modules",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SOAR_MODULES",
    default=_default_modules,
    help="The folder with the modules. [default: the one that came with the program]",
)
@click.pass_context
def content(context: click.Context, modules: Path) -> None:
    """Check, list, compare and start modules."""
    context.obj = modules


@content.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of lines.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.pass_obj
def check(modules: Path, *, as_json: bool, strict: bool) -> None:
    """Print every problem as file:line:column: path: message; exit 1 if there is an error."""
    problems = check_content(modules, utc_now().date())
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
    if any(strict or problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


@content.command()
@click.pass_obj
def coverage(modules: Path) -> None:
    """Show which text exists in which setting and language, how long and how readable."""
    for module in _checked(modules).modules:
        click.echo(f"{module.spec.id} {module.spec.version}")
        for key, lesson in sorted(module.lessons.items(), key=lambda item: _order(module, item[0])):
            words = count_words(lesson.outline.sentences)
            level = measure(lesson.outline.sentences, key.language)
            score = f"{level.scale} {level.score}" if level else ""
            click.echo(
                f"  {key.language:<5} {key.lesson:<28} {key.variant or 'shared':<20} "
                f"{words:>5} words  {score}"
            )


def _order(module: ModuleTree, key: tuple[str, str, str | None]) -> tuple[str, int, str]:
    lessons = [lesson.id for lesson in module.spec.lessons]
    return (key[0], lessons.index(key[1]), key[2] or "")


@content.command()
@click.argument("module_id")
@click.pass_obj
def new(modules: Path, module_id: str) -> None:
    """Write a small, correct module to start from."""
    try:
        folder = write_new_module(modules, module_id, utc_now().date())
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Wrote {folder}. Now run: soar-lms content check")


@content.command()
@click.argument("module_id")
@click.argument("language")
@click.pass_obj
def stamp(modules: Path, module_id: str, language: str) -> None:
    """Record that the translation of MODULE_ID into LANGUAGE matches its source as it is now."""
    module = next((item for item in _checked(modules).modules if item.spec.id == module_id), None)
    if module is None:
        raise click.ClickException(f'there is no module "{module_id}" in {modules}')
    if language not in module.languages or language == module.spec.source_language:
        raise click.ClickException(f'"{language}" is not a translation of {module_id}')
    write_stamp(module, language)
    click.echo(f"Stamped {module_id} in {language}.")


_HEADINGS = {
    Effect.REFUSED: "Refused within a major version:",
    Effect.PEOPLE: "Touches people who are in the middle:",
    Effect.BEHIND: "Translations that are behind their source:",
    Effect.NOBODY: "Touches nobody:",
}


@content.command()
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of lines.")
def diff(old: Path, new: Path, *, as_json: bool) -> None:
    """Say what the content in NEW does to people in the middle of OLD; exit 1 if it may not.

    OLD and NEW are folders of one module, or of all content.
    """
    if (old / MODULE_FILE).is_file() != (new / MODULE_FILE).is_file():
        raise click.ClickException("compare a module with a module, or all content with all")
    findings = compare_trees(_read(old), _read(new))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print_findings(findings)
    if any(finding.effect is Effect.REFUSED for finding in findings):
        sys.exit(1)


def _print_findings(findings: list[Finding]) -> None:
    for effect, heading in _HEADINGS.items():
        lines = [f"  {finding}" for finding in findings if finding.effect is effect]
        if lines:
            click.echo("\n".join([heading, *lines]))
    if not findings:
        click.echo("Nothing changed.")


def _read(folder: Path) -> Tree:
    """Read content without judging it: that is what `check` is for."""
    problems = Problems()
    tree = read_content(folder, problems)
    if problems.has_errors():
        raise click.ClickException(f"the content has errors:\n{ContentError(problems.sorted())}")
    return tree


def _checked(modules: Path) -> Tree:
    try:
        return load_tree(modules)
    except ContentError as error:
        raise click.ClickException(f"the content has errors:\n{error}") from None
