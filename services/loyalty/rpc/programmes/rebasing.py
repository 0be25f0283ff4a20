"""Rebasing: what was published since a draft was begun is taken over, part by part."""

from services.kit.refusal import Conflict
from services.loyalty.rpc.programmes import definitions
from services.loyalty.rules.programmes.drafts import begun_from
from services.loyalty.rules.programmes.programmes import Programme


class DraftConflicts(Conflict):
    """A part was changed both by the draft and by a version that was published since."""


def rebased(base: Programme, draft: Programme, newest: Programme) -> Programme:
    """The draft as if it had been begun from the newest version. Raises ``DraftConflicts``.

    A part that the draft left as its base has it is the newest version's. One that both changed is nobody's to
    guess: the draft is begun anew.
    """
    was, has, now = (definitions.version(each) for each in (begun_from(base), draft, begun_from(newest)))
    ours = [part for part in definitions.PARTS if getattr(has, part) != getattr(was, part)]
    both = [part for part in ours if getattr(now, part) not in (getattr(was, part), getattr(has, part))]
    if both:
        message = (
            f"{', '.join(both)}: changed by the draft and by a version since. Begin a draft from the newest"
        )
        raise DraftConflicts(message, field="draft_id", parts=", ".join(both), newest=newest.version)
    return definitions.revised(begun_from(newest), has, ours)
