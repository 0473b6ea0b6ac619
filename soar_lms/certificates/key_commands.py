"""`soar-lms certificates keys …`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from soar_lms.clock import utc_now
from soar_lms.keys import make_badge_key, make_seal_key, public_name, read_badge_key


@click.group()
def keys() -> None:
    """Make keys that certificates are signed with."""


_key_file = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write; one that is there is left alone.",
)


@keys.command()
@_key_file
def new(output: Path) -> None:
    """Make a key that signs badges (Ed25519, PEM)."""
    text = make_badge_key()
    _write_secret(output, text)
    click.echo(
        f"Wrote {output}. Set SOAR_BADGE_KEY to its path, and keep a copy in a safe place.\n"
        f"Its public key is {public_name(read_badge_key(text))}\n"
        "When another key follows it, add this public key to SOAR_BADGE_OLD_KEYS: badges that were "
        "signed with it stay good."
    )


@keys.command("trial-seal")
@_key_file
@click.option("--owner", required=True, help="Whom the seal names.")
def trial_seal(output: Path, owner: str) -> None:
    """Make a key and a certificate of its own for the seal, for trying it out.

    Nobody vouches for it: readers show an unknown signer. For people, buy a certificate for
    sealing documents, of an authority that the readers know.
    """
    _write_secret(output, make_seal_key(owner, utc_now()))
    click.echo(f"Wrote {output}. Set SOAR_SEAL_KEY to its path.")


def _write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, and never over another one."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text)
