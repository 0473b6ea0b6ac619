"""Styles that were computed before: documents of one design differ in words, hardly in elements.

WeasyPrint matches every selector and computes every property anew for each document: a third of its
time. It gives elements with the same selectors and the same parent one style, whatever stands in
them. Here that holds from one document to the next: a plan belongs to a style sheet and a skeleton
(elements and attributes without words).

What layout writes into a style stays in its document: a plan keeps only what was computed. These
are WeasyPrint's inner parts, which is why setup.cfg names its release.
"""

from __future__ import annotations

import functools
import re
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from weasyprint.css import AnonymousStyle, ComputedStyle, InitialStyle, StyleFor
from weasyprint.css.targets import TargetCollector
from weasyprint.document import Document
from weasyprint.images import get_image_from_uri
from weasyprint.layout import LayoutContext

PLANS = 64
"""How many skeletons are remembered for a style sheet; a design has a handful."""

# Values of these are the document's own, as long as no selector asks for them.
_OWN_VALUES = frozenset({"alt", "content", "src"})
_ASKED_FOR = re.compile(r"\[\s*(?:alt|content|src)\b", re.IGNORECASE)

# Layout writes these into styles; no other property is computed from them.
_HARMLESS = frozenset({"counter_increment", "counter_reset", "counter_set", "overflow"})

# Pseudo-elements that are nothing without `content`.
_BOXES_BY_CONTENT = frozenset({"before", "after"})


@dataclass
class _Memory:
    """What was computed of one style, of the values it specifies, and of its anonymous boxes."""

    values: dict[str, Any] = field(default_factory=dict)
    specified: dict[str, Any] = field(default_factory=dict)
    anonymous: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Slot:
    """One style that elements of a skeleton share."""

    parent: int | None
    cascaded: dict[str, Any]
    pseudo_type: str | None
    memory: _Memory

    @property
    def is_inert(self) -> bool:
        """Whether a pseudo-element makes no box, as far as is known."""
        return self.memory.values.get("content") in {"normal", "inhibit", "none"}


@dataclass
class _Plan:
    """The styles of a skeleton: which element has which, parents before their children."""

    slots: list[_Slot] = field(default_factory=list)
    places: dict[tuple[int | None, str | None], int] = field(default_factory=dict)
    anchors: list[Any] = field(default_factory=list)
    pages: dict[Hashable, _Memory] = field(default_factory=dict)
    page_rules: dict[Hashable, dict[Any, Any]] = field(default_factory=dict)


class Plans:
    """The plans for one style sheet, those used last; `source` is its text."""

    def __init__(self, source: str) -> None:
        self._own_values = frozenset() if _ASKED_FOR.search(source) else _OWN_VALUES
        self._plans: OrderedDict[Hashable, _Plan] = OrderedDict()

    def skeleton_of(self, elements: list[Any]) -> Hashable | None:
        """Return what styles depend on; None when the document brings styles of its own."""
        parts: list[Hashable] = []
        for element in elements:
            if element.tag in {"style", "link"}:
                return None
            attributes = tuple(
                (name, None if name in self._own_values else value)
                for name, value in element.attrib.items()
            )
            # `:empty` looks at whether there is text, children and their number are the shape.
            parts.append((element.tag, len(element), bool(element.text), attributes))
        return tuple(parts)

    def find(self, skeleton: Hashable) -> _Plan | None:
        plan = self._plans.get(skeleton)
        if plan is not None:
            self._plans.move_to_end(skeleton)
        return plan

    def keep(self, skeleton: Hashable, plan: _Plan) -> None:
        self._plans[skeleton] = plan
        while len(self._plans) > PLANS:
            self._plans.popitem(last=False)


class _Remembering:
    """A style that tells its memory what it computed, until somebody else writes into it."""

    memory: dict[str, Any]
    depth = 0
    is_altered = False

    def __setitem__(self, key: str, value: object) -> None:
        if not self.depth and key not in _HARMLESS:
            self.is_altered = True
        super().__setitem__(key, value)  # type: ignore[misc]  # a dictionary is the other parent

    def __missing__(self, key: str) -> Any:
        self.depth += 1
        try:
            value = super().__missing__(key)  # type: ignore[misc]  # a style is the other parent
        finally:
            self.depth -= 1
        if not self.is_altered:
            self.memory[key] = value
        return value


class _WarmAnonymousStyle(_Remembering, AnonymousStyle):
    def __init__(self, parent_style: _WarmStyle) -> None:
        super().__init__(parent_style)
        self.memory = parent_style.whole_memory.anonymous
        self.update(self.memory)


