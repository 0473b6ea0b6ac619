"""Every command says what it does, and every option what it is for."""

from __future__ import annotations

from collections.abc import Iterator

import click

from soar_lms.cli import main


def find_silence(command: click.Command, path: str) -> list[str]:
    """Return the commands and options below a command that have no help."""
    return [fault for name, inner in _walk(command, path) for fault in _silent(inner, name)]


def _walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from _walk(inner, f"{path} {name}")


def _silent(command: click.Command, path: str) -> list[str]:
    faults = [] if (command.help or "").strip() else [f"{path}: the command has no help"]
    return faults + [
        f"{path} {option.opts[0]}: the option has no help"
        for option in command.params
        if isinstance(option, click.Option) and not (option.help or "").strip()
    ]


def test_every_command_and_option_has_help() -> None:
    faults = find_silence(main, "soar-lms")

    assert not faults, "\n".join(faults)


def test_a_command_and_an_option_without_help_are_reported() -> None:
    @click.group()
    def site() -> None:
        """Look after a site."""

    @site.command()
    @click.argument("name")
    @click.option("--loud", is_flag=True, help="Say it loudly.")
    @click.option("-q", "--quiet", is_flag=True)
    def greet(name: str, *, loud: bool, quiet: bool) -> None:
        """Greet NAME."""

    @site.group()
    def silent() -> None:
        pass

    assert find_silence(site, "site") == [
        "site greet -q: the option has no help",
        "site silent: the command has no help",
    ]
