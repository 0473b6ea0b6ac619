"""How somebody uses a page: with a mouse or fingers, or with nothing but keys."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def choose(field: Locator) -> None:
    """Choose an option as people do: by a click on its words."""
    field.locator("xpath=following-sibling::label").click()


class Mouse:
    """Hands on a mouse, or fingers on glass."""

    def choose(self, field: Locator) -> None:
        choose(field)

    def pick(self, menu: Locator, value: str) -> None:
        menu.select_option(value)

    def write(self, field: Locator, words: str) -> None:
        field.fill(words)

    def press(self, button: Locator) -> None:
        button.click()


class Keyboard:
    """Hands that use nothing but keys: Tab until it is reached, then what the control wants."""

    MOST_TABS = 150

    def __init__(self, page: Page) -> None:
        self.page = page

    def choose(self, field: Locator) -> None:
        """Choose an option: Tab reaches the group (in it, the chosen one), arrows go through it."""
        kind, name = field.get_attribute("type"), field.get_attribute("name")
        wanted = str(field.get_attribute("value"))
        if kind != "radio":
            self._reach(field)
            self.page.keyboard.press("Space")
            return
        group = self.page.locator(f"[name='{name}']")
        self._reach(group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if self.page.evaluate("document.activeElement.value") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {name}={wanted}")

    def pick(self, menu: Locator, value: str) -> None:
        self._reach(menu)
        for _ in range(menu.locator("option").count()):
            if menu.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {value}")

    def write(self, field: Locator, words: str) -> None:
        self._reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)

    def press(self, button: Locator) -> None:
        self._reach(button)
        self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> None:
        """Press Tab until the focus is on one of these; it is always seen where it is."""
        handles = target.element_handles()
        for _ in range(self.MOST_TABS):
            if self.page.evaluate("all => all.includes(document.activeElement)", handles):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")
