"""Publishing purposes and notices: the checklist by article, versions that never change, and who may."""

import asyncio
import hashlib
import json
from typing import Any

import asyncpg
import pytest
from huiyuan.consent.v1 import purposes_pb2
from huiyuan.kit.v1.kit_pb2 import LocalizedText
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.consent.app import application
from services.kit.rpc import Caller, CallerKind, RemoteRefusal
from tests.consent import factories
from tests.consent.service import (
    MEMBERS,
    OFFICER,
    SUPPORT,
    Consent,
    SettableClock,
    fresh,
    member,
    reached_by,
    refused,
    settings,
)

SEEDER = Caller(CallerKind.SYSTEM, "seed", frozenset({"programme_seeder"}))
SENSITIVE = {"sensitive": True, "form": factories.SEPARATE, "assessment_id": "DPIA-1"}
ABROAD = {"storage_locations": ["CN", "SG"], "form": factories.SEPARATE, "assessment_id": "DPIA-1"}
SHARED = {"recipients": ["partner-a"], "assessment_id": "DPIA-1"}

PLANTED: list[tuple[str, str, dict[str, Any]]] = [
    ("PIPL 13", "purpose.lawful_basis", {"lawful_basis": purposes_pb2.LAWFUL_BASIS_UNSPECIFIED}),
    ("PIPL 13(2)", "purpose.necessity", {"lawful_basis": factories.CONTRACT, "form": 0}),
    ("PIPL 16", "purpose.necessity", {"necessity": purposes_pb2.NECESSITY_UNSPECIFIED}),
    ("PIPL 14", "purpose.form", {"form": purposes_pb2.CONSENT_FORM_UNSPECIFIED}),
    ("PIPL 13", "purpose.form", {"lawful_basis": purposes_pb2.LAWFUL_BASIS_LEGAL_DUTY}),
    ("PIPL 17", "purpose.name.zh", {"name": LocalizedText(en="Marketing")}),
    ("PIPL 17", "purpose.name.en", {"name": LocalizedText(zh="营销", en=" ")}),
    ("PIPL 17", "purpose.description.zh", {"description": LocalizedText(en="Sending offers.")}),
    ("PIPL 17", "purpose.description.en", {"description": LocalizedText(zh="发送优惠。")}),
    ("PIPL 17", "purpose.methods", {"methods": []}),
    ("PIPL 6", "purpose.categories", {"categories": []}),
    ("PIPL 19", "purpose.retention", {"retention": ""}),
    ("PIPL 19", "purpose.retention", {"retention": "three years"}),
    ("PIPL 14", "purpose.validity_duration", {"validity_duration": "P0D"}),
    ("PIPL 29", "purpose.form", {**SENSITIVE, "form": factories.GENERAL}),
    ("PIPL 28", "purpose.articles", {**SENSITIVE, "articles": ["PIPL 13(1)"]}),
    ("PIPL 28", "purpose.articles", {**SENSITIVE, "articles": ["PIPL 28"]}),
    ("PIPL 28", "purpose.articles", {**SENSITIVE, "articles": ["PIPL 29"]}),
    ("PIPL 55(1)", "purpose.assessment_id", {**SENSITIVE, "assessment_id": ""}),
    ("PIPL 39", "purpose.form", {**ABROAD, "form": factories.GENERAL}),
    ("PIPL 55(4)", "purpose.assessment_id", {**ABROAD, "assessment_id": ""}),
    ("PIPL 55(2)", "purpose.assessment_id", {"methods": ["use", "profile"]}),
    ("PIPL 55(2)", "purpose.assessment_id", {"methods": ["automated_decision"]}),
    ("PIPL 55(3)", "purpose.assessment_id", {**SHARED, "assessment_id": ""}),
]


@pytest.mark.parametrize(("article", "field", "changes"), PLANTED, ids=lambda value: str(value)[:40])
async def test_a_purpose_that_lacks_what_an_article_wants_is_not_published(
    consent: Consent, as_app: asyncpg.Connection, article: str, field: str, changes: dict[str, Any]
) -> None:
    key = fresh("sms")
    with pytest.raises(RemoteRefusal) as caught:
        await consent.publish(factories.purpose(key, **changes))
    assert caught.value.code == "PURPOSE_NOT_PUBLISHABLE"
    assert (caught.value.field, caught.value.facts["article"]) == (field, article)
    assert f"({article})" in caught.value.message
    assert not await as_app.fetchval("SELECT count(*) FROM purposes WHERE key = $1", key)


