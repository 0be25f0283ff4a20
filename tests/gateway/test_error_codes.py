"""Error codes: whatever a service may refuse, the gateway has a name for it in both languages."""

import importlib
import pkgutil
from collections.abc import Iterator

import gateway
import services
from gateway.errors.codes import IN_CHINESE, UserErrorCode
from services.kit.refusal import Kind, Refusal

TOLD_ELSEWHERE = {
    # What only other doors than the gateway's mutations say: orders, refunds, registrations, publishing, batches.
    *("BATCH_TOO_LARGE", "TOO_MANY", "TOO_MANY_IDENTITIES", "TOO_MANY_REFERENCES"),
    *("PAGE_NOT_UNDERSTOOD", "PAGE_NOT_VALID", "REQUEST_NOT_UNDERSTOOD"),
    *("INSTANT_AHEAD", "PERIOD_NOT_UNDERSTOOD", "UNKNOWN_ENTRY"),
    *("IDENTITY_ALREADY_TAKEN", "IDENTITY_NOT_VALID", "JOINED_AT_NOT_VALID"),
    *("MALFORMED", "NOTICE_NOT_PUBLISHABLE", "PURPOSE_NOT_PUBLISHABLE"),
    *("NOT_ENOUGH_POINTS_TO_TAKE_BACK", "ORDER_ALREADY_RECORDED", "ORDER_BELONGS_ELSEWHERE"),
    *("ORDER_NOT_WELL_FORMED", "ORDER_TOO_OLD", "PAID_IN_THE_FUTURE", "UNKNOWN_ORDER"),
    *("REFUND_ALREADY_RECORDED", "REFUND_EXCEEDS_ORDER", "REFUND_NOT_WELL_FORMED"),
    *("APPROVAL_NEEDED", "OPENING_BALANCE_NOT_WELL_FORMED", "POINTS_EXPIRED_ALREADY"),
    # What order systems are told that send webhooks.
    *(
        "WEBHOOK_NOT_UNDERSTOOD",
        "WEBHOOK_TYPE_NOT_TAKEN",
        "WEBHOOK_ID_REUSED",
        "ORDER_BELONGS_TO_ANOTHER_SOURCE",
    ),
    # Top-level errors of the gateway's own.
    *("BAD_USER_INPUT", "ROLE_NEEDED"),
}


def _below(family: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in family.__subclasses__():
        yield refusal
        yield from _below(refusal)


def test_every_refusal_of_the_services_has_a_code_in_the_schema() -> None:
    for package in (services, gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    told_as_data = {
        refusal.code
        for refusal in _below(Refusal)
        if refusal.__module__.startswith(("services.", "gateway."))
        and refusal.__module__ != "services.kit.refusal"
        and getattr(refusal, "kind", Kind.UNAVAILABLE) not in (Kind.UNAUTHENTICATED, Kind.UNAVAILABLE)
    }
    assert told_as_data - TOLD_ELSEWHERE - set(UserErrorCode.__members__) == set()


def test_every_code_is_told_in_chinese() -> None:
    assert set(IN_CHINESE) == set(UserErrorCode)
