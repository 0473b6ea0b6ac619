"""Taking its holder out of a certificate: what is left has no name, and its code still answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, null, select, update

from soar_lms.certificates.credit_details import delete_facts
from soar_lms.certificates.models import Certificate
from soar_lms.database import Among, Numbers, db

KEPT = frozenset(
    {
        "id",
        "code",
        "module_id",
        "module_title",
        "module_version",
        "language",
        "minutes",
        "completed_at",
        "completed_on",
        "time_zone",
        "issued_at",
        "expires_on",
        "provider",
        "provider_url",
        "credit_amount",
        "credit_unit",
        "credit_statement",
        "credit_provider_number",
        "credit_type",
        "credit_offer",
        "credit_maximum",
        "credit_accreditor",
        "credit_provider",
        "credit_provider_address",
        "credit_joint_provider",
        "credit_event_number",
        "credit_uan",
        "credit_format",
        "credit_released_on",
        "credit_reviewed_on",
        "credit_expires_on",
        "design",
        "template_version",
        "paper",
        "status_index",
        "replaced_by_id",
        "replaced_quietly",
        "corrected_by_holder",
        "revoked_at",
        "revocation",
    }
)
"""What a code answers without a name. The time zone says when the last day ends."""

BLANKED: Mapping[str, Any] = {
    "person_id": None,
    "enrolment_id": None,
    "name": "",
    "setting": "",
    "setting_name": "",
    "score": None,
    "credit_profession": None,
    "credit_license_number": None,
    "credit_license_territory": None,
    # It was written about somebody; that there was one is a rule of the database.
    "revoked_reason": case((Certificate.revoked_at.is_(None), null()), else_=""),
}
"""What is personal, and what stands in its place; a test holds that every column is in one."""


def erase_holders(person_ids: Collection[int], now: datetime) -> None:
    """Leave a nameless stub of every certificate of some people; its document cannot be made."""
    holders = bindparam("holders", list(person_ids), Numbers)
    theirs = select(Certificate.id).where(Among(Certificate.person_id, holders))
    delete_facts(db.session.scalars(theirs).all())
    db.session.execute(
        update(Certificate)
        .where(Among(Certificate.person_id, holders))
        .values(**BLANKED, erased_at=now)
        .execution_options(synchronize_session=False)
    )