@pytest.mark.parametrize("changes", [SENSITIVE, ABROAD, SHARED, {"validity_duration": "P1Y"}], ids=str)
async def test_a_purpose_with_everything_is_published(consent: Consent, changes: dict[str, Any]) -> None:
    assert (await consent.publish(factories.purpose(fresh("sms"), **changes))).version == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("purpose.key", {"key": "Marketing SMS"}),
        ("purpose.methods", {"methods": ["sell everything"]}),
        ("purpose.categories", {"categories": ["phone\0"]}),
        ("purpose.storage_locations", {"storage_locations": ["Shanghai"]}),
        ("purpose.dpv_purpose", {"dpv_purpose": "marketing"}),
        ("purpose.lawful_basis", {"lawful_basis": 99}),
        ("purpose.name.en", {"name": LocalizedText(zh="营销", en="a" * 101)}),
        ("purpose.description.zh", {"description": LocalizedText(zh="发\0送", en="Sending")}),
        ("purpose.recipients", {"recipients": [f"partner-{n}" for n in range(101)]}),
    ],
    ids=str,
)
async def test_a_malformed_purpose_is_refused(consent: Consent, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(RemoteRefusal) as caught:
        await consent.publish(factories.purpose(**{"key": fresh("sms"), **changes}))
    assert (caught.value.code, caught.value.field) == ("MALFORMED", field)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("NOTICE_NOT_PUBLISHABLE", {"title": " "}),
        ("NOTICE_NOT_PUBLISHABLE", {"body": ""}),
        ("NOTICE_NOT_PUBLISHABLE", {"layer": purposes_pb2.NOTICE_LAYER_UNSPECIFIED}),
        ("NOTICE_NOT_PUBLISHABLE", {"purposes": []}),
        ("MALFORMED", {"locale": "fr"}),
        ("MALFORMED", {"key": "A notice"}),
        ("MALFORMED", {"body": "a\0b"}),
        ("UNKNOWN_PURPOSE", {"purposes": [purposes_pb2.PurposeVersion(key="never_published")]}),
    ],
    ids=str,
)
async def test_art_17_an_incomplete_notice_is_not_published(
    consent: Consent, code: str, changes: dict[str, Any]
) -> None:
    purpose = await consent.publish(factories.purpose(fresh("sms")))
    with pytest.raises(RemoteRefusal) as caught:
        await consent.tell(factories.notice(purpose.key, **changes))
    assert caught.value.code == code
    if code == "NOTICE_NOT_PUBLISHABLE":
        assert caught.value.facts["article"] == "PIPL 17"


BODY = "我们会用您的手机号发送优惠短信。"
_ALWAYS = ("HANDLER", "PURPOSE", "METHODS", "CATEGORIES", "RETENTION", "RIGHTS")


@pytest.mark.parametrize(
    ("terms", "wanted", "article"),
    [
        ({}, _ALWAYS, "PIPL 17"),
        (SHARED, ("RECIPIENTS",), "PIPL 23"),
        (SENSITIVE, ("NECESSITY", "IMPACT"), "PIPL 30"),
        (ABROAD, ("OVERSEAS",), "PIPL 39"),
    ],
    ids=["any", "recipients", "sensitive", "abroad"],
)
async def test_art_17_a_notice_that_leaves_out_what_is_to_be_told_is_not_published(
    consent: Consent, terms: dict[str, Any], wanted: tuple[str, ...], article: str
) -> None:
    key = fresh("told")
    await consent.publish(factories.purpose(key, **terms))
    number = purposes_pb2.NoticeContent.Value
    all_of_it = {number(f"NOTICE_CONTENT_{name}") for name in {*_ALWAYS, *wanted}}
    for name in wanted:
        left = all_of_it - {number(f"NOTICE_CONTENT_{name}")}
        with pytest.raises(RemoteRefusal) as caught:
            await consent.tell(factories.notice(key, passages=factories.told_by(BODY, *left), body=BODY))
        said = caught.value
        assert (said.code, said.field) == ("NOTICE_NOT_PUBLISHABLE", "notice.passages")
        assert (said.facts["article"], said.facts["content"]) == (article, name)
    told = await consent.tell(factories.notice(key, passages=factories.told_by(BODY, *all_of_it), body=BODY))
    assert {one.content for one in told.passages} == all_of_it


