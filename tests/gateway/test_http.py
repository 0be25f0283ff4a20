"""HTTP: which requests are taken, and how answers are labelled."""

import httpx
import pytest

from tests.gateway.gateway_client import Gateway, code

STRICT = "application/graphql-response+json"


async def _raw(gateway: Gateway, content: bytes, **headers: str) -> httpx.Response:
    sent = {"content-type": "application/json"} | {name.replace("_", "-"): v for name, v in headers.items()}
    return await gateway.http.post("/graphql", content=content, headers=sent)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (STRICT, STRICT),
        (f"{STRICT}; charset=utf-8, application/json;q=0.9", STRICT),
        (f"application/json, {STRICT};q=0.5", "application/json"),
        ("text/csv, application/*;q=0.1", "application/json"),
    ],
)
async def test_the_answer_has_the_media_type_that_the_client_likes_best(
    gateway: Gateway, accept: str, expected: str
) -> None:
    answer = await gateway.post("{__typename}", headers={"accept": accept})
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["text/csv", "image/*", "application/json;q=0"])
async def test_a_client_that_accepts_nothing_we_have_is_told(gateway: Gateway, accept: str) -> None:
    assert (await gateway.post("{__typename}", headers={"accept": accept})).status_code == 406


@pytest.mark.parametrize(
    "query",
    ["{", "{nothing}", "query($v:Locale!){consentPurposes(locale:$v){key}}"],
)
async def test_a_document_that_cannot_run_is_400_under_the_strict_type_and_200_under_json(
    gateway: Gateway, query: str
) -> None:
    for accept, status in ((STRICT, 400), ("application/json", 200)):
        answer = await gateway.post(query, headers={"accept": accept})
        assert answer.status_code == status
        assert "data" not in answer.json()


@pytest.mark.parametrize(
    "body", [b"", b"{", b'"text"', b"\xff\xfe", b'{"query":1}', b'{"query":"{a}","variables":[]}']
)
async def test_a_body_that_is_no_request_is_400(gateway: Gateway, body: bytes) -> None:
    answer = await _raw(gateway, body)
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=gb18030",
        "",
    ],
)
async def test_what_a_form_on_another_site_can_send_is_refused(gateway: Gateway, content_type: str) -> None:
    answer = await _raw(gateway, b'{"query":"{__typename}"}', content_type=content_type)
    assert answer.status_code == 415


async def test_get_changes_nothing(gateway: Gateway) -> None:
    mutation = 'mutation{updateProfile(input:{idempotencyKey:"k"}){userErrors{code}}}'
    answer = await gateway.http.get("/graphql", params={"query": mutation})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert gateway.services.requests == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(gateway: Gateway, method: str) -> None:
    answer = await gateway.http.request(method, "/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_a_subscription_needs_a_stream(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.post("subscription{memberChanged{cursor}}", token)
    assert answer.status_code == 406


async def test_the_trace_of_a_request_is_in_its_errors(gateway: Gateway) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await gateway.ask("{me{id}}", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer["errors"][0]["extensions"]["traceId"] == trace


@pytest.mark.parametrize(
    "sent",
    [
        "00-call xiaoming back at 1390000000-b7ad6b7169203331-01",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    ],
)
async def test_what_is_no_trace_is_neither_told_nor_passed_on(gateway: Gateway, sent: str) -> None:
    assert len(sent) == 55
    answer = await gateway.ask("{me{id}}", headers={"traceparent": sent})
    assert answer["errors"][0]["extensions"]["traceId"] not in sent


async def test_operations_are_named_when_there_are_several(gateway: Gateway) -> None:
    query = "query A{__typename} query B{b:__typename}"
    assert code(await gateway.ask(query)) == "OPERATION_NOT_FOUND"
    nameless = await gateway.ask("{ __typename }", operationName="A", headers={"accept-language": "en"})
    assert nameless["errors"][0]["message"].startswith("leave operationName out")
    assert (await gateway.ask(query, operationName="B"))["data"] == {"b": "Query"}


async def test_who_wants_events_sees_by_the_status_that_none_will_come(production: Gateway) -> None:
    answer = await production.post("{__typename}", headers={"accept": "text/event-stream"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_health_and_metrics_are_served(gateway: Gateway) -> None:
    assert (await gateway.http.get("/healthz")).json() == {"status": "alive"}
    assert (await gateway.http.get("/readyz")).json() == {"status": "ready", "failing": []}
    await gateway.ask("{__typename}")
    assert "huiyuan_graphql_seconds" in (await gateway.http.get("/metrics")).text


async def test_the_trace_of_a_request_goes_on_to_the_services(gateway: Gateway) -> None:
    _, token = gateway.join()
    trace = "4bf92f3577b34da6a3ce929d0e0e4737"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await gateway.ask("{me{points{available}}}", token, headers=headers)
    assert gateway.services.traceparents[-1].split("-")[1] == trace
