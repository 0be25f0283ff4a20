"""The door out: what was decided, as events in the outbox of the same transaction; no personal data in them."""

from datetime import datetime

from huiyuan.consent.v1 import events_pb2

from services.consent.rules.acts import Grant, Withdrawal
from services.consent.rules.notices import Notice
from services.consent.rules.purposes import Purpose
from services.kit import outbox
from services.kit.database import Connection


async def decided(connection: Connection, act: Grant | Withdrawal, epoch: int, now: datetime) -> None:
    """A member gave or withdrew; answers older than the epoch are void."""
    event = events_pb2.ConsentEvent(member_id=str(act.member_id), occurred_at=now, epoch=epoch)
    kind = event.consent_given if isinstance(act, Grant) else event.consent_withdrawn
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


async def _append(connection: Connection, member_id: str | None, event: events_pb2.ConsentEvent) -> None:
    name = event.WhichOneof("event")
    assert name is not None
    kind = "".join(word.capitalize() for word in name.split("_"))
    await outbox.append(connection, [outbox.NewEvent(member_id, kind, event.SerializeToString())])