@pytest.mark.parametrize("text", ["", " ", "您可以删除", "我们会 用您的手机号"], ids=repr)
async def test_art_17_what_a_notice_names_stands_in_it_word_for_word(consent: Consent, text: str) -> None:
    purpose = await consent.publish(factories.purpose(fresh("sms")))
    said = factories.notice(purpose.key)
    said.passages[3].text = text
    with refused("NOTICE_NOT_PUBLISHABLE", "PIPL 17"):
        await consent.tell(said)


async def test_a_passage_says_what_it_tells(consent: Consent) -> None:
    purpose = await consent.publish(factories.purpose(fresh("sms")))
    said = factories.notice(purpose.key)
    said.passages[3].content = purposes_pb2.NOTICE_CONTENT_UNSPECIFIED
    with pytest.raises(RemoteRefusal) as caught:
        await consent.tell(said)
    assert (caught.value.code, caught.value.field) == ("MALFORMED", "notice.passages[3].content")


async def test_art_30_sensitive_data_is_not_told_of_in_a_general_notice(consent: Consent) -> None:
    purpose = await consent.publish(factories.purpose(fresh("face"), **SENSITIVE))
    with refused("NOTICE_NOT_PUBLISHABLE", "PIPL 30"):
        await consent.tell(factories.notice(purpose.key, layer=purposes_pb2.NOTICE_LAYER_GENERAL))
    await consent.tell(factories.notice(purpose.key, layer=purposes_pb2.NOTICE_LAYER_ENHANCED))


async def test_publishing_the_same_again_changes_nothing(consent: Consent) -> None:
    key = fresh("sms")
    first = await consent.publish(factories.purpose(key, categories=["phone", "email"]))
    request = purposes_pb2.PublishPurposeRequest(
        purpose=factories.purpose(key, categories=["email", " phone", "email"])
    )
    again = await consent.purposes.publish_purpose(request, headers=consent.by(SEEDER))
    assert (again.replayed, again.purpose) == (True, first)
    told = await consent.tell(factories.notice(key))
    repeated = await consent.purposes.publish_notice(
        purposes_pb2.PublishNoticeRequest(notice=factories.notice(key)), headers=consent.by(SEEDER)
    )
    assert (repeated.replayed, repeated.notice) == (True, told)


