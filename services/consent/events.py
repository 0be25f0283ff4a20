"""The door out: what was decided, as events in the outbox of the same transaction; no personal data in them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from huiyuan.consent.v1 import events_pb2
from huiyuan.kit.v1 import erasures_pb2

from services.consent.rules.acts import Grant, Rejection, Withdrawal
from services.consent.rules.handlers import Transfer
from services.consent.rules.notices import Notice
from services.consent.rules.preferences import Change, ChangeKind
from services.consent.rules.purposes import Purpose
from services.consent.rules.rights import RightsRequest, Task
from services.consent.rules.topics import SendingRules, Topic
from services.kit import outbox
from services.kit.database import Connection


async def decided(
    connection: Connection, act: Grant | Withdrawal | Rejection, epoch: int, now: datetime
) -> None:
    """A member gave, withdrew or refused; answers older than the epoch are void."""
    event = events_pb2.ConsentEvent(member_id=str(act.member_id), occurred_at=now, epoch=epoch)
    match act:
        case Grant():
            kind: Any = event.consent_given
        case Withdrawal():
            kind = event.consent_withdrawn
        case _:
            kind = event.consent_refused
    kind.purposes.extend(act.purposes)
    kind.recipient_id = act.recipient_id
    kind.SetInParent()
    await _append(connection, str(act.member_id), event)


async def purpose_published(connection: Connection, purpose: Purpose) -> None:
    """A version came into force; answers about older ones may have changed."""
    event = events_pb2.ConsentEvent(
        occurred_at=purpose.effective_at,
        purpose_published=events_pb2.PurposePublished(key=purpose.key, version=purpose.version),
    )
    await _append(connection, None, event)


async def handling_transferred(connection: Connection, transfer: Transfer, now: datetime) -> None:
    """The processing goes over to another handler, of which every member is told."""
    event = events_pb2.ConsentEvent(
        occurred_at=now,
        handling_transferred=events_pb2.HandlingTransferred(
            transfer_id=transfer.transfer_id,
            handler_id=transfer.handler_id,
            notice_key=transfer.notice_key,
            effective_at=transfer.effective_at,
        ),
    )
    await _append(connection, None, event)


async def member_erased(
    connection: Connection,
    member_id: UUID,
    epoch: int,
    erasure_id: UUID,
    gone: Mapping[str, int],
    now: datetime,
) -> None:
    """A member was erased; evidence that stays does so under a pseudonym, everything else is deleted."""
    event = events_pb2.ConsentEvent(member_id=str(member_id), occurred_at=now, epoch=epoch + 1)
    event.member_erasure_done.erasure_id = str(erasure_id)
    for store, count in gone.items():
        action = (
            erasures_pb2.STORE_ACTION_PSEUDONYMISED
            if store == "consent_events"
            else erasures_pb2.STORE_ACTION_DELETED
        )
        event.member_erasure_done.proof.add(store=store, action=action, count=count)
    await _append(connection, str(member_id), event)


async def merge_followed(
    connection: Connection,
    from_member: UUID,
    into_member: UUID,
    merge_id: str,
    epoch: int,
    now: datetime,
    *,
    undone: bool,
) -> None:
    """A merge, or its undoing, counts here from now on; answers about either member are void."""
    event = events_pb2.ConsentEvent(
        member_id=str(from_member),
        occurred_at=now,
        epoch=epoch,
        merge_followed=events_pb2.MergeFollowed(
            merge_id=merge_id, into_member_id=str(into_member), undone=undone
        ),
    )
    await _append(connection, str(from_member), event)


async def preference_changed(
    connection: Connection, member_id: UUID, change: Change, epoch: int, now: datetime
) -> None:
    """How a member may be written to is another thing; answers older than the epoch are void."""
    event = events_pb2.ConsentEvent(member_id=str(member_id), occurred_at=now, epoch=epoch)
    match change.kind:
        case ChangeKind.AUTOMATED_DECISIONS_SET:
            event.automated_decisions_changed.refused = change.content["refused"]
            event.automated_decisions_changed.SetInParent()
        case ChangeKind.SUPPRESSED | ChangeKind.UNSUPPRESSED:
            event.suppressions_changed.SetInParent()
        case _:
            event.preferences_changed.SetInParent()
    await _append(connection, str(member_id), event)


async def topic_published(connection: Connection, topic: Topic) -> None:
    """A version of a topic came into force."""
    published = events_pb2.TopicPublished(key=topic.key, version=topic.version)
    event = events_pb2.ConsentEvent(occurred_at=topic.effective_at, topic_published=published)
    await _append(connection, None, event)


async def sending_rules_published(connection: Connection, rules: SendingRules) -> None:
    """A version of the rules of all sending came into force."""
    published = events_pb2.SendingRulesPublished(version=rules.version)
    event = events_pb2.ConsentEvent(occurred_at=rules.effective_at, sending_rules_published=published)
    await _append(connection, None, event)


async def rights_request_changed(connection: Connection, request: RightsRequest, now: datetime) -> None:
    """A rights request came, went on or ended; nobody is named by it once the member is erased."""
    told = events_pb2.RightsRequestChanged(
        request_id=str(request.request_id),
        kind=f"RIGHTS_KIND_{request.kind}",
        state=f"RIGHTS_STATE_{request.state}",
    )
    event = events_pb2.ConsentEvent(occurred_at=now, rights_request_changed=told)
    await _append_of(connection, request, event)


async def rights_request_due(
    connection: Connection, request: RightsRequest, now: datetime, *, overdue: bool
) -> None:
    """The time of an open request is nearly or quite over."""
    told = events_pb2.RightsRequestDue(
        request_id=str(request.request_id),
        kind=f"RIGHTS_KIND_{request.kind}",
        due_at=request.due_at,
        overdue=overdue,
    )
    event = events_pb2.ConsentEvent(occurred_at=now, rights_request_due=told)
    await _append_of(connection, request, event)


async def rights_task_asked(
    connection: Connection, request: RightsRequest, task: Task, now: datetime
) -> None:
    """The members service is to do its part of a request."""
    told = events_pb2.RightsTaskAsked(request_id=str(request.request_id), task=f"RIGHTS_TASK_{task}")
    event = events_pb2.ConsentEvent(member_id=str(request.member_id), occurred_at=now, rights_task_asked=told)
    await _append(connection, str(request.member_id), event)


async def processing_restricted(
    connection: Connection, member_id: UUID, purposes: Iterable[str], epoch: int, now: datetime
) -> None:
    """The gate denies more from this epoch on, or less again."""
    told = events_pb2.ProcessingRestricted(purposes=sorted(purposes))
    event = events_pb2.ConsentEvent(
        member_id=str(member_id), occurred_at=now, epoch=epoch, processing_restricted=told
    )
    await _append(connection, str(member_id), event)


async def guardian_changed(connection: Connection, child_id: UUID, epoch: int, now: datetime) -> None:
    """Somebody else consents for a child from this epoch on, or nobody has to any more."""
    event = events_pb2.ConsentEvent(member_id=str(child_id), occurred_at=now, epoch=epoch)
    event.guardian_changed.SetInParent()
    await _append(connection, str(child_id), event)


async def notice_published(connection: Connection, notice: Notice) -> None:
    """A version of a notice is shown from its ``effective_at``; what is kept of older ones is void."""
    told = events_pb2.NoticePublished(
        key=notice.wording.key,
        version=notice.version,
        locale=notice.wording.locale,
        effective_at=notice.effective_at,
    )
    event = events_pb2.ConsentEvent(occurred_at=notice.effective_at, notice_published=told)
    await _append(connection, None, event)


async def _append_of(connection: Connection, request: RightsRequest, event: events_pb2.ConsentEvent) -> None:
    """Tell of a request in its member's lane; in nobody's where the member is erased, whose pseudonym is told to none."""
    member_id = None if request.erasure_id else str(request.member_id)
    event.member_id = member_id or ""
    await _append(connection, member_id, event)


async def _append(connection: Connection, member_id: str | None, event: events_pb2.ConsentEvent) -> None:
    name = event.WhichOneof("event")
    assert name is not None
    kind = "".join(word.capitalize() for word in name.split("_"))
    await outbox.append(connection, [outbox.NewEvent(member_id, kind, event.SerializeToString())])
