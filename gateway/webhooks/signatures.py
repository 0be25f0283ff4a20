"""Signatures: HMAC-SHA256 over id, timestamp and body, as the Standard Webhooks library makes and checks them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.kit.refusal import Unauthenticated

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
LONGEST_ID = 100


class WebhookNotProven(Unauthenticated):
    """The webhook is not signed as its source would, or it is older or newer than five minutes."""


def signed(secrets: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove a webhook, by each of the secrets that are good."""
    text = body.decode()
    signatures = [Webhook(secret).sign(message_id, at, text) for secret in secrets]
    return {ID: message_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: " ".join(signatures)}


def check(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes) -> str:
    """The id of a webhook that one of the secrets proves. Raises ``WebhookNotProven``."""
    message_id = headers.get(ID, "")
    if 0 < len(message_id) <= LONGEST_ID and message_id.isprintable() and "." not in message_id:
        for secret in secrets:
            try:
                Webhook(secret).verify(body, dict(headers), json_parse=False)
            except (WebhookVerificationError, ValueError):
                continue
            return message_id
    raise WebhookNotProven(
        f"sign the body as Standard Webhooks says, with {ID}, {TIMESTAMP} (within five minutes) and {SIGNATURE}"
    )
