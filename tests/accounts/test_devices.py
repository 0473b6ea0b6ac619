"""Devices in words: what a browser says of itself, and nothing that singles anybody out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.accounts.devices import Device, read_device

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", "Chrome Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/140.0",
            "Edge Windows",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36", "Chrome ChromeOS"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Version/18.6 "
            "Mobile/15E148 Safari/604.1",
            "Safari iPhone",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} CriOS/140.0 "
            "Mobile/15E148 Safari/604.1",
            "Chrome iPhone",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) {WEBKIT} Version/18.6 Safari/605.1.15",
            "Safari Mac",
        ),
    ],
)
def test_common_browsers_are_known_by_their_names(user_agent: str, device: str) -> None:
    assert read_device(user_agent) == Device(*device.split())


@pytest.mark.parametrize("user_agent", ["", "curl/8.5", "<script>alert(1)</script>"])
def test_what_says_nothing_known_has_no_name(user_agent: str) -> None:
    assert read_device(user_agent) == Device(None, None)


@given(st.text())
def test_nothing_of_the_text_itself_is_kept(user_agent: str) -> None:
    device = read_device(user_agent)

    assert all(name is None or name.isalpha() or " " in name for name in device)
