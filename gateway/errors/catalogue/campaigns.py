"""Campaigns: earn rules tried out, watched and stopped."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "EARN_RULES_AMBIGUOUS",
        Kind.INVALID,
        "Rules are those of a version, of a draft, or given with the request.",
        "Say one of version, draftId and rules.",
        "version、draftId 与 rules 只填其一。",
    ),
    Entry(
        "LAST_EARN_RULE",
        Kind.INVALID,
        "A programme keeps at least one earn rule.",
        "Publish a version with another rule in its place.",
        "请发布一个以其他规则代替它的版本。",
    ),
    Entry(
        "UNKNOWN_EARN_RULE",
        Kind.NOT_FOUND,
        "No version of the programme has an earn rule under this key.",
        "Check the key; campaigns lists them.",
        "请核对规则的键，可查询 campaigns。",
    ),
)
