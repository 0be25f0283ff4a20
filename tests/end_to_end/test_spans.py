"""Spans: what a storefront asks is one trace through the gateway and the three services, each of which tells its part."""

import httpx

from tests.end_to_end.house import House
from tests.kit.collecting import collecting

ASKED = "{ me { displayName points { available } tier { key } consents { purpose } } }"


def test_one_question_is_one_trace_through_all_services(house: House) -> None:
    with collecting() as collector:
        house.also = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_TRACES_SAMPLER_ARG": "1"}
        house.start()
        house.wait_until_ready()
        token = house.issuer.member(house.seeds.members[0].member_id)
        trace = "5bd66ef5095369c7b0d1f8f4bd33716a"
        answer = httpx.post(
            house.storefront,
            json={"query": ASKED},
            headers={"authorization": f"Bearer {token}", "traceparent": f"00-{trace}-c532cb4098ac3dd2-00"},
        )
        assert "errors" not in answer.json(), answer.text
        house.stop()  # what still waits is sent
    ours = {
        process: [span for span in spans if span.trace_id.hex() == trace]
        for process, spans in collector.by_process.items()
    }
    (asked,) = ours.pop("huiyuan-gateway-serve")
    assert (asked.name.split()[0], asked.parent_span_id.hex()) == ("storefront", "c532cb4098ac3dd2")
    called = {
        span.name.rpartition("/")[2]: process
        for process, spans in ours.items()
        for span in spans
        if span.parent_span_id == asked.span_id
    }
    assert called == {
        "BatchGetBalances": "huiyuan-loyalty-serve",
        "BatchGetStandings": "huiyuan-loyalty-serve",
        "BatchGetProfiles": "huiyuan-members-serve",
        "BatchGetConsents": "huiyuan-consent-serve",
    }
