"""Errors: expected refusals are data, the rest says as much as a stranger may know."""

import pytest
from graphql import get_named_type

from gateway.admin.schema import schema as admin_schema
from gateway.errors import user_error
from gateway.storefront.schema import schema as storefront_schema
from services.kit.refusal import Forbidden, Invalid, NotFound
from tests.gateway.doors import Away, NotEnoughPoints, StaleVersion
from tests.gateway.gateway_client import Gateway, code

UPDATE = 'mutation{updateProfile(input:{displayName:"甲",idempotencyKey:"k"}){member{id}userErrors{field code message facts{name value}}}}'


class NameNotValid(Invalid):
    """As the members service says it."""


class ProgrammeNotWellFormed(Invalid):
    """What staff wrote contradicts itself, as the loyalty service says it."""


class UnknownPurpose(NotFound):
    """As the consent service says it."""


class HandsOff(Forbidden):
    """Forbidden, by a code that no gateway knows."""


async def test_a_refusal_is_data_with_its_field_code_and_numbers(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.refusal = NotEnoughPoints(
        "not enough", field="lines[2].line_id", asked_points=300, available=120
    )
    answer = await gateway.ask(UPDATE, token)
    assert "errors" not in answer
    assert answer["data"]["updateProfile"] == {
        "member": None,
        "userErrors": [
            {
                "field": ["input", "lines", "2", "lineId"],
                "code": "NOT_ENOUGH_POINTS",
                "message": "可用积分不足。",
                "facts": [{"name": "askedPoints", "value": "300"}, {"name": "available", "value": "120"}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh", "计划规则有误，请查看所指字段（must be above 500）"), ("en", "must be above 500")],
)
async def test_what_would_be_right_is_said_without_the_path_that_is_told_beside_it(
    gateway: Gateway, language: str, expected: str
) -> None:
    _, token = gateway.join()
    path = "tiers[1].at_least"
    gateway.services.refusal = ProgrammeNotWellFormed(f"{path}: must be above 500", field=path, path=path)
    answer = await gateway.ask(UPDATE, token, headers={"accept-language": language})
    (error,) = answer["data"]["updateProfile"]["userErrors"]
    assert (error["message"], error["field"]) == (expected, ["input", "tiers", "1", "atLeast"])
    assert error["facts"] == [{"name": "path", "value": "tiers[1].atLeast"}]


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (StaleVersion("newer"), "CONFLICT"),
        (HandsOff("no"), "FORBIDDEN"),
        (NameNotValid("empty"), "NAME_NOT_VALID"),
    ],
)
async def test_a_code_that_is_newer_than_the_gateway_is_told_as_its_family(
    gateway: Gateway, refusal: Exception, expected: str
) -> None:
    _, token = gateway.join()
    gateway.services.refusal = refusal  # type: ignore[assignment]
    answer = await gateway.ask(UPDATE, token)
    (error,) = answer["data"]["updateProfile"]["userErrors"]
    assert (error["code"], error["field"]) == (expected, None)


async def test_a_service_that_is_away_is_nobodys_mistake(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.refusal = Away("the database is away or busy: try again")
    answer = await gateway.ask(UPDATE, token)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["retryable"] is True


async def test_a_fault_shows_its_trace_and_nothing_else(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = gateway.join()

    def broken(_: object) -> object:
        raise ValueError("SELECT secret FROM members WHERE phone = '+8613900000001'")

    monkeypatch.setattr("gateway.storefront.member.named", lambda *_: broken(None))
    answer = await gateway.ask("{me{points{available}}}", token, headers={"accept-language": "en"})
    (error,) = answer["errors"]
    assert error["message"] == "something went wrong here; the trace id finds it in our logs"
    assert set(error["extensions"]) == {"code", "traceId"}
    assert error["extensions"]["code"] == "INTERNAL"


async def test_wrong_variables_are_the_askers_mistake(gateway: Gateway) -> None:
    query = "query($first:Int!){me{entries(first:$first){nodes{id}}}}"
    _, token = gateway.join()
    assert code(await gateway.ask(query, token)) == "BAD_USER_INPUT"
    assert code(await gateway.ask(query, token, variables={"first": "many"})) == "BAD_USER_INPUT"


_PHONE = "13900001234"


@pytest.mark.parametrize(
    ("query", "variables", "told"),
    [
        ("query($n:Int!){me{entries(first:$n){nodes{id}}}}", {"n": _PHONE}, "'$n' has invalid value: Int"),
        ("query($n:Int!){me{entries(first:$n){nodes{id}}}}", {"n": [_PHONE]}, "'$n' has invalid value: Int"),
        (
            "mutation($i:UpdateProfileInput!){updateProfile(input:$i){member{id}}}",
            {"i": {"displayName": _PHONE}},
            "to include required field",
        ),
        ("mutation($i:UpdateProfileInput!){updateProfile(input:$i){member{id}}}", {"i": _PHONE}, "an object"),
        (
            "mutation($i:RequestVerificationCodeInput!){requestVerificationCode(input:$i){verificationId}}",
            {"i": {"kind": _PHONE, "value": _PHONE}},
            "does not exist in",
        ),
        (f'{{me{{entries(first:"{_PHONE}"){{nodes{{id}}}}}}}}', {}, "Int cannot represent"),
        (
            f'mutation{{requestVerificationCode(input:{{kind:"{_PHONE}"}}){{verificationId}}}}',
            {},
            "cannot represent",
        ),
        (f'mutation{{updateProfile(input:"{_PHONE}"){{member{{id}}}}}}', {}, "an object"),
        (f'{{me "{_PHONE}"}}', {}, "Expected Name, found String."),
        (f"{{me {_PHONE}}}", {}, "Expected Name, found Int."),
    ],
)
async def test_what_was_sent_in_the_wrong_place_is_never_repeated(
    gateway: Gateway, query: str, variables: dict[str, object], told: str
) -> None:
    _, token = gateway.join()
    answer = await gateway.ask(query, token, variables=variables)
    assert told in answer["errors"][0]["message"]
    assert _PHONE not in str(answer)


@pytest.mark.parametrize("points", [2**53, -(2**53), 1.5, "5", True])
async def test_whole_numbers_that_json_cannot_carry_safely_are_refused(
    gateway: Gateway, points: object
) -> None:
    query = "mutation($i:AdjustPointsInput!){adjustPoints(input:$i){userErrors{code}}}"
    told = {
        "memberId": "5f0d6e0a-0000-4000-8000-000000000001",
        "currency": "POINTS",
        "points": points,
        "reason": "GOODWILL",
        "idempotencyKey": "k",
    }
    answer = await gateway.admin(query, variables={"i": told})
    assert code(answer) == "BAD_USER_INPUT"
    assert gateway.services.requests == []


def test_a_cap_is_named_as_the_member_gave_it() -> None:
    fields = [
        user_error(UnknownPurpose("wrong", field=one), "en").field for one in ("caps", "caps[0].period")
    ]
    assert fields == [["input", "frequencyCaps"], ["input", "frequencyCaps", "0", "periodS"]]
    given = get_named_type(storefront_schema._schema.type_map["SetFrequencyCapsInput"]).fields[
        "frequencyCaps"
    ]  # type: ignore[union-attr]
    assert "periodS" in get_named_type(given.type).fields  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mutation", "field", "expected"),
    [
        ("publishPurpose", "purpose.assessment_id", ["assessmentId"]),
        ("publishPurpose", "purpose.name.zh", ["name", "zh"]),
        ("publishNotice", "notice.purposes[1]", ["purposes", "1"]),
        ("publishTopic", "topic.name.zh", ["nameZh"]),
        ("publishTopic", "topic.channels[0].purpose", ["channels", "0", "purpose"]),
        ("registerImpactAssessment", "assessment.assessment_id", ["id"]),
        ("registerImpactAssessment", "assessment.concluded_at", ["concludedAt"]),
        ("deleteImpactAssessment", "assessment_id", ["id"]),
        ("registerProcessorAgreement", "agreement.agreement_id", ["id"]),
        ("registerProcessorAgreement", "agreement.recipient_id", ["recipientId"]),
        ("registerExportRoute", "route.purpose", ["purpose"]),
        ("recordBreachNotice", "breach_id", ["breachId"]),
    ],
)
def test_what_an_officer_enters_is_named_as_the_input_names_it(
    mutation: str, field: str, expected: list[str]
) -> None:
    said = user_error(UnknownPurpose("wrong", field=field), "en")
    assert said.field == ["input", *expected]
    kind = admin_schema._schema.mutation_type.fields[mutation].args["input"].type  # type: ignore[union-attr]
    assert expected[0] in get_named_type(kind).fields
