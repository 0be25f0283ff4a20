"""The demo: an invented tea shop, as contract messages.

Its programme, its purposes and notices, what it writes about, its members and their first order.
"""

from datetime import timedelta

from huiyuan.kit.v1.kit_pb2 import LocalizedText

PROGRAMME_ID = "demo"
SOURCE = "demo-shop"
IN_FORCE_BEFORE = timedelta(days=30)
"""So long before its founding were its rules and notices in force."""


def text(zh: str, en: str) -> LocalizedText:
    """A text in both languages."""
    return LocalizedText(zh=zh, en=en)
