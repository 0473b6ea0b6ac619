"""What was done, in words: the same for administrators and for the people whose record it was."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.access import Role
from soar_lms.audit.services import Action
from soar_lms.i18n import lazy_gettext as _

ROLES: Mapping[str, LazyString] = {
    Role.LEARNER: _("learner"),
    Role.TRAINER: _("trainer"),
    Role.ADMINISTRATOR: _("administrator"),
}
ACTIONS: Mapping[Action, LazyString] = {
    Action.RECORD_VIEWED: _("looked at the learning record"),
    Action.CERTIFICATE_VIEWED: _("looked at a certificate"),
    Action.MEMBERS_EXPORTED: _("downloaded the list of a group"),
    Action.LEARNING_EXPORTED: _("downloaded what a group learned"),
    Action.PROGRESS_EXPORTED: _("downloaded how far a group has come"),
    Action.CERTIFICATES_EXPORTED: _("asked for the certificates of a group as a file"),
    Action.PERSON_CREATED: _("made the account"),
    Action.ATTEMPT_GRANTED: _("gave one more try of a test"),
    Action.TEST_REGRADED: _("graded a test again"),
    Action.EMAIL_ADDED: _("added an e-mail address"),
    Action.EMAIL_REMOVED: _("removed an e-mail address"),
    Action.EMAIL_CHOSEN: _("chose another address for e-mail"),
    Action.PASSKEY_ADDED: _("added a passkey"),
    Action.PASSKEY_REMOVED: _("removed a passkey"),
    Action.SIGN_INS_ENDED: _("signed out all other devices"),
    Action.PEOPLE_MERGED: _("made two accounts one"),
    Action.PEOPLE_UNMERGED: _("parted two accounts again"),
    Action.CREDIT_EXPORTED: _("made a report of credit claimed"),
    Action.CREDIT_TIDIED: _("deleted details of credit that were kept long enough"),
    Action.INVITED: _("invited people to a group"),
    Action.ROSTER_IMPORTED: _("imported a list of people into a group"),
    Action.INVITATION_ACCEPTED: _("accepted an invitation"),
    Action.INVITATION_WITHDRAWN: _("removed an invitation"),
    Action.GROUP_CHANGED: _("changed the settings of a group"),
    Action.GROUP_OPENED: _("opened a group"),
    Action.GROUP_CLOSED: _("closed a group"),
    Action.GROUP_ARCHIVED: _("put a group into the archive"),
    Action.TRAINER_ADDED: _("made somebody a trainer of a group"),
    Action.TRAINER_REMOVED: _("took somebody out of the trainers of a group"),
    Action.LEAD_CHOSEN: _("chose who leads a group"),
    Action.JOIN_LINK_CHANGED: _("changed the link to join a group"),
    Action.JOIN_APPROVED: _("let somebody into a group"),
    Action.JOIN_DECLINED: _("did not let somebody into a group"),
    Action.REMINDED: _("sent reminders"),
    Action.REMINDERS_CHANGED: _("changed when a group sends reminders"),
    Action.CERTIFICATE_CORRECTED: _("corrected the name on a certificate"),
    Action.CERTIFICATE_REVOKED: _("revoked a certificate"),
    Action.CERTIFICATE_RESTORED: _("restored a certificate"),
    Action.PERSON_ERASED: _("erased the account"),
    Action.PROGRAMME_GIVEN: _("let them read program reports"),
    Action.PROGRAMME_TAKEN: _("took away the right to read program reports"),
    Action.PROGRAMME_EXPORTED: _("downloaded a program report"),
}
