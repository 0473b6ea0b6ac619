"""Forms of the learner's way."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import (
    DecimalField,
    Field,
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
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import CreditOffer, EvaluationItem, ItemKind
from soar_lms.certificates.fonts import missing_characters
from soar_lms.certificates.models import NAME_LENGTH
from soar_lms.content import catalogue
from soar_lms.forms import Form, require_letters
from soar_lms.i18n import current_language, gettext
from soar_lms.i18n import lazy_gettext as _

COMMENT_LENGTH = 2_000
SCALE = range(1, 6)


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

    def answers(self, module: Module) -> dict[str, Any]:
        """Return the answers by item, numbers as numbers; what was left out is not there."""
        found: dict[str, Any] = {}
        for item in module.spec.evaluation.items if module.spec.evaluation else ():
            if item.kind is ItemKind.BEFORE_NOW:
                pair = {when: self[f"{item.id}-{when}"].data for when in ("before", "now")}
                if any(pair.values()):
                    found[item.id] = {when: int(data) for when, data in pair.items() if data}
            elif self[item.id].data:
                data = self[item.id].data
                found[item.id] = int(data) if item.kind is ItemKind.SCALE else data
        return found


def make_evaluation_form(module: Module) -> EvaluationForm:
    """Return the evaluation of a module, in the language of the page."""
    texts = module.texts[current_language().tag].evaluation
    fields: dict[str, Any] = {}
    for item in module.spec.evaluation.items if module.spec.evaluation else ():
        fields.update(_item_fields(item, texts[item.id]))
    form: EvaluationForm = type("ModuleEvaluationForm", (EvaluationForm,), fields)()
    return form


def _item_fields(item: EvaluationItem, label: str) -> dict[str, Any]:
    required = _required(label) if item.required else OptionalInput()
    if item.kind is ItemKind.TEXT:
        length = Length(max=COMMENT_LENGTH, message=_("Write at most %(max)d characters."))
        return {item.id: TextAreaField(label, validators=[OptionalInput(), length])}
    choices = [SelectChoice(str(number), str(number)) for number in SCALE]
    if item.kind is ItemKind.SCALE:
        return {item.id: RadioField(label, choices=choices, validators=[required])}
    whens = (("before", gettext("Before this module")), ("now", gettext("Now")))
    return {
        f"{item.id}-{when}": RadioField(
            words,
            choices=choices,
            validators=[_required(f"{label} {words}") if item.required else OptionalInput()],
        )
        for when, words in whens
    }


def _required(question: str) -> InputRequired:
    """Ask for an answer, naming the question: the summary lists several of them."""
    return InputRequired(gettext("Please answer: %(question)s", question=question))


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
                    characters=" ".join(missing),
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
