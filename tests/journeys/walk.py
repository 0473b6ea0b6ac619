"""The learner's whole way, step by step, on a running site."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from soar_lms.assessments.items import key_of
from soar_lms.catalogue.model import Module
from tests.factories import PASSWORD
from tests.support.browser import Visitor
from tests.support.hands import Keyboard, Mouse
from tests.support.site import Site, find_link

NAME = "María José Núñez de la Cruz"
MODULE = "soar-to-health-and-wellness"


class Walk:
    """One learner's way; every page on it is audited once."""

    def __init__(
        self,
        visitor: Visitor,
        site: Site,
        module: Module,
        language: str,
        setting: str,
        by: Mouse | Keyboard,
        *,
        scripts: bool,
        audited: bool,
    ) -> None:
        self.visitor, self.site, self.module, self.by = visitor, site, module, by
        self.scripts = scripts
        self.language, self.setting, self.audited = language, setting, audited
        self.page: Page = visitor.page
        self.violations: list[str] = []
        self.seen: set[str] = set()

    def open(self, path: str) -> None:
        self.visitor.open(f"/{self.language}/{path}")
        self.audit()

    def audit(self) -> None:
        kind = re.sub(r"\d+", "N", self.page.url)
        if not self.audited or kind in self.seen:
            return
        self.seen.add(kind)
        self.violations += self.visitor.violations()
        if self.visitor.overflow():
            self.violations.append(f"{self.page.url}: wider than the window")

    def go_on(self) -> None:
        """Press the page's main button."""
        self._press(self.page.locator("main .button-primary").first)
        self.audit()

    def _press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            self.by.press(button)

    def _write(self, field: str, words: str) -> None:
        self.by.write(self.page.locator(f"main [name={field}]"), words)

    def sign_up(self) -> None:
        self.open("sign-up")
        self.go_on()  # nothing filled in: the error state is audited too
        assert self.page.locator(".error-summary").is_visible()
        email = f"{self.language}-{self.setting}-{self.audited}@example.org".lower()
        self._write("name", "María José")
        self._write("email", email)
        self._write("password", PASSWORD)
        self.go_on()
        self.visitor.open(
            find_link(self.site.folder, email, rf"{self.site.address}/{self.language}/confirm/\S+")
        )
        self.audit()
        self.go_on()
        self._write("email", email)
        self._write("password", PASSWORD)
        self.go_on()

    def choose_setting(self) -> None:
        self.open(f"learn/{MODULE}")
        self.by.choose(self.page.locator(f"[value={self.setting}]"))
        self.go_on()

    def answer_test(self, instrument: str) -> None:
        self.open(f"learn/{MODULE}/tests/{instrument}")
        self.go_on()
        total = int(self.page.locator(".lesson-place progress").get_attribute("max") or 0)
        for _ in range(total):
            stem = " ".join(self.page.locator(".question legend").inner_text().split())
            for word in self._right(stem):
                self._give(word)
            if self.scripts:
                self.page.locator(
                    ".save-state", has_text=re.compile(r"^(Saved|Guardad)")
                ).wait_for()
            self.go_on()
        self.go_on()
        assert "/result" in self.page.url

    def _right(self, stem: str) -> tuple[str, ...]:
        for name, text in self.module.texts[self.language].questions.items():
            if " ".join(text.stem.split()) == stem:
                return key_of(self.module.spec.questions[name]).correct
        raise AssertionError(stem)

    def _give(self, word: str) -> None:
        """Give a word of an answer: by a click on an option, or in the menu of its row."""
        menu = self.page.locator("select[name=choice]", has=self.page.locator(f'[value="{word}"]'))
        if menu.count():
            self.by.pick(menu, word)
        else:
            self.by.choose(self.page.locator(f"[name=choice][value={word}]"))

    def read_lessons(self) -> None:
        for lesson in self.module.spec.lessons:
            self.open(f"learn/{MODULE}/{self.setting}/{lesson.id}")
            self._answer_checks()
            self._press(self.page.locator(".lesson-end .button-primary"))

    def _answer_checks(self) -> None:
        for number in range(self.page.locator("form.box-check").count()):
            check = self.page.locator("form.box-check").nth(number)
            menus = check.locator("select[name=choice]")
            for place in range(menus.count()):
                options = menus.nth(place).locator("option")
                value = options.nth(place + 1).get_attribute("value")
                self.by.pick(menus.nth(place), str(value))
            if not menus.count():
                self.by.choose(check.locator("input[name=choice]").first)
            self.by.press(check.locator("button"))
            check.locator(".feedback").wait_for()
        self.audit()

    def give_evaluation(self) -> None:
        self.open(f"learn/{MODULE}/evaluation")
        for group in self.page.locator("fieldset.scale").all():
            self.by.choose(group.locator("input").nth(3))
        self.go_on()

    def confirm_name(self) -> str:
        self._write("name", NAME)
        self.go_on()
        self.page.locator(".document-page img").wait_for()
        self.go_on()  # what will be printed was seen
        return self.page.locator("dd.code").inner_text()

    def verify(self, code: str) -> None:
        self.open("verify")
        self._write("code", code.lower().replace("-", " "))
        self.go_on()
        assert NAME in self.page.locator("main").inner_text()

    def verify_file(self, code: str) -> None:
        file = self.page.request.get(f"{self.site.address}/certificates/{code}.pdf")
        assert file.ok
        document = file.body()
        for data, standing in ((document, "valid"), (document + b"%%EOF", "changed")):
            self.open("verify")
            self.page.set_input_files(
                "#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": data}
            )
            self.visitor.press(self.page.locator("main form[method=post] button"))
            if self.audited:  # the address is that of the form, which was audited
                self.violations += self.visitor.violations()
            assert self.page.locator(f"main .standing-{standing}").count() == 1
