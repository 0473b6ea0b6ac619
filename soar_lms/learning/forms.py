"""Forms of the learner's way."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import (
    DecimalField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.validators import Optional as OptionalInput

from soar_lms.accounts.professions import list_professions, list_territories
from soar_lms.catalogue.evaluation import EvaluationItem, EvaluationText, ItemKind
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import CreditOffer
from soar_lms.certificates.fonts import missing_characters
from soar_lms.certificates.models import NAME_LENGTH
from soar_lms.content import catalogue
from soar_lms.errors import NotFoundError
from soar_lms.forms import Form, require_letters
from soar_lms.i18n import current_language, gettext
from soar_lms.i18n import lazy_gettext as _

COMMENT_LENGTH = 2_000
SCALE = range(1, 6)
CHANGE, ISSUE = "change", "issue"


class ChooseSettingForm(Form):
    """The professional setting whose lessons a learner takes."""

    setting = RadioField(
        _("Your professional setting"),
        validators=[InputRequired(_("Choose the setting that is closest to your work."))],
    )

    @classmethod
    def for_module(cls, module: Module, chosen: str | None = None) -> ChooseSettingForm:
        """Return the form with the settings of a module, in the language of the page."""
        form = cls(setting=chosen)
        language = current_language().tag
        form.setting.choices = [
            SelectChoice(setting, catalogue().settings[setting].name[language])
            for setting in module.spec.settings
        ]
        return form


class AnswerForm(Form):
    """The options chosen for one question; the service says whether they are possible."""

    choice = SelectMultipleField(validate_choice=False)


class EvaluationForm(Form):
    """What a learner thought of a module; the items come from its content."""

    items: Mapping[str, EvaluationItem] = {}

    def field(self, item_id: str, when: str | None = None) -> Field:
        """Return the field of an item, or of one half of a pair."""
        return self[_key(item_id, when)]

    def answers(self) -> dict[str, Any]:
        """Return the answers by item, numbers as numbers; what was left out is not there."""
        found: dict[str, Any] = {}
        for item_id, item in self.items.items():
            if item.kind is ItemKind.BEFORE_NOW:
                pair = {when: self.field(item_id, when).data for when in ("before", "now")}
                if any(pair.values()):
                    found[item_id] = {when: int(data) for when, data in pair.items() if data}
            elif data := self.field(item_id).data:
                found[item_id] = int(data) if item.kind is ItemKind.SCALE else data
        return found


def make_evaluation_form(module: Module, form_id: str) -> EvaluationForm:
    """Return a form of a module's evaluation, in the language of the page.

    :raises NotFoundError: when the module has no such form.
    """
    spec = module.spec.evaluation
    if spec is None or form_id not in spec.forms:
        raise NotFoundError
    texts = module.texts[current_language().tag].evaluation
    items = spec.items_of(form_id)
    parts: dict[str, Any] = {"items": items}
    for item_id, item in items.items():
        parts.update(_item_fields(item_id, item, texts))
    form: EvaluationForm = type("ModuleEvaluationForm", (EvaluationForm,), parts)()
    return form


def _key(item_id: str, when: str | None = None) -> str:
    """Return what a field is called in its class: an item may be called "data" or "errors"."""
    return "-".join(filter(None, ("item", item_id, when)))


def _item_fields(item_id: str, item: EvaluationItem, texts: EvaluationText) -> dict[str, Any]:
    label = texts.items[item_id]
    if item.kind is ItemKind.TEXT:
        length = Length(max=COMMENT_LENGTH, message=_("Write at most %(max)d characters."))
        area = TextAreaField(
            label, name=item_id, id=_key(item_id), validators=[OptionalInput(), length]
        )
        return {_key(item_id): area}
    if item.kind is ItemKind.BEFORE_NOW:
        whens = (("before", gettext("Before this module")), ("now", gettext("Now")))
        return {
            _key(item_id, when): _scale(item_id, item, words, f"{label} {words}", when)
            for when, words in whens
        }
    if item.kind is ItemKind.SCALE:
        return {_key(item_id): _scale(item_id, item, label, label)}
    options = texts.options[item_id]
    choices = [SelectChoice(option, options[option]) for option in item.options or ()]
    return {_key(item_id): _radio(item_id, item, label, label, choices)}


def _scale(
    item_id: str, item: EvaluationItem, label: str, question: str, when: str | None = None
) -> Field:
    choices = [SelectChoice(str(number), str(number)) for number in SCALE]
    return _radio(item_id, item, label, question, choices, when)


def _radio(
    item_id: str,
    item: EvaluationItem,
    label: str,
    question: str,
    choices: list[SelectChoice],
    when: str | None = None,
) -> Field:
    return RadioField(
        label,
        name=f"{item_id}-{when}" if when else item_id,
        id=_key(item_id, when),
        choices=choices,
        validators=[_required(question) if item.required else OptionalInput()],
    )


def _required(question: str) -> InputRequired:
    """Ask for an answer, naming the question: the summary lists several of them."""
    return InputRequired(gettext("Please answer: %(question)s", question=question))


def _visible(characters: str) -> str:
    """Return characters that cannot be seen by their numbers."""
    is_seen = characters.isprintable() and not characters.isspace()
    return characters if is_seen else " ".join(f"U+{ord(one):04X}" for one in characters)


class AmountField(DecimalField):
    """A number above zero or nothing, with a point or a comma for its decimals."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; what is none keeps its words and says so."""
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        try:
            amount = Decimal(typed.replace(",", "."))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount <= 0:
            raise ValueError(gettext("Enter a number above zero, such as 1.5."))
        self.data = amount


