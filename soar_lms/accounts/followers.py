"""Who wants to know when somebody's name or addresses change: features that keep a copy.

A list of a group shows names in order, but accounts know nothing of groups; so the feature that
keeps them adds itself here. It is told in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

Follower = Callable[[Collection[int]], None]
_followers: list[Follower] = []


def follows_people(follower: Follower) -> Follower:
    """Add a follower: it is given the numbers of those who changed."""
    _followers.append(follower)
    return follower


def tell_followers(person_ids: Collection[int]) -> None:
    """Say that name or addresses of people are others now."""
    for follower in _followers:
        follower(person_ids)
