"""Requests that nobody sends by accident: what `test_requests` is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

_PARAMETER = re.compile(r"<(?:[^:>]+:)?([^>]+)>")

WORDS = [
    "",
    " ",
    "0",
    "-1",
    "1e309",
    "NaN",
    "Infinity",
    "2147483648",
    "9223372036854775808",
    "9" * 5000,
    "\x00",
    "a\x00b",
    "\x07\x1b[31m",
    "\r\nX-Injected: 1",
    "\u202e\u2066",
    "\ud800",
    "\ufffd\ufffe",
    "é" * 300,
    "李小龍",
    "x" * 20_000,
    "../../../etc/passwd",
    "..\\..\\windows",
    "%00%ff%2e",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR '1'='1' --",
    "{{ 7*7 }}{% raw %}",
    "${7*7}%(x)s{0}",
    "//evil.example",
    "http://[evil.example",
    "javascript:alert(1)",
    "[]",
    "{}",
    "null",
    "true",
]
"""What a field or a part of an address is filled with; some of it is in no encoding."""

PATHS = [
    *("", " ", ".", "..", "\x00", "\ud800", "\ufffe", "李小龍", "x" * 5000),
    *("%00%ff%2e", "a/b", "a%2fb", "..\\..\\windows", "' OR '1'='1' --", "{0}%s"),
    *("<script>alert(1)</script>", "\r\nX-Injected: 1"),
]
"""What a part of an address is filled with."""

NUMBERS = ["0", "1", "2", "-1", "007", "2147483647", "2147483648", "9" * 20, "9" * 5000, "١", "x"]

FIELDS = [
    *("name", "email", "password", "new_password", "language", "time_zone", "remember", "next"),
    *("profession", "territory", "setting", "choice", "go", "modules", "organisation", "offer"),
    *("amount", "comment", "useful", "relevant", "confidence-recognize-before", "csrf_token"),
    *("confidence-recognize-now", "code", "submit", "role", "id", "field[]", "__proto__"),
]
QUERY = [
    *("next", "code", "version", "check", "choice", "language", "endpoint", "values", "self"),
    *("_external", "_scheme", "_method", "_anchor", "module_id", "setting", "token", "page"),
]
ACCEPTS = ["text/html", "application/json", "*/*", "", "image/png", "a/b;q=x", "text/html;q=9e9"]
FORM, JSON, PARTS = (
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=x",
)
_PART = b'--x\r\nContent-Disposition: form-data; name="name"'
BODIES = [
    (b"", ""),
    (b"", FORM),
    (b"", "multipart/form-data"),
    (b"", "x" * 300),
    (b"name=%ff%fe&email=%00&csrf_token=%zz", FORM),
    (b"name=%ff%fe&email=%00&csrf_token=%zz", "text/plain"),
    (b"name=1", "application/x-www-form-urlencoded; charset=utf-16"),
    (b"&&&===&name&=x", FORM),
    (b"\xff\xfe\x00", FORM),
    (b"a=" + b"x" * 1_100_000, FORM),
    (b"&".join(b"f%d=1" % number for number in range(2000)), FORM),
    *(
        (body, JSON)
        for body in (b"", b"{}", b"[1, 2]", b"[[1, 2]]", b"null", b'"text"', b"{broken")
    ),
    (b'{"name": 5, "email": [], "password": {}, "csrf_token": null}', JSON),
    (b'{"csrf_token": 7, "choice": {"a": 1}, "modules": 3, "setting": false}', JSON),
    (b"\xff\xfe\x00", JSON),
    (b"{}", "application/json; charset=nonsense"),
    (_PART + b"\r\n\r\nhello\r\n--x--\r\n", PARTS),
    (_PART + b'; filename="a"\r\n\r\nfile\r\n--x--\r\n', PARTS),
    (_PART, PARTS),
    (b"no parts at all", PARTS),
]
"""What is sent in place of a form, and what it is said to be."""


@dataclass(frozen=True)
class Hit:
    """One request."""

    method: str
    address: str
    query: Sequence[tuple[str, str]] = ()
    form: Sequence[tuple[str, str]] | None = None
    body: bytes | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, client: FlaskClient) -> TestResponse:
        values: dict[str, Any] = {"method": self.method, "headers": dict(self.headers)}
        if self.form is not None:
            values["data"] = "&".join(f"{escape(key)}={escape(value)}" for key, value in self.form)
            values["content_type"] = "application/x-www-form-urlencoded"
        elif self.body is not None:
            values |= {"data": self.body, "content_type": self.content_type}
        query = "&".join(f"{escape(key)}={escape(value)}" for key, value in self.query)
        return client.open(f"{self.address}?{query}" if query else self.address, **values)


def escape(text: str) -> str:
    """Put anything, also what is no text, into an address."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def rules_of(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def methods_of(rule: Rule) -> list[str]:
    return sorted(rule.methods or ())


def parameters_of(rule: Rule) -> list[str]:
    return _PARAMETER.findall(rule.rule)


def fill(rule: Rule, values: Mapping[str, str]) -> str:
    """Return an address of a rule."""
    parts = iter(_PARAMETER.split(rule.rule))
    found = [next(parts)]
    for name, text in zip(parts, parts, strict=True):
        found += [escape(values[name]), text]
    return "".join(found)


# --- strategies ---------------------------------------------------------------------------------

words = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=30),
    st.text(st.characters(categories=["Cc", "Cs", "Cf", "Co", "Zl", "Zp"]), max_size=8),
)
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


def pairs(names: Sequence[str], known: st.SearchStrategy[str]) -> Any:
    name = st.one_of(st.sampled_from(list(names)), st.text(max_size=10))
    return st.lists(st.tuples(name, st.one_of(known, words)), max_size=8)
