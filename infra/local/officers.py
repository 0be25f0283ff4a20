"""Officers: notices say how the protection officer is reached, and when that changes, new versions of them do (PIPL 52)."""

from collections.abc import Mapping
from typing import NamedTuple

from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.consent.v1.purposes_pb2 import (
    NOTICE_LAYER_JUST_IN_TIME,
    ListPurposesRequest,
    Notice,
    PublishNoticeRequest,
)

from services.consent.rules import contacts
from services.kit.refusal import Refusal

_LOCALES = ("zh", "en")


class ContactNotReachable(Exception):
    """What is to be said of the officer is nothing by which anybody can be reached."""


class Told(NamedTuple):
    """What became of the notices in force, each as ``key/locale``."""

    published: list[str]
    """Those of which there is a new version."""
    silent: list[str]
    """Those that name neither contact though they have to: only who wrote them knows where it belongs."""
    refused: list[str]
    """Those whose new version was refused, and why; they name the contact before."""


def check(contact: str) -> str:
    """A contact that notices may say. Raises ``ContactNotReachable``."""
    if contact and not contacts.is_reachable(contact):
        raise ContactNotReachable(
            "CONSENT_OFFICER_CONTACT must say an e-mail address, a phone number or a URL: notices tell people to use it"
        )
    return contact


def retold(notice: Notice, before: str, now: str) -> Notice | None:
    """The notice with another contact and otherwise as it was; None where that changes nothing."""
    told = Notice()
    told.CopyFrom(notice)
    told.body = contacts.renamed(notice.body, before, now)
    for passage in told.passages:
        passage.text = contacts.renamed(passage.text, before, now)
    return told if told != notice else None


async def tell(client: PurposesServiceClient, headers: Mapping[str, str], before: str, now: str) -> Told:
    """Publish a new version of each notice in force that names the contact before. Raises retryable ``Refusal``s.

    To do so again changes only what was not changed yet.
    """
    told_of = Told([], [], [])
    for locale in _LOCALES:
        newest = await client.list_purposes(ListPurposesRequest(locale=locale))
        # At length first: what is shown just in time may leave the contact to it.
        for notice in sorted(newest.notices, key=lambda one: one.layer == NOTICE_LAYER_JUST_IN_TIME):
            told = retold(notice, before, now)
            name = f"{notice.key}/{locale}"
            if told is None:
                if notice.layer != NOTICE_LAYER_JUST_IN_TIME and not contacts.names(notice.body, now):
                    told_of.silent.append(name)
                continue
            try:
                await client.publish_notice(PublishNoticeRequest(notice=told), headers=headers)
            except Refusal as refusal:
                if refusal.retryable:
                    raise
                told_of.refused.append(f"{name} ({refusal.code}: {refusal.message})")
            else:
                told_of.published.append(name)
    return told_of
