"""Drafts and previews: programmes' next versions."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "DRAFT_CLOSED",
        Kind.DECLINED,
        "The draft was published or discarded, and stays as it is.",
        "Begin another draft.",
        "请新建草稿。",
    ),
    Entry(
        "DRAFT_CONFLICTS",
        Kind.CONFLICT,
        "A part was changed both by the draft and by a version that was published since.",
        "Begin a draft from the newest version, and make the change again.",
        "请基于最新版本新建草稿后再修改。",
    ),
    Entry(
        "EDITED_MEANWHILE",
        Kind.CONFLICT,
        "The draft was changed since it was read.",
        "Read the draft again, and send its edition.",
        "重新读取草稿，并填写其版次。",
    ),
    Entry(
        "PART_NOT_CHANGEABLE",
        Kind.INVALID,
        "A draft replaces parts of a version: its name, currencies, rules and tiers.",
        "Leave out what a programme keeps from its founding.",
        "请勿填写创建后不变的内容。",
    ),
    Entry(
        "PREVIEWS_RUNNING",
        Kind.DECLINED,
        "As many previews wait as are taken on.",
        "Wait until one is done, or cancel one.",
        "等待其中一个完成，或取消一个。",
    ),
    Entry(
        "PREVIEW_CLOSED",
        Kind.DECLINED,
        "The preview ended before it was cancelled.",
        "Look at what it found.",
        "查看其结果即可。",
    ),
    Entry(
        "PUBLISHER_NEEDED",
        Kind.FORBIDDEN,
        "The programme demands two persons, and only a program_publisher publishes.",
        "Have a program_publisher publish the draft.",
        "请由具有 program_publisher 角色的人发布。",
    ),
    Entry(
        "UNKNOWN_DRAFT",
        Kind.NOT_FOUND,
        "No draft has this id.",
        "Send an id that programmeDrafts lists.",
        "使用 programmeDrafts 列出的编号。",
    ),
    Entry(
        "UNKNOWN_PREVIEW",
        Kind.NOT_FOUND,
        "No preview has this id.",
        "Send an id that draftPreviews lists.",
        "使用 draftPreviews 列出的编号。",
    ),
)
