"""Error codes: whatever may be answered, the catalogue says in both languages what it means and what to do."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway
import services
from gateway.errors.catalogue import BY_CODE, CHAPTERS
from gateway.errors.chinese import IN_CHINESE
from gateway.errors.codes import UserErrorCode
from services.kit.refusal import Kind, Refusal
from tests.gateway.gateway_client import Gateway

TOLD_ELSEWHERE = {
    # What only other doors than the gateway's mutations say: orders, refunds, registrations, publishing, batches.
    *("BATCH_TOO_LARGE", "TOO_MANY", "TOO_MANY_IDENTITIES", "TOO_MANY_REFERENCES"),
    *("PAGE_NOT_UNDERSTOOD", "PAGE_NOT_VALID", "REQUEST_NOT_UNDERSTOOD"),
    *("INSTANT_AHEAD", "PERIOD_NOT_UNDERSTOOD", "UNKNOWN_ENTRY"),
    "JOINED_AT_NOT_VALID",
    # Of evidence, which is read and not changed.
    *("EVIDENCE_SHREDDED", "RECORD_NOT_FOUND"),
    *("MALFORMED", "NOTICE_NOT_PUBLISHABLE", "PURPOSE_NOT_PUBLISHABLE"),
    *("NOT_ENOUGH_POINTS_TO_TAKE_BACK", "ORDER_ALREADY_RECORDED", "ORDER_BELONGS_ELSEWHERE"),
    *("ORDER_NOT_WELL_FORMED", "ORDER_TOO_OLD", "PAID_IN_THE_FUTURE", "UNKNOWN_ORDER"),
    *("REFUND_ALREADY_RECORDED", "REFUND_EXCEEDS_ORDER", "REFUND_NOT_WELL_FORMED"),
    *("APPROVAL_NEEDED", "OPENING_BALANCE_NOT_WELL_FORMED", "POINTS_EXPIRED_ALREADY"),
    # What is said to staff who search, and to services and systems.
    *("DAY_NOT_VALID", "SEARCH_NOT_VALID", "SEARCH_QUOTA_EXHAUSTED", "TOO_MANY_COMMUNICATIONS"),
    *("SEND_ID_REUSED", "SEND_NOT_VALID", "UNKNOWN_SEND"),
    # What order systems are told that send webhooks.
    *(
        "WEBHOOK_NOT_UNDERSTOOD",
        "WEBHOOK_TYPE_NOT_TAKEN",
        "WEBHOOK_ID_REUSED",
        "ORDER_BELONGS_TO_ANOTHER_SOURCE",
    ),
    # What is said where members fetch their own data, and between services that gather it.
    *("DOWNLOAD_NOT_UNDERSTOOD", "DOWNLOAD_TOKEN_NOT_VALID", "EXPORT_NOT_UNDERSTOOD", "OFFSET_NOT_VALID"),
    # Top-level errors of the gateway's own.
    *("BAD_USER_INPUT", "ROLE_NEEDED"),
}


def _below(family: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in family.__subclasses__():
        yield refusal
        yield from _below(refusal)


def _refusals() -> list[type[Refusal]]:
    """Every refusal that the code can raise, the families and what stands for another's aside."""
    for package in (services, gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return [
        refusal
        for refusal in _below(Refusal)
        if refusal.__module__.startswith(("services.", "gateway."))
        and refusal.__module__ != "services.kit.refusal"
        and hasattr(refusal, "kind")
    ]


def _codes_of_requests() -> set[str]:
    """The codes that the gateway gives requests as a whole, read from its source: they are no refusals."""
    root = Path(gateway.__file__).parent
    found = {
        node.value
        for node in ast.walk(ast.parse((root / "errors/__init__.py").read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in root.rglob("*.py"):
        found |= set(re.findall(r'(?:RequestError|super\(\).__init__)\(\s*"([A-Z_]+)"', path.read_text()))
    return {code for code in found if re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code)}


def test_every_refusal_of_the_services_has_a_code_in_the_schema() -> None:
    told_as_data = {
        refusal.code
        for refusal in _refusals()
        if refusal.kind not in (Kind.UNAUTHENTICATED, Kind.UNAVAILABLE)
    }
    assert told_as_data - TOLD_ELSEWHERE - set(UserErrorCode.__members__) == set()


def test_every_code_is_told_in_chinese() -> None:
    assert set(IN_CHINESE) == set(UserErrorCode)


def test_every_code_is_in_the_catalogue() -> None:
    codes = {refusal.code for refusal in _refusals()} | _codes_of_requests() | set(UserErrorCode.__members__)
    assert {"NOT_ENOUGH_POINTS", "DOCUMENT_NOT_FOUND", "OPERATION_NOT_FOUND", "INTERNAL"} <= codes
    assert codes - set(BY_CODE) == set(), "say in gateway/errors/catalogue what they mean and what to do"


def test_the_catalogue_says_of_each_refusal_whether_to_try_again() -> None:
    for refusal in _refusals():
        assert BY_CODE[refusal.code].kind is refusal.kind, refusal.code


def test_every_entry_is_whole_and_stands_once() -> None:
    entries = [entry for chapter in CHAPTERS.values() for entry in chapter]
    assert len(entries) == len(BY_CODE)
    for entry in entries:
        for text in (entry.means, entry.do, entry.means_zh, entry.do_zh):
            assert text.endswith((".", "。")), entry.code
            assert "|" not in text, entry.code
        assert re.search(r"[\u4e00-\u9fff]", entry.means_zh), entry.code
        assert re.search(r"[\u4e00-\u9fff]", entry.do_zh), entry.code
        assert entry.places, entry.code


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-CN", "此处只执行受信文档（only trusted documents run here: send documentId）"),
        ("en", "only trusted documents run here: send documentId"),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_in_the_askers_language(
    production: Gateway, language: str, expected: str
) -> None:
    answer = await production.ask("{me{id}}", headers={"accept-language": language})
    assert answer["errors"][0]["message"] == expected