async def test_a_change_is_a_new_version_and_the_old_one_stays(
    consent: Consent, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    first = await consent.publish(factories.purpose(key))
    second = await consent.publish(factories.purpose(key, retention="P1Y"))
    assert (first.version, second.version) == (1, 2)
    assert first.digest != second.digest
    kept = await as_app.fetchval("SELECT digest FROM purposes WHERE key = $1 AND version = 1", key)
    assert kept.hex() == first.digest


async def test_many_publishers_of_one_purpose_at_once_make_one_version(consent: Consent) -> None:
    key = fresh("sms")
    published = await asyncio.gather(*(consent.publish(factories.purpose(key)) for _ in range(6)))
    assert {purpose.version for purpose in published} == {1}


async def test_art_69_a_digest_can_be_checked_by_anyone_with_what_was_published(consent: Consent) -> None:
    purpose = await consent.publish(factories.purpose(fresh("sms"), validity_duration="P1Y"))
    notice = await consent.tell(factories.notice(purpose.key, body="cafe\u0301 与优惠"))
    terms = {
        "schema": "huiyuan.consent.purpose/1",
        "key": purpose.key,
        "version": 1,
        "name": {"zh": "短信营销", "en": "Marketing by text message"},
        "description": {"zh": "用手机号发送优惠短信。", "en": "Sending offers to your phone."},
        "lawful_basis": "CONSENT",
        "necessity": "OPTIONAL",
        "form": "GENERAL",
        "methods": ["use"],
        "categories": ["phone"],
        "recipients": [],
        "storage_locations": ["CN"],
        "retention": "P2Y",
        "validity_duration": "P1Y",
        "dpv_purpose": "dpv:DirectMarketing",
        "articles": ["PIPL 13(1)"],
        "assessment_id": "",
        "sensitive": False,
    }
    assert purpose.digest == _sha256(terms)
    wording = {
        "schema": "huiyuan.consent.notice/1",
        "key": purpose.key,
        "locale": "zh",
        "version": 1,
        "layer": "JUST_IN_TIME",
        "title": "隐私告知",
        "body": "caf\u00e9 与优惠",
        "purposes": [{"key": purpose.key, "version": 1, "digest": purpose.digest}],
        "passages": [
            {"content": name.removeprefix("NOTICE_CONTENT_"), "text": "caf\u00e9 与优惠"}
            for name in sorted(purposes_pb2.NoticeContent.keys()[1:])
        ],
    }
    assert (notice.notice_id, notice.digest) == (f"{purpose.key}.zh.1", _sha256(wording))


async def test_art_48_everyone_reads_what_is_in_force_and_the_notices_that_still_tell_of_it(
    consent: Consent,
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    english = await consent.tell(factories.notice(key, locale="en", title="Privacy", body="We send offers."))
    assert await _listed(consent, key, "zh") == (1, shown.notice_id)
    assert await _listed(consent, key, "en") == (1, english.notice_id)
    await consent.publish(factories.purpose(key, retention="P9Y"))
    assert await _listed(consent, key, "zh") == (2, None)
    renewed = await consent.tell(factories.notice(key))
    assert await _listed(consent, key, "zh") == (2, renewed.notice_id)
    with refused("MALFORMED"):
        await consent.purposes.list_purposes(purposes_pb2.ListPurposesRequest())


async def test_only_the_officer_and_the_seeder_publish(consent: Consent, as_app: asyncpg.Connection) -> None:
    key = fresh("sms")
    purpose = purposes_pb2.PublishPurposeRequest(purpose=factories.purpose(key))
    notice = purposes_pb2.PublishNoticeRequest(notice=factories.notice(key))
    for caller in (SUPPORT, MEMBERS, member("0a9f6a3c-2b51-4f0e-9d59-5ad4b1a1f6f0")):
        with refused("NOT_ALLOWED"):
            await consent.purposes.publish_purpose(purpose, headers=consent.by(caller))
        with refused("NOT_ALLOWED"):
            await consent.purposes.publish_notice(notice, headers=consent.by(caller))
    with refused("NOT_SIGNED_IN"):
        await consent.purposes.publish_purpose(purpose)
    assert not await as_app.fetchval("SELECT count(*) FROM purposes WHERE key = $1", key)
    await consent.purposes.publish_purpose(purpose, headers=consent.by(SEEDER))
    by = await as_app.fetchval("SELECT published_by FROM purposes WHERE key = $1", key)
    assert (by, OFFICER.actor) == ("system:seed", "staff:officer-1")


async def _listed(consent: Consent, key: str, locale: str) -> tuple[int, str | None]:
    """The version in force of a purpose, and the notice that tells of it."""
    listed = await consent.purposes.list_purposes(purposes_pb2.ListPurposesRequest(locale=locale))
    (version,) = [purpose.version for purpose in listed.purposes if purpose.key == key]
    told = [notice.notice_id for notice in listed.notices if notice.key == key]
    return version, told[0] if told else None


def _sha256(document: dict[str, Any]) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def test_art_52_a_notice_that_does_not_name_the_officer_is_refused_above_the_threshold(
    urls: DatabaseUrls, redis_url: str
) -> None:
    contact = "privacy@example.com"
    told = settings(urls, redis_url, CONSENT_OFFICER_CONTACT=contact)
    async with ASGITransport(application(told)) as transport:
        consent = reached_by(transport, SettableClock())
        key = fresh("sms")
        await consent.publish(factories.purpose(key))
        said = factories.notice(key, layer=purposes_pb2.NOTICE_LAYER_ENHANCED)
        with refused("NOTICE_NOT_PUBLISHABLE", "PIPL 52"):
            await consent.tell(said)
        said.body += f" 个人信息保护负责人：{contact}"
        assert (await consent.tell(said)).notice_id
        just_in_time = factories.notice(key, key=fresh("sms"))
        assert (await consent.tell(just_in_time)).notice_id
        other = fresh("sms")
        await consent.publish(factories.purpose(other))
        with refused("NOTICE_NOT_PUBLISHABLE", "PIPL 52"):  # nothing longer tells of the other
            await consent.tell(factories.notice(key, other, key=fresh("sms")))