class _WarmStyle(_Remembering, ComputedStyle):
    def __init__(self, memory: _Memory, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.whole_memory, self.memory = memory, memory.values
        self.update(memory.values)
        self.specified.update(memory.specified)

    @cached_property
    def anonymous_style(self) -> AnonymousStyle:
        return _WarmAnonymousStyle(self)

    def __missing__(self, key: str) -> Any:
        value = super().__missing__(key)
        if key in self.specified and not self.is_altered:
            self.whole_memory.specified[key] = self.specified[key]
        return value


class _PlannedStyles(dict[Any, Any]):
    """The styles of a document by element and pseudo-element, made when they are asked for."""

    def __init__(self, plan: _Plan, elements: list[Any], base_url: str, styles: StyleFor) -> None:
        super().__init__()
        self._plan, self._base_url, self._styles_of = plan, base_url, styles
        self._indexes = {element: index for index, element in enumerate(elements)}
        self._made: dict[int, _WarmStyle] = {}

    def get(self, key: Any, default: Any = None) -> Any:
        if key in self:
            return self[key]
        slot = self._slot_of(key)
        if slot is None or (key[1] in _BOXES_BY_CONTENT and self._plan.slots[slot].is_inert):
            return default
        return self[key]

    def __missing__(self, key: Any) -> Any:
        slot = self._slot_of(key)
        if slot is None:
            raise KeyError(key)
        style = self[key] = self._make(slot)
        return style

    def _slot_of(self, key: Any) -> int | None:
        element, pseudo_type = key
        return self._plan.places.get((self._indexes.get(element), pseudo_type))

    def _make(self, number: int) -> _WarmStyle:
        if number not in self._made:
            slot = self._plan.slots[number]
            parent = None if slot.parent is None else self._make(slot.parent)
            root = InitialStyle(self._styles_of.font_config) if parent is None else self._make(0)
            self._made[number] = _WarmStyle(
                slot.memory,
                parent,
                slot.cascaded,
                slot.pseudo_type,
                root,
                self._base_url,
                self._styles_of.font_config,
                self._styles_of.initial_page_sizes,
            )
        return self._made[number]


class _WarmStyles(StyleFor):
    """The styles of a document: by the plan of its skeleton, or computed and planned."""

    def __init__(
        self, html: Any, sheets: list[Any], font_config: Any, collector: Any, plans: Plans
    ) -> None:
        elements = elements_of(html)
        skeleton = plans.skeleton_of(elements)
        plan = plans.find(skeleton)
        if plan is None:
            self._plan = _Plan()
            super().__init__(html, sheets, False, font_config, collector)
            self._make_plan(elements)
            plans.keep(skeleton, self._plan)
            return
        self._plan = plan
        self.initial_page_sizes = {"box": None, "area": None}
        self._sheets, self.font_config = sheets, font_config
        self._cascaded_styles: dict[Any, Any] = {}
        self._computed_styles = _PlannedStyles(plan, elements, html.base_url, self)
        for anchor in plan.anchors:
            collector.collect_anchor(anchor)

    def add_page_declarations(self, page_type: Any) -> None:
        """Do as WeasyPrint does, once for each kind of page."""
        if page_type not in self._plan.page_rules:
            super().add_page_declarations(page_type)
            self._plan.page_rules[page_type] = {
                key: rules for key, rules in self._cascaded_styles.items() if key[0] == page_type
            }
        self._cascaded_styles.update(self._plan.page_rules[page_type])

    def set_computed_styles(
        self,
        element: Any,
        parent: Any,
        root: Any = None,
        pseudo_type: str | None = None,
        base_url: str | None = None,
        target_collector: Any = None,
    ) -> None:
        """Do as WeasyPrint does, with styles that remember."""
        styles, key = self._computed_styles, (element, pseudo_type)
        is_root = element is root and pseudo_type is None
        is_page = not hasattr(element, "attrib")
        style = styles[key] = _WarmStyle(
            self._plan.pages.setdefault(key, _Memory()) if is_page else _Memory(),
            None if is_root else styles[parent, None],
            self._cascaded_styles.get(key, {}),
            pseudo_type,
            InitialStyle(self.font_config) if is_root else styles[root, None],
            base_url,
            self.font_config,
            self.initial_page_sizes,
        )
        if target_collector and style["anchor"]:
            self._plan.anchors.append(style["anchor"])
            target_collector.collect_anchor(style["anchor"])

    def _make_plan(self, elements: list[Any]) -> None:
        indexes = {element: index for index, element in enumerate(elements)}
        numbers: dict[int, int] = {}
        for (element, pseudo_type), style in self._computed_styles.items():
            if id(style) not in numbers:
                numbers[id(style)] = len(self._plan.slots)
                parent = style.parent_style
                self._plan.slots.append(
                    _Slot(
                        None if parent is None else numbers[id(parent)],
                        style.cascaded,
                        pseudo_type,
                        style.whole_memory,
                    )
                )
            self._plan.places[indexes[element], pseudo_type] = numbers[id(style)]


def elements_of(html: Any) -> list[Any]:
    """Return the elements of a document in the order of their tags, without comments."""
    return [item for item in html.etree_element.iter() if isinstance(item.tag, str)]


class WarmDocument(Document):
    """A document whose styles come by a plan; `plans` and `pictures` belong to its design."""

    @classmethod
    def lay_out(cls, html: Any, font_config: Any, plans: Plans, options: dict[str, Any]) -> Any:
        """Return the document with its pages."""
        return cls._render(html, font_config, None, None, options | {"_plans": plans})

    @classmethod
    def _build_layout_context(
        cls, html: Any, font_config: Any, counter_style: Any, color_profiles: Any, options: Any
    ) -> Any:
        plans = options["_plans"]
        if plans.skeleton_of(elements_of(html)) is None:
            return super()._build_layout_context(
                html, font_config, counter_style, color_profiles, options
            )
        for style in html._ua_counter_style():
            counter_style.update(style)
        sheets = [(sheet, "user agent", None) for sheet in html._ua_stylesheets()]
        sheets += [(sheet, "user", None) for sheet in options["stylesheets"]]
        collector = TargetCollector()
        style_for = _WarmStyles(html, sheets, font_config, collector, plans)
        find_image = functools.partial(
            get_image_from_uri,
            cache=options["cache"],
            url_fetcher=html.url_fetcher,
            options=options,
        )
        return LayoutContext(style_for, find_image, font_config, counter_style, collector)