class ConfirmCompletionForm(Form):
    """The name as it shall be printed, and what the learner claims."""

    step = HiddenField()
    """Nothing: show how it will look; `change`: show the form again; `issue`: it was seen."""
    name = StringField(
        _("Name on the certificate"),
        validators=[
            DataRequired(_("Enter the name as it should be printed.")),
            require_letters,
            Length(max=NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH},
    )
    profession = SelectField(_("Profession"), validators=[OptionalInput()])
    territory = SelectField(_("State or territory where you work"), validators=[OptionalInput()])
    offer = SelectField(_("Continuing education credit"), validators=[OptionalInput()])
    amount = AmountField(_("Amount you claim"), places=2)

    def validate_name(self, field: Field) -> None:
        """Refuse what the certificate's fonts cannot print, before anything is issued."""
        missing = missing_characters(field.data or "")
        if missing:
            raise ValidationError(
                gettext(
                    "Our fonts cannot print this yet: %(characters)s. "
                    "Please write the name in other letters, or ask the people who run this site.",
                    characters=" ".join(map(_visible, missing)),
                )
            )

    def fill(self, offers: list[CreditOffer]) -> None:
        """Fill the menus; without offers there is nothing to claim."""
        self.profession.choices = list_professions()
        self.territory.choices = list_territories()
        self.offer.choices = [
            SelectChoice("", _("I do not claim credit")),
            *(
                SelectChoice(offer.id, f"{offer.accreditor}: {offer.amount} {offer.unit}")
                for offer in offers
            ),
        ]
        self.offers = {offer.id: offer for offer in offers}
        if not offers:
            del self.offer
            del self.amount

    def validate_amount(self, field: Field) -> None:
        """Credit and amount go together, and the amount is one that the offer allows."""
        offer = self.offers.get(self.offer.data or "")
        if offer is None and field.data is not None:
            raise ValidationError(
                gettext("Choose the credit you claim, or leave the amount blank.")
            )
        if offer is None:
            return
        if field.data is None:
            raise ValidationError(gettext("Enter the amount you claim."))
        if field.data > offer.amount or field.data % offer.step:
            raise ValidationError(
                gettext(
                    "Enter at most %(most)s, in steps of %(step)s.",
                    most=offer.amount,
                    step=offer.step,
                )
            )
