"""Forms of the learner's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict
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
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.validators import Optional as OptionalInput

from soar_lms.accounts.licenses import is_license_number
from soar_lms.accounts.models import LICENSE_LENGTH, PersonLicense
from soar_lms.accounts.professions import TERRITORIES, list_professions, list_territories
from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.evaluation import EvaluationItem, EvaluationText, ItemKind
from soar_lms.catalogue.model import Module
from soar_lms.certificates.claims import (
    Claim,
    License,
    asks_for_profile,
    is_profile_id,
    read_birthday,
)
from soar_lms.certificates.names import certificate_name
from soar_lms.certificates.vault import PharmacyFacts, lock
from soar_lms.content import catalogue
from soar_lms.errors import NotFoundError
from soar_lms.forms import Form
from soar_lms.i18n import current_language, gettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.learning.claiming import CreditChoice, say_audience

COMMENT_LENGTH = 2_000
SCALE = range(1, 6)
ANOTHER = "another"
"""Chosen among the licenses that are written down: none of them."""
CHANGE, ISSUE = "change", "issue"
_HALVES = {"before": _("Before this module"), "now": _("Now")}
"""What is asked twice about one thing: as it was, and as it is."""


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
    questions: Mapping[str, str] = {}
    """The words of each item, with its number in this form before them."""
    places: Mapping[str, str] = {}
    """By the ids of fields: the number of the question, and which half of a pair."""

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

    def in_summary(self, field: Field, error: str, *, is_clear: bool) -> str:
        """Name the question by its number: its words are long, and stand at the field."""
        place = self.places.get(str(field.id))
        if place is None:
            return super().in_summary(field, error, is_clear=is_clear)
        return f"{place}: {error}"


def make_evaluation_form(
    module: Module, form_id: str, kept: MultiDict[str, str] | None = None
) -> EvaluationForm:
    """Return a form of a module's evaluation, in the language of the page.

    :param kept: what was filled in before, on this device.

    :raises NotFoundError: when the module has no such form.
    """
    spec = module.spec.evaluation
    if spec is None or form_id not in spec.forms:
        raise NotFoundError
    texts = module.texts[current_language().tag].evaluation
    items = spec.items_of(form_id)
    questions = {
        item_id: f"{number}. {texts.items[item_id]}" for number, item_id in enumerate(items, 1)
    }
    parts: dict[str, Any] = {"items": items, "questions": questions, "places": _places(items)}
    for item_id, item in items.items():
        parts.update(_item_fields(item_id, item, questions[item_id], texts))
    filled = {} if kept is None else {"formdata": kept}
    form: EvaluationForm = type("ModuleEvaluationForm", (EvaluationForm,), parts)(**filled)
    return form


def _places(items: Mapping[str, EvaluationItem]) -> dict[str, str]:
    found = {}
    for number, (item_id, item) in enumerate(items.items(), start=1):
        if item.kind is not ItemKind.BEFORE_NOW:
            found[_key(item_id)] = gettext("Question %(number)s", number=number)
            continue
        for when, part in _HALVES.items():
            found[_key(item_id, when)] = gettext(
                "Question %(number)s (%(part)s)", number=number, part=part
            )
    return found


def _key(item_id: str, when: str | None = None) -> str:
    """Return what a field is called in its class: an item may be called "data" or "errors"."""
    return "-".join(filter(None, ("item", item_id, when)))


def _item_fields(
    item_id: str, item: EvaluationItem, question: str, texts: EvaluationText
) -> dict[str, Any]:
    if item.kind is ItemKind.TEXT:
        length = Length(max=COMMENT_LENGTH, message=_("Write at most %(max)d characters."))
        area = TextAreaField(
            question, name=item_id, id=_key(item_id), validators=[OptionalInput(), length]
        )
        return {_key(item_id): area}
    if item.kind is ItemKind.BEFORE_NOW:
        return {
            _key(item_id, when): _scale(item_id, item, words, when)
            for when, words in _HALVES.items()
        }
    if item.kind is ItemKind.SCALE:
        return {_key(item_id): _scale(item_id, item, question)}
    options = texts.options[item_id]
    choices = [SelectChoice(option, options[option]) for option in item.options or ()]
    return {_key(item_id): _radio(item_id, item, question, choices)}


def _scale(item_id: str, item: EvaluationItem, label: str, when: str | None = None) -> Field:
    choices = [SelectChoice(str(number), str(number)) for number in SCALE]
    return _radio(item_id, item, label, choices, when)


def _radio(
    item_id: str,
    item: EvaluationItem,
    label: str,
    choices: list[SelectChoice],
    when: str | None = None,
) -> Field:
    required = InputRequired(_("Choose one of the answers."))
    return RadioField(
        label,
        name=f"{item_id}-{when}" if when else item_id,
        id=_key(item_id, when),
        choices=choices,
        validators=[required if item.required else OptionalInput()],
    )


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
    name = certificate_name()
    profession = SelectField(_("Profession"), validators=[OptionalInput()])
    territory = SelectField(_("State or territory where you work"), validators=[OptionalInput()])
    offer = SelectField(_("Credit you claim"), validators=[OptionalInput()], validate_choice=False)
    amount = AmountField(_("Amount you claim"), places=2)
    license = SelectField(_("License on the certificate"), validators=[OptionalInput()])
    license_number = StringField(
        _("License number"),
        validators=[Length(max=LICENSE_LENGTH, message=_("Enter at most %(max)d characters."))],
        render_kw={"autocomplete": "off", "maxlength": LICENSE_LENGTH},
    )
    license_territory = SelectField(
        _("State or territory of the license"), validators=[OptionalInput()]
    )
    profile_id = StringField(
        _("NABP e-Profile ID"), render_kw={"autocomplete": "off", "inputmode": "numeric"}
    )
    birthday = StringField(_("Month and day of birth"), render_kw={"autocomplete": "off"})

    def fill(self, choice: CreditChoice, licenses: Sequence[PersonLicense]) -> None:
        """Fill the menus; without offers there is nothing to claim."""
        self.profession.choices = list_professions()
        self.territory.choices = list_territories()
        self.license_territory.choices = list_territories()
        self.choice = choice
        self.offer.choices = [
            SelectChoice("", _("I do not claim credit")),
            *(
                SelectChoice(offer.id, f"{offer.accreditor}: {offer.amount} {offer.unit}")
                for offer in choice.offers.values()
            ),
        ]
        self.licenses = {str(item.id): License(item.number, item.territory) for item in licenses}
        self.license.choices = [
            SelectChoice("", _("Print no license")),
            *(
                SelectChoice(name, f"{TERRITORIES[item.territory]} {item.number}")
                for name, item in self.licenses.items()
                if item.territory
            ),
            SelectChoice(ANOTHER, _("Another license, which I enter here")),
        ]
        for name in self._needless_fields():
            del self[name]

    def _needless_fields(self) -> list[str]:
        found = []
        if not self.choice.offers:
            found += ["amount", "license_number", "license_territory"]
        if not self.choice.offers or not self.licenses:
            found.append("license")
        if not any(map(asks_for_profile, self.choice.offers.values())):
            found += ["profile_id", "birthday"]
        return found

    @property
    def claimed(self) -> CreditOffer | None:
        """The offer that is claimed; None for no credit."""
        return self.choice.offers.get(self.offer.data or "")

    def validate_offer(self, field: Field) -> None:
        """Say why what is claimed is not there any more, or who can claim it."""
        offer = self.claimed
        if offer is None:
            raise ValidationError(self.choice.why_not(field.data))
        if offer.audience and self.profession.data not in offer.audience:
            raise ValidationError(
                gettext(
                    "This credit is for: %(professions)s. If that is you, choose it as your "
                    "profession below. If not, claim no credit.",
                    professions=say_audience(offer),
                )
            )

    def validate_amount(self, field: Field) -> None:
        """Credit and amount go together, and the amount is one that the offer allows."""
        offer = self.claimed
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

    def validate_license_number(self, field: Field) -> None:
        """A number goes with the choice to enter one."""
        wants_another = "license" not in self or self.license.data == ANOTHER
        if field.data and not is_license_number(field.data):
            raise ValidationError(
                gettext("Write the license number with letters, digits, and . / # -")
            )
        if field.data and not wants_another:
            raise ValidationError(
                gettext("Choose “Another license” above to print this number, or clear it.")
            )
        if "license" in self and wants_another and not field.data:
            raise ValidationError(gettext("Enter the number of the license."))

    def validate_profile_id(self, field: Field) -> None:
        """Ask for it only where the body of the credit does."""
        if self._asks_for_profile() and not is_profile_id(field.data or ""):
            raise ValidationError(gettext("Enter your NABP e-Profile ID, with digits only."))

    def validate_birthday(self, field: Field) -> None:
        """Ask for it only where the body of the credit does."""
        if self._asks_for_profile() and read_birthday(field.data or "") is None:
            raise ValidationError(
                gettext("Enter the month and the day of your birth, such as 07/04 for July 4.")
            )

    def _asks_for_profile(self) -> bool:
        return self.claimed is not None and asks_for_profile(self.claimed)

    def claim(self, keys: Sequence[str]) -> Claim | None:
        """Return what is claimed; what only the body may know is encrypted here."""
        offer = self.claimed
        if offer is None:
            return None
        facts = None
        if asks_for_profile(offer):
            birthday = read_birthday(self.birthday.data or "") or ""
            facts = lock(PharmacyFacts(self.profile_id.data, birthday), keys)
        return Claim(
            offer.id, self.amount.data, self.profession.data or None, self._license(), facts
        )

    def _license(self) -> License | None:
        if self.license_number.data:
            return License(self.license_number.data, self.license_territory.data or None)
        return self.licenses.get(self.license.data or "") if "license" in self else None
