"""Preferences and sending: topics, quiet hours, caps, suppressions, and sends that are claimed."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "CAPS_NOT_VALID",
        Kind.INVALID,
        "A cap's period or number is out of range, or there are two for one channel and period.",
        "Give each channel and period one cap: an hour to 31 days, 0 to 1000 messages.",
        "每个渠道与周期只设一个上限：周期 1 小时至 31 天，数量 0 至 1000。",
    ),
    Entry(
        "PREFERENCE_NOT_VALID",
        Kind.INVALID,
        "The change is not spelled as it must be; the message says how.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "QUIET_HOURS_NOT_VALID",
        Kind.INVALID,
        "The quiet hours do not part the day, or their zone is none of IANA's.",
        "Send minutes from 0 to 1439 that differ, and a zone such as Asia/Shanghai.",
        "起止分钟须为 0 至 1439 且不相同，时区如 Asia/Shanghai。",
    ),
    Entry(
        "SEND_ID_REUSED",
        Kind.CONFLICT,
        "The member has a send of this id about another topic, or by another channel.",
        "Give each message an id of its own.",
        "每条消息使用各自的编号。",
        "该发送编号已用于另一条消息。",
        inside=True,
    ),
    Entry(
        "SEND_NOT_VALID",
        Kind.INVALID,
        "The send's id or instant is not as it must be; the message says how.",
        "Correct the field that is named; the instant lies ahead, by a year at the most.",
        "更正所指字段；时间须在未来一年之内。",
        "发送编号或时间无效。",
    ),
    Entry(
        "SUPPRESSION_NOT_VALID",
        Kind.INVALID,
        "The suppression's channel, cause or end is not as it must be; the message says how.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "TOPIC_NOT_OFFERED",
        Kind.DECLINED,
        "The topic was retired, or is not sent by this channel.",
        "Offer only what preferences lists.",
        "只提供 preferences 列出的选项。",
    ),
    Entry(
        "TOPIC_NOT_PUBLISHABLE",
        Kind.INVALID,
        "The topic lacks what it needs before anyone may be written to about it; the message names it.",
        "Add what is named.",
        "补充所指内容。",
    ),
    Entry(
        "TOPIC_NOT_SWITCHABLE",
        Kind.DECLINED,
        "The topic is what the contract needs to be told, and cannot be switched off.",
        "Offer no switch where mayBeSwitchedOff is false.",
        "mayBeSwitchedOff 为 false 时不要提供开关。",
    ),
    Entry(
        "UNKNOWN_SEND",
        Kind.NOT_FOUND,
        "The member has no send of this id.",
        "Release only what was claimed; sends are forgotten after 90 days.",
        "只释放已登记的发送；登记保留 90 天。",
        "没有此发送登记。",
        inside=True,
    ),
    Entry(
        "UNKNOWN_TOPIC",
        Kind.NOT_FOUND,
        "No topic of this key was ever published.",
        "Send a key that preferences lists.",
        "使用 preferences 列出的主题。",
    ),
)
