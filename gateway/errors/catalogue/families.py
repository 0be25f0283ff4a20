"""Families: what a payload says of a refusal whose own code is newer than the gateway."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "INVALID",
        Kind.INVALID,
        "The request is wrong; its own code is newer than this gateway.",
        "Read the message and the field, and correct the request.",
        "按 message 与 field 更正请求。",
        gateway=True,
    ),
    Entry(
        "FORBIDDEN",
        Kind.FORBIDDEN,
        "The caller may not do this; the code is newer than this gateway.",
        "Use a caller who may.",
        "改用有权限的调用方。",
        gateway=True,
    ),
    Entry(
        "NOT_FOUND",
        Kind.NOT_FOUND,
        "What the request names is not there; the code is newer than this gateway.",
        "Read it again, and send an id that exists.",
        "重新读取后使用存在的编号。",
        gateway=True,
    ),
    Entry(
        "CONFLICT",
        Kind.CONFLICT,
        "The request contradicts what is recorded; the code is newer than this gateway.",
        "Read the present state, and decide anew.",
        "读取现状后重新决定。",
        gateway=True,
    ),
    Entry(
        "DECLINED",
        Kind.DECLINED,
        "The rules say no; the code is newer than this gateway.",
        "Show the message; sending the same again changes nothing until the state does.",
        "展示 message；状态不变时重发无用。",
        gateway=True,
    ),
)
