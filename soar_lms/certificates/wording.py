"""What can be done with a certificate, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.certificates.correcting import Closed
from soar_lms.i18n import lazy_gettext as _

CLOSED: Mapping[Closed, LazyString] = {
    Closed.REPLACED: _("This certificate was replaced by a newer one."),
    Closed.REVOKED: _("This certificate was revoked. Its name can no longer be corrected."),
    Closed.ERASED: _("The name was erased at its holder’s request. It cannot come back."),
    Closed.USED: _(
        "You have corrected the name once. If it is still not right, ask your trainer or the "
        "people who run this site: they can correct it at any time."
    ),
    Closed.OVER: _(
        "The days on which you can correct the name yourself are over. Ask your trainer or the "
        "people who run this site: they can correct it at any time."
    ),
}
