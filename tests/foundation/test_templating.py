"""What templates do with values of their own."""

from __future__ import annotations

import pytest

from soar_lms.templating import address


@pytest.mark.parametrize(
    ("email", "written"),
    [
        ("ana@clinic.example.org", "ana@<wbr>clinic.example.org"),
        ('"a@b"@x.example', "&#34;a@b&#34;@<wbr>x.example"),
        ("a<b>&@x.example", "a&lt;b&gt;&amp;@<wbr>x.example"),
        ("", "<wbr>"),
    ],
)
def test_an_address_may_go_on_after_its_sign(email: str, written: str) -> None:
    assert address(email) == written
