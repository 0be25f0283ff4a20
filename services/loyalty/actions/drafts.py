"""Drafts: each step from the first line to the published version is one transaction."""

from dataclasses import dataclass, replace

from services.kit import database
from services.loyalty.actions import programmes as publishing
from services.loyalty.actions.editions import as_drafted
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.rules.programmes.drafts import (
    Draft,
    DraftState,
    EditionKind,
    Publisher,
    UnknownDraft,
    be_free_to_publish,
)
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.programmes import drafts
from services.loyalty.storage.programmes.programmes import Publication


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does to a draft, made from one edition of it; ``now`` in microseconds since 1970."""

    draft_id: str
    edition: int
    by: str
    reason: str
    now: int


async def create(connection: database.RawConnection, draft: Draft) -> tuple[Draft, bool]:
    """Begin a draft from the newest version; the same again is a replay (True)."""
    kept = await drafts.insert(connection, draft)
    if kept.fingerprint != draft.fingerprint:
        message = "this idempotency key was used for another draft: take a new one"
        raise IdempotencyKeyReused(message, field="idempotency_key")
    return kept, kept.draft_id != draft.draft_id


async def change(
    connection: database.RawConnection,
    step: Step,
    programme: Programme,
    based_on_version: int,
    kind: EditionKind = EditionKind.CHANGED,
) -> Draft:
    """Write a draft's next edition. Raises ``UnknownDraft``, ``DraftClosed`` and ``EditedMeanwhile``."""
    known = await _locked(connection, step.draft_id)
    known.be_open()
    known.be_at(step.edition)
    written = known.written(programme, based_on_version, step.by, step.reason, step.now)
    await drafts.write(connection, written, kind)
    return written


async def discard(connection: database.RawConnection, step: Step) -> tuple[Draft, bool]:
    """Close a draft that will not be published; the same again is a replay (True)."""
    known = await _locked(connection, step.draft_id)
    if known.state is DraftState.DISCARDED:
        return known, True
    known.be_open()
    known.be_at(step.edition)
    written = known.written(known.programme, known.based_on_version, step.by, step.reason, step.now)
    discarded = replace(written, state=DraftState.DISCARDED)
    await drafts.write(connection, discarded, EditionKind.DISCARDED)
    return discarded, False


async def publish(
    connection: database.RawConnection,
    step: Step,
    publisher: Publisher,
    effective_at: int | None,
) -> tuple[Draft, Publication | None]:
    """Publish a draft as the next version; None instead of it when that was done before.

    Publishing locks before the draft does, as everywhere: two drafts of one base take turns, and the second is told.
    """
    await publishing.alone(connection)
    known = await _locked(connection, step.draft_id)
    if known.state is DraftState.PUBLISHED:
        return known, None
    known.be_open()
    known.be_at(step.edition)
    moment = await publishing.moment(connection, known.programme.programme_id)
    writers = await drafts.writers(connection, step.draft_id)
    be_free_to_publish(publisher, writers, "draft_id", two_persons=moment.newest.two_persons)
    with as_drafted("edition", "effective_at"):
        publication = await publishing.publish(
            connection,
            moment,
            known.programme,
            known.based_on_version,
            effective_at,
            publisher.actor,
            step.reason,
        )
    await drafts.publish(connection, step.draft_id, publication.programme.version)
    published = replace(known, state=DraftState.PUBLISHED, published_version=publication.programme.version)
    return published, publication


async def _locked(connection: database.RawConnection, draft_id: str) -> Draft:
    known = await drafts.lock(connection, draft_id)
    if known is None:
        raise UnknownDraft("there is no draft with this id: check the id", field="draft_id")
    return known
