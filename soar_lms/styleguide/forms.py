"""A form with a field of every kind; nobody can send it."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from soar_lms.content import catalogue
from soar_lms.forms import DayField, Form
from soar_lms.i18n import current_language
from soar_lms.i18n import lazy_gettext as _

_STEPS = [SelectChoice(str(step), str(step)) for step in range(1, 6)]
_NEEDED = _("This shows how a fault of one field is said.")


class SampleForm(Form):
    """One field of each kind; `make_form` says what there is to choose."""

    class Meta(Form.Meta):
        """There is nothing to send, so nothing to check."""

        csrf = False

    name = StringField(_("Your name"), [InputRequired(_NEEDED)], description=_("A hint"))
    organisation = StringField(_("Organization"))
    password = PasswordField(
        _("Password"), [InputRequired(_NEEDED)], render_kw={"autocomplete": "new-password"}
    )
    comment = TextAreaField(_("Comment"), [InputRequired(_NEEDED)])
    time_zone = SelectField(_("Time zone"), description=_("A hint"), validate_choice=False)
    setting = RadioField(_("Professional setting"), [InputRequired(_NEEDED)])
    modules = SelectMultipleField(_("Modules"), [InputRequired(_NEEDED)])
    agreed = BooleanField(_("A choice that is on or off"))
    scale = RadioField(_("A question with a scale"), [InputRequired(_NEEDED)], choices=_STEPS)
    before = RadioField(_("Before this module"), choices=_STEPS, validate_choice=False)
    now = RadioField(_("Now"), choices=_STEPS, validate_choice=False)
    day = DayField(_("Due on"))
    offer = SelectField(_("Credit you claim"), validate_choice=False)
    amount = StringField(_("Amount you claim"))
    license_number = StringField(_("License number"))
    license_territory = SelectField(_("State or territory of the license"), validate_choice=False)

    def due_of(self, _module_id: str) -> Field:
        """Return the field for the day on which a module is due."""
        return self.day


def make_form(prefix: str, *, is_sent: bool = False) -> SampleForm:
    """Return a form whose fields all offer the same; if it was sent, with nothing in it."""
    form = SampleForm(formdata=MultiDict() if is_sent else None, prefix=f"{prefix}-")
    tag = current_language().tag
    choices = [SelectChoice(name, spec.name[tag]) for name, spec in catalogue().settings.items()]
    for field in (form.time_zone, form.setting, form.modules, form.offer, form.license_territory):
        field.choices = choices
    if is_sent:
        form.validate()
    return form


def make_terms_form() -> SampleForm:
    """Return a form with one module: there is one field for the day on which it is due."""
    form = make_form("terms")
    form.modules.choices = form.modules.choices[:1]
    return form
