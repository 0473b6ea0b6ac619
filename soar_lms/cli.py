"""`soar-lms`: the command line. Each group is written in the feature it belongs to."""

from __future__ import annotations

import click

from soar_lms import __version__
from soar_lms.catalogue.commands import content


@click.group()
@click.version_option(__version__, prog_name="soar-lms")
def main() -> None:
    """Run and look after a soar_lms site."""


main.add_command(content)
