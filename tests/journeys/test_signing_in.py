"""Ways to sign in, in a real browser: passkeys of a virtual device, passwords looked at, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.support.browser import PASSWORD, PHONE, Visitor
from tests.support.site import find_link, running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHO = "halfway@example.org"
ADDED = {"en": "The passkey is added.", "es": "Se agregó la llave de acceso."}
NOT_MADE = {"en": "No passkey was made.", "es": "No se creó ninguna llave de acceso."}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Return a site under a name: browsers make no passkeys for bare numbers."""
    with running_site(folder, host="localhost") as found:
        yield found


class Device:
    """A device with passkeys inside the browser (Chromium's, by the protocol of its tools)."""

    def __init__(self, visitor: Visitor) -> None:
        self.tools: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self.tools.send("WebAuthn.enable")
        self.number = self.tools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )["authenticatorId"]

    def recognize_owner(self, known: bool) -> None:
        self.tools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.number, "isUserVerified": known}
        )


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_passkey_is_made_and_used_with_and_without_a_press(
    address: str, browser: Browser, language: str
) -> None:
    visitor = Visitor(browser, address, viewport=PHONE)
    device = Device(visitor)
    visitor.sign_in(WHO, language)
    page = visitor.open(f"/{language}/profile/passkeys")
    found = visitor.violations()
    visitor.press(page.locator("main .button-primary"))
    found += visitor.violations()

    device.recognize_owner(False)
    page.locator("main .button-primary").click()
    expect(page.locator("[role=alert]", has_text=NOT_MADE[language])).to_be_visible()
    found += visitor.violations()
    device.recognize_owner(True)
    visitor.press(page.locator("main .button-primary"))
    expect(page.locator(".flash")).to_contain_text(ADDED[language])
    found += visitor.violations()

    # From the list that a browser opens at the address: the virtual device chooses by itself.
    visitor.context.clear_cookies()
    # It may do so before the page is whole, which is as well.
    page.goto(f"{address}/{language}/sign-in?next=/{language}/profile", wait_until="commit")
    page.wait_for_url(f"{address}/{language}/profile")

    # By the button, where a browser has no such list.
    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    visitor.context.clear_cookies()
    visitor.open(f"/{language}/sign-in?next=/{language}/profile")
    found += visitor.violations()
    visitor.press(page.locator("[data-passkey] button"))

    assert page.url == f"{address}/{language}/profile"
    assert found == []
    assert visitor.overflow() == 0
    assert visitor.complaints == []
    visitor.open(f"/{language}/profile/passkeys")
    visitor.press(page.locator(".boxes button"))  # so that the next language begins with none
    visitor.close()


def test_without_scripts_passkeys_are_not_shown_and_the_rest_works(
    address: str, browser: Browser
) -> None:
    visitor = Visitor(browser, address, java_script_enabled=False)

    page = visitor.open("/en/sign-in")
    assert not page.locator("[data-passkey]").is_visible()
    assert not page.locator("[data-show-password]").is_visible()
    visitor.sign_in(WHO)
    visitor.open("/en/profile/passkeys")

    assert page.locator("[data-without-passkeys]").is_visible()
    assert not page.locator("[data-with-passkeys]").is_visible()
    visitor.close()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The password can be read on the screen."),
        ("es", "La contraseña se puede leer en la pantalla."),
    ],
)
def test_a_password_can_be_looked_at_by_keyboard_and_is_hidden_again_when_sent(
    address: str, browser: Browser, language: str, said: str
) -> None:
    visitor = Visitor(browser, address, viewport=PHONE)
    page = visitor.open(f"/{language}/sign-in")
    field, button = page.locator("#password"), page.locator("[data-show-password]")
    page.fill("[name=email]", WHO)
    field.fill(PASSWORD)

    field.press("Tab")
    page.keyboard.press("Enter")

    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".password [role=status]")).to_have_text(said)
    assert visitor.violations() == []
    page.evaluate(
        "document.querySelector('main form').addEventListener('submit', () => {"
        "sessionStorage.sent = document.querySelector('#password').type})"
    )
    visitor.press(page.locator("main form .button-primary").first)
    assert page.evaluate("sessionStorage.sent") == "password"
    visitor.close()


@pytest.mark.parametrize(("language", "who"), [("en", WHO), ("es", "done@example.org")])
def test_a_link_from_an_e_mail_signs_in_by_a_button(
    address: str, browser: Browser, folder: Path, language: str, who: str
) -> None:
    visitor = Visitor(browser, address, java_script_enabled=False)
    page = visitor.open(f"/{language}/sign-in")
    page.locator("a[href*='/sign-in/link']").click()
    page.fill("[name=email]", who)
    visitor.press(page.locator("main .button-primary"))

    visitor.open(find_link(folder, who, rf"{address}/\w+/sign-in/link/\S+"))
    visitor.press(page.locator("main .button-primary"))

    assert re.search(r"/home$", page.url)
    visitor.close()


@pytest.mark.parametrize(
    ("language", "soon", "over"),
    [
        ("en", "In 2 minutes you will be signed out.", "You are signed out."),
        ("es", "En 2 minutos se cerrará su sesión.", "Su sesión se cerró."),
    ],
)
def test_a_time_out_is_said_before_and_takes_nothing_away(
    address: str, browser: Browser, language: str, soon: str, over: str
) -> None:
    visitor = Visitor(browser, address, viewport=PHONE)
    page = visitor.page
    page.clock.install()
    visitor.sign_in(WHO, language)
    visitor.open(f"/{language}/profile")
    page.fill("[name=name]", "Typed before")
    left = {"left": 100}
    page.route("**/signed-in*", lambda route: route.fulfill(json=left))
    notice = page.locator(".time-out")

    page.clock.fast_forward("11:00:00")
    expect(notice.locator("[role=status]")).to_contain_text(soon)
    assert visitor.violations() == []
    assert visitor.overflow() == 0
    left["left"] = 43_200
    notice.locator("button").click()
    expect(notice.locator("[role=status]")).to_be_empty()

    left["left"] = 0
    page.clock.fast_forward("12:00:00")
    expect(notice.locator("[role=status]")).to_contain_text(over)
    expect(notice.locator("a")).to_be_visible()
    assert page.input_value("[name=name]") == "Typed before"
    assert visitor.violations() == []
    visitor.close()
