"""Rotations: the keys of members' profiles are exchanged, and the old ones destroyed."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "OLD_KEYS_NEEDED",
        Kind.DECLINED,
        "The old keys may still be needed: it is not proved that nothing is left on them.",
        "Wait until the rotation is PROVED; waitingFor says what keeps it from there.",
        "等到轮换状态为 PROVED；waitingFor 说明原因。",
    ),
    Entry(
        "ROTATION_NOT_VALID",
        Kind.INVALID,
        "The rotation is asked for of something that cannot be rotated, or without a reason.",
        "Name the kind and a reason; index kinds only for index keys, and never kind 0.",
        "写明种类和原因；仅索引密钥可选索引种类，且不含 0。",
    ),
    Entry(
        "ROTATION_RUNNING",
        Kind.CONFLICT,
        "Another rotation of keys is under way, and there is one at a time.",
        "Wait until it is done, or watch it by keyRotations.",
        "等待其完成，可用 keyRotations 查看进度。",
    ),
    Entry(
        "UNKNOWN_ROTATION",
        Kind.NOT_FOUND,
        "There is no rotation of keys with this id.",
        "List rotations by keyRotations.",
        "用 keyRotations 查询。",
    ),
)
