"""Every page says where it belongs, and leads there: the way back is never only the browser's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from bs4 import BeautifulSoup

from tests.pages import walk
from tests.pages.walk import ENDPOINTS, Page
from tests.rules.world import World

IN_MENUS = {
    *("learning.show_catalogue", "learning.show_home", "accounts.edit_profile"),
    *("cohorts.list_cohorts", "programme.show_report", "administration.show_index"),
    *("security.login", "security.register", "accounts.show_sign_out", "security.logout"),
    *("pages.show_help", "pages.show_safety", "pages.show_privacy", "pages.show_resources"),
    "certificates.show_verify_form",
}
"""Of the header and the footer, which are on every page."""
WITHOUT: Mapping[str, str] = {
    "accounts.show_check_mail": "the way goes on in the mailbox",
    "accounts.show_link_sent": "the way goes on in the mailbox",
    "accounts.use_link": "opened by the link of an e-mail",
    "security.confirm_email": "opened by the link of an e-mail",
    "security.reset_password": "opened by the link of an e-mail",
    "learning.give_follow_up": "opened by the link of an e-mail",
    "learning.stop_follow_up": "opened by the link of an e-mail",
    "reminders.stop_mail": "opened by the link of an e-mail",
    "cohorts.show_invitation": "opened by the link of an e-mail",
    "cohorts.show_join": "opened by the link or the code of a poster",
    "cohorts.ask_for_code": "opened by the address on a poster",
    "security.forgot_password": "below the sign-in page, which who is signed in does not see",
    "security.send_confirmation": "below the sign-in page, which who is signed in does not see",
}
"""Pages that are nobody's place on this site, and why."""


def find_faults(page: Page) -> Iterator[str]:
    """Say where a page has no way back, or one to itself."""
    ways = [link["href"] for link in BeautifulSoup(page.html, "html.parser").select(".crumbs a")]
    if not ways:
        yield f"{page.name}: belongs nowhere"
    if page.address in ways:
        yield f"{page.name}: leads back to itself"


@pytest.mark.parametrize(
    "endpoint", [name for name in ENDPOINTS if name not in IN_MENUS | {*WITHOUT}]
)
def test_every_page_below_the_menus_leads_back(world: World, endpoint: str) -> None:
    faults = [said for page in walk.show(world, endpoint, "en") for said in find_faults(page)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("endpoint", sorted(WITHOUT))
def test_every_exception_is_needed(world: World, endpoint: str) -> None:
    faults = [said for page in walk.show(world, endpoint, "en") for said in find_faults(page)]

    assert faults
