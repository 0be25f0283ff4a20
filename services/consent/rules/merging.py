"""Merging: what stands for a member who turned out to be two, by what each decided and when they became one.

A refusal on either side wins. What needs an act of its own (PIPL 23, 25, 26, 29, 39) is asked anew, unless it was
refused. What the member decides after the merge counts as ever.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.consent.rules.decisions import Decision, later
from services.consent.rules.records import EventState
from services.kit.refusal import Unavailable

Key = tuple[str, str]
"""A purpose and a recipient."""

Standing = dict[Key, Decision]


class MembersMergedMeanwhile(Unavailable):
    """The member was merged into another in this moment; the same act may be sent again."""

    def __init__(self) -> None:
        super().__init__("the member was merged into another in this moment: try again")


@dataclass(frozen=True, slots=True)
class Joined:
    """What another member brought along, and the survivor's epoch from which on it counts."""

    epoch: int
    decisions: tuple[Decision, ...]


def standing(
    own: Iterable[Decision], joined: Iterable[Joined], needs_its_own_act: Callable[[Key], bool]
) -> Standing:
    """What stands for a survivor: the survivor's own decisions and what others brought, in the order of epochs."""
    stands: Standing = {}
    steps: list[tuple[int, Decision | Joined]] = [(one.epoch, one) for one in own]
    steps += [(one.epoch, one) for one in joined]
    for _, step in sorted(steps, key=lambda at: at[0]):
        if isinstance(step, Joined):
            stands = _weighed(stands, step, needs_its_own_act)
        else:
            stands[_key(step)] = later(stands.get(_key(step)), step)
    return stands


def _weighed(
    ours: Mapping[Key, Decision], joined: Joined, needs_its_own_act: Callable[[Key], bool]
) -> Standing:
    theirs = {_key(one): one for one in joined.decisions}
    stands: Standing = {}
    for key in {*ours, *theirs}:
        sides = [side for side in (ours.get(key), theirs.get(key)) if side is not None]
        denials = [side for side in sides if side.event_state is not EventState.GIVEN]
        if not denials and needs_its_own_act(key):
            continue
        counts = max(denials or sides, key=lambda side: (side.event_time, side.record_id))
        stands[key] = counts._replace(epoch=joined.epoch)
    return stands


def _key(decision: Decision) -> Key:
    return decision.purpose, decision.recipient_id
