"""Purposes and notices through both schemas: the officer publishes, with an audit; anybody reads any version of a notice."""

from typing import Any

import pytest
from huiyuan.consent.v1 import purposes_pb2

from services.kit.refusal import Invalid
from tests.gateway.gateway_client import Gateway, code

PUBLISH = """mutation ($i: PublishPurposeInput!) { publishPurpose(input: $i) {
  purpose { key version digest effectiveAt } replayed userErrors { code } } }"""
TELL = """mutation ($i: PublishNoticeInput!) { publishNotice(input: $i) {
  notice { id digest } replayed userErrors { code } } }"""
TEXT = {"zh": "短信营销", "en": "Marketing by SMS"}
PURPOSE = {
    "key": "marketing_sms",
    "name": TEXT,
    "description": TEXT,
    "lawfulBasis": "CONSENT",
    "necessity": "OPTIONAL",
    "form": "SEPARATE",
    "methods": ["use", "profile"],
    "categories": ["phone"],
    "recipients": ["printer"],
    "storageLocations": ["CN"],
    "retention": "P1Y",
    "validityDuration": "P6M",
    "dpvPurpose": "dpv:DirectMarketing",
    "articles": ["PIPL 13(1)"],
    "assessmentId": "PIA-1",
    "sensitive": True,
    "reason": "spring campaign",
}
NOTICE = {
    "key": "marketing",
    "locale": "zh",
    "layer": "JUST_IN_TIME",
    "title": "短信",
    "body": "我们会发送优惠短信。",
    "purposes": ["marketing_sms"],
    "passages": [{"content": "PURPOSE", "text": "发送优惠短信"}],
    "reason": "spring campaign",
}


@pytest.mark.parametrize(
    ("mutation", "said"), [(PUBLISH, PURPOSE), (TELL, NOTICE)], ids=["purpose", "notice"]
)
async def test_the_officer_publishes_all_that_was_said_and_nobody_else_does(
    gateway: Gateway, mutation: str, said: dict[str, Any]
) -> None:
    for role in ("program_admin", "operations", "support", "auditor"):
        refused = await gateway.admin(mutation, role, variables={"i": said})
        assert code(refused) == "ROLE_NEEDED"
    assert not gateway.services.requests
    [answer] = (await gateway.admin(mutation, "privacy_officer", variables={"i": said}))["data"].values()
    assert answer["userErrors"] == []
    [(caller, request)] = gateway.services.requests
    assert caller.actor == "staff:ops-1"
    sent = {field.name: value for field, value in (request.ListFields()[0][1]).ListFields()}
    if mutation is PUBLISH:
        assert answer["purpose"]["digest"] == "ab" * 32
        assert {name: getattr(sent[name], "zh", None) for name in ("name", "description")} == {
            "name": TEXT["zh"],
            "description": TEXT["zh"],
        }
        assert (sent["lawful_basis"], sent["necessity"], sent["form"], sent["sensitive"]) == (1, 2, 2, True)
        wire_names = {"validityDuration": "validity_duration", "dpvPurpose": "dpv_purpose"} | {
            "storageLocations": "storage_locations",
            "assessmentId": "assessment_id",
        }
        plain = {"key", "methods", "categories", "recipients", "retention", "articles", *wire_names}
        for name in plain:
            value = sent[wire_names.get(name, name)]
            assert (value if isinstance(value, str) else list(value)) == said[name], name
    else:
        assert answer["notice"] == {"id": "notice-1", "digest": "cd" * 32}
        assert [one.key for one in sent["purposes"]] == said["purposes"]
        assert [(one.content, one.text) for one in sent["passages"]] == [
            (purposes_pb2.NOTICE_CONTENT_PURPOSE, "发送优惠短信")
        ]
        assert {name: sent[name] for name in ("key", "locale", "title", "body")} == {
            name: said[name] for name in ("key", "locale", "title", "body")
        }


async def test_a_publication_without_a_reason_is_refused_and_nothing_is_published(gateway: Gateway) -> None:
    answer = await gateway.admin(PUBLISH, "privacy_officer", variables={"i": PURPOSE | {"reason": " "}})
    payload = answer["data"]["publishPurpose"]
    assert ([error["code"] for error in payload["userErrors"]], payload["purpose"]) == (
        ["REASON_MISSING"],
        None,
    )
    assert not gateway.services.requests


class PurposeNotPublishable(Invalid):
    """As the consent service says it."""


async def test_the_officer_is_told_by_article_what_a_purpose_lacks(gateway: Gateway) -> None:
    gateway.services.refusal = PurposeNotPublishable("assess it first", article="PIPL 55(2)")
    answer = await gateway.admin(
        PUBLISH.replace("{ code }", "{ code message facts { name value } }"),
        "privacy_officer",
        variables={"i": PURPOSE},
    )
    [error] = answer["data"]["publishPurpose"]["userErrors"]
    assert (error["code"], error["facts"]) == (
        "PURPOSE_NOT_PUBLISHABLE",
        [{"name": "article", "value": "PIPL 55(2)"}],
    )


async def test_anybody_reads_a_version_of_a_notice_by_its_id(gateway: Gateway) -> None:
    query = "query ($id: ID!) { notice(id: $id) { id locale title body digest } }"
    answer = await gateway.ask(query, variables={"id": "notice-1"})
    assert answer["data"]["notice"] == {
        "id": "notice-1",
        "locale": "zh",
        "title": "短信",
        "body": "…",
        "digest": "cd" * 32,
    }
    assert (await gateway.ask(query, variables={"id": "never"}))["data"] == {"notice": None}
