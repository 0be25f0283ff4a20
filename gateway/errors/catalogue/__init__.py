"""The catalogue: every code that may be answered, what it means and what to do, in English and Chinese."""

from collections.abc import Mapping

from gateway.errors.catalogue import (
    consents,
    families,
    members,
    orders,
    points,
    programmes,
    requests,
    rotations,
    webhooks,
)
from gateway.errors.catalogue.entries import Entry

CHAPTERS: Mapping[tuple[str, str], tuple[Entry, ...]] = {
    ("Requests, callers and faults", "请求、身份与故障"): requests.ENTRIES,
    ("Points", "积分"): points.ENTRIES,
    ("Orders", "订单"): orders.ENTRIES,
    ("Programmes and periods", "计划与期间"): programmes.ENTRIES,
    ("Members", "会员"): members.ENTRIES,
    ("Rotations of keys", "密钥轮换"): rotations.ENTRIES,
    ("Consents", "同意"): consents.ENTRIES,
    ("Webhooks", "Webhook"): webhooks.ENTRIES,
    ("Codes that are newer than the gateway", "网关尚不认识的代码"): families.ENTRIES,
}
"""By what the entries are about, in both languages."""

BY_CODE: Mapping[str, Entry] = {entry.code: entry for entries in CHAPTERS.values() for entry in entries}
