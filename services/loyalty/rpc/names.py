"""Names that callers give: ids of their own, reason codes, references to orders."""

import re

from huiyuan.loyalty.v1.redemptions_pb2 import OrderReference

from services.kit.refusal import Invalid
from services.loyalty.rpc.wire import MalformedId
from services.loyalty.rules.orders.orders import LONGEST_ID, LONGEST_SOURCE, is_name, is_source

_REASON_CODE = re.compile(r"[A-Z0-9_]{1,64}")


class ReasonCodeNotValid(Invalid):
    """A reason code is 1 to 64 of A-Z, 0-9 and _."""


def own_id(text: str, field: str) -> str:
    """An id that the caller chose. Raises ``MalformedId``."""
    if not is_name(text, LONGEST_ID):
        message = f"{field} must be 1 to {LONGEST_ID} printable characters"
        raise MalformedId(message, field=field, length=len(text))
    return text


def reason_code(text: str) -> str:
    """Why, in the operator's own codes. Raises ``ReasonCodeNotValid``."""
    if _REASON_CODE.fullmatch(text) is None:
        message = "give a reason code of A-Z, 0-9 and _, 1 to 64 of them, such as GOODWILL"
        raise ReasonCodeNotValid(message, field="reason")
    return text


def order_ref(order: OrderReference | None) -> str:
    """How entries refer to an order; empty for none. Raises ``MalformedId``."""
    if order is None:
        return ""
    if not is_source(order.source):
        message = f"order.source must be 1 to {LONGEST_SOURCE} printable characters without a colon"
        raise MalformedId(message, field="order.source", length=len(order.source))
    return f"{order.source}:{own_id(order.order_id, 'order.order_id')}"
