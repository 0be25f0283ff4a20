"""Drafts: a programme's next version while it is written, and who may publish it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from services.kit.refusal import Conflict, Declined, Forbidden, NotFound
from services.loyalty.rules.ledger.approvals import SecondPersonNeeded
from services.loyalty.rules.programmes.programmes import Programme

PUBLISHER = "program_publisher"


class UnknownDraft(NotFound):
    """No draft has this id."""


class EditedMeanwhile(Conflict):
    """The draft was changed since it was read; look at it and try again."""


class DraftClosed(Declined):
    """The draft was published or discarded, and stays as it is."""


class PublisherNeeded(Forbidden):
    """The programme demands two persons, and this one is not among its publishers."""


class DraftState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    DISCARDED = "DISCARDED"


class EditionKind(StrEnum):
    """What somebody did to a draft."""

    DRAFTED = "DRAFTED"
    CHANGED = "CHANGED"
    REBASED = "REBASED"
    DISCARDED = "DISCARDED"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as of one edition. Instants are microseconds since 1970.

    ``programme`` is as it would be published, numbered as the version after the one it is based on.
    """

    draft_id: str
    programme: Programme
    based_on_version: int
    state: DraftState
    edition: int
    created_by: str
    created_at: int
    changed_by: str
    changed_at: int
    reason: str
    idempotency_key: str
    fingerprint: bytes
    published_version: int = 0

    def be_open(self) -> None:
        """Refuse to touch what was published or discarded. Raises ``DraftClosed``."""
        if self.state is not DraftState.DRAFT:
            message = f"the draft is {self.state.lower()} and stays as it is: begin another"
            raise DraftClosed(message, field="draft_id", state=self.state)

    def be_at(self, edition: int) -> None:
        """Refuse what was made from another edition. Raises ``EditedMeanwhile``."""
        if self.edition != edition:
            message = f"this was made from edition {edition}, and {self.changed_by} wrote edition {self.edition} since"
            raise EditedMeanwhile(message, field="edition", edition=self.edition, changed_by=self.changed_by)

    def written(self, programme: Programme, based_on_version: int, by: str, reason: str, now: int) -> "Draft":
        """The next edition."""
        return replace(
            self,
            programme=replace(programme, version=based_on_version + 1),
            based_on_version=based_on_version,
            edition=self.edition + 1,
            changed_by=by,
            changed_at=max(now, self.changed_at),
            reason=reason,
        )


def begun_from(version: Programme) -> Programme:
    """What a draft begins as: the version, but for where members of tiers went that it left behind itself."""
    return replace(version, tier_scheme=replace(version.tier_scheme, successors=()))


def restored(newest: Programme, version: Programme) -> Programme:
    """What a draft begins as that undoes what came after a version: what that said, upon the newest.

    A currency stays once members may have it, and how versions are published is not undone with what they say.
    """
    known = {currency.code for currency in version.currencies}
    return replace(
        begun_from(version),
        version=newest.version,
        effective_at=newest.effective_at,
        currencies=(*version.currencies, *(one for one in newest.currencies if one.code not in known)),
        two_persons=newest.two_persons,
    )


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: a name as the audit knows it, and roles."""

    actor: str
    roles: frozenset[str]


def be_free_to_publish(
    publisher: Publisher, writers: Collection[str], field: str, *, two_persons: bool
) -> None:
    """Refuse who may not publish alone what they wrote. ``writers`` wrote any of it.

    The programme's newest version says whether it takes ``two_persons`` and not a draft, so that nobody turns the
    demand off alone. Raises ``PublisherNeeded`` and ``SecondPersonNeeded``.
    """
    if not two_persons:
        return
    if PUBLISHER not in publisher.roles:
        message = f"this programme demands two persons: whoever publishes needs the role {PUBLISHER}"
        raise PublisherNeeded(message, field=field)
    if publisher.actor in writers:
        message = "you wrote part of this: this programme demands that another person publishes it"
        raise SecondPersonNeeded(message, field=field)
