"""Officers: notices say how the protection officer is reached, and when that changes, new versions of them do (PIPL 52)."""

from collections.abc import Mapping

from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.consent.v1.purposes_pb2 import (
    NOTICE_LAYER_JUST_IN_TIME,
    ListPurposesRequest,
    Notice,
    PublishNoticeRequest,
)

from services.kit.refusal import Refusal

_LOCALES = ("zh", "en")


def retold(notice: Notice, before: str, now: str) -> Notice | None:
    """The notice with another contact and otherwise as it was; None where it does not name the one before."""
    if before not in notice.body:
        return None
    told = Notice()
    told.CopyFrom(notice)
    told.body = told.body.replace(before, now)
    for passage in told.passages:
        passage.text = passage.text.replace(before, now)
    return told


async def tell(
    client: PurposesServiceClient, headers: Mapping[str, str], before: str, now: str
) -> tuple[list[str], list[str]]:
    """Publish a new version of each notice in force that names the contact before; which, and which still do not name the
    new one though they have to."""
    published, silent = [], []
    for locale in _LOCALES:
        newest = await client.list_purposes(ListPurposesRequest(locale=locale))
        # At length first: what is shown just in time may leave the contact to it.
        for notice in sorted(newest.notices, key=lambda one: one.layer == NOTICE_LAYER_JUST_IN_TIME):
            if now in notice.body:
                continue
            told = retold(notice, before, now)
            name = f"{notice.key}/{locale}"
            try:
                if told is not None:
                    await client.publish_notice(PublishNoticeRequest(notice=told), headers=headers)
                    published.append(name)
                elif notice.layer != NOTICE_LAYER_JUST_IN_TIME:
                    silent.append(name)
            except Refusal as refusal:
                silent.append(f"{name} ({refusal.code}: {refusal.message})")
    return published, silent
