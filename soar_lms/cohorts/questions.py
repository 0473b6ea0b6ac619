"""What trainers are asked before something that cannot be undone: what will happen, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soar_lms.cohorts.models import JoinLink, RosterLine
from soar_lms.cohorts.trainers import ListedTrainer
from soar_lms.cohorts.waiting import Waiting
from soar_lms.i18n import format_number, gettext, ngettext


@dataclass(frozen=True)
class Question:
    """A page that asks: `button` is the answer yes; going back is the answer no."""

    title: str
    """Also that of the window: it names nobody."""
    facts: Sequence[str]
    button: str
    people: Sequence[Waiting] = ()
    """Those whom the answer is about, where they were chosen from a list."""


def ask_for_new_link(link: JoinLink | None) -> Question:
    """Ask before a link is replaced."""
    if link is None:
        return Question(
            gettext("Make a new link"),
            [gettext("The group gets a link, a code, and posters. They work at once.")],
            gettext("Make a new link"),
        )
    facts = [
        *_say_end(link),
        gettext("The new link has the same rules. Send it to those who still have to join."),
    ]
    return Question(
        gettext("Make a new link"), facts, gettext("Make a new link and end the old one")
    )


def ask_for_no_link(link: JoinLink | None) -> Question:
    """Ask before a link is switched off."""
    facts = [] if link is None else _say_end(link)
    facts.append(gettext("You can still invite people, and make a new link at any time."))
    return Question(gettext("Switch the link off"), facts, gettext("Switch the link off"))


def _say_end(link: JoinLink) -> list[str]:
    used = ngettext(
        "%(number)s person has used it, and loses nothing.",
        "%(number)s people have used it, and lose nothing.",
        link.uses,
        number=format_number(link.uses),
    )
    return [
        gettext(
            "The present link, its code, and its posters stop working at once. They cannot be "
            "switched on again."
        ),
        used if link.uses else gettext("Nobody has used it so far."),
    ]


def ask_for_new_lead(trainer: ListedTrainer) -> Question:
    """Ask before another trainer leads a group."""
    facts = [
        gettext("%(name)s then says who trains the group.", name=trainer.name),
        gettext("Whoever leads it today stays a trainer of the group."),
        gettext("Only %(name)s or an administrator can change it back.", name=trainer.name),
    ]
    button = gettext("Let %(name)s lead the group", name=trainer.name)
    return Question(gettext("Let another trainer lead the group"), facts, button)


def ask_for_removal(trainer: ListedTrainer, *, is_self: bool) -> Question:
    """Ask before somebody trains a group no longer."""
    if is_self:
        title = button = gettext("Stop training this group")
        facts = [
            gettext("You no longer see the group, its report, and its people."),
            gettext("Only whoever leads the group, or an administrator, can add you again."),
        ]
    else:
        title = gettext("Remove a trainer")
        button = gettext("Remove %(name)s", name=trainer.name)
        facts = [
            gettext(
                "%(name)s no longer sees the group, its report, and its people.", name=trainer.name
            ),
            gettext("You can add the same person again. No e-mail is sent now."),
        ]
    return Question(title, [*facts, gettext("The members of the group notice nothing.")], button)


def ask_for_withdrawal(line: RosterLine) -> Question:
    """Ask before somebody is taken off the list of the invited."""
    facts = [
        gettext("The link in the e-mail to %(email)s stops working at once.", email=line.email),
        gettext("The person is not told. Who is in the group already stays in it."),
        gettext("You can invite the same person again: that is a new e-mail with a new link."),
    ]
    return Question(gettext("Remove the invitation"), facts, gettext("Remove the invitation"))


def ask_for_approval(people: Sequence[Waiting]) -> Question:
    """Ask before many are let in together."""
    title = ngettext(
        "Let %(number)s person in",
        "Let %(number)s people in",
        len(people),
        number=format_number(len(people)),
    )
    facts = [
        gettext("They are in the group at once, and get an e-mail that says so."),
        gettext("You see from then on how far each of them is. You cannot take them out again."),
    ]
    return Question(title, facts, title, people)


def ask_for_refusal(people: Sequence[Waiting]) -> Question:
    """Ask before people are declined."""
    title = ngettext(
        "Decline %(number)s person",
        "Decline %(number)s people",
        len(people),
        number=format_number(len(people)),
    )
    facts = [
        gettext("They get an e-mail that says so. It cannot be called back."),
        gettext("As long as the link works, they can ask again."),
    ]
    return Question(title, facts, title, people)
