"""One trace: what a storefront asks is one through the gateway and the three services, each of which tells its part."""

import time
from typing import Any

import httpx

from tests.end_to_end.house import House
from tests.kit.collecting import Collector

ASKED = "{ me { displayName points { available } tier { key } consents { purpose } } }"
TRACE = "5bd66ef5095369c7b0d1f8f4bd33716a"
TOLD_WITHIN_S = 60.0


def test_one_question_is_one_trace_through_all_services(lodger: House, collector: Collector) -> None:
    token = lodger.issuer.member(lodger.seeds.members[0].member_id)
    answer = httpx.post(
        lodger.storefront,
        json={"query": ASKED},
        headers={"authorization": f"Bearer {token}", "traceparent": f"00-{TRACE}-c532cb4098ac3dd2-00"},
    )
    assert "errors" not in answer.json(), answer.text
    deadline = time.monotonic() + TOLD_WITHIN_S
    while sum(map(len, (ours := told(collector)).values())) < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
    (asked,) = ours.pop("huiyuan-gateway-serve")
    assert (asked.name.split()[0], asked.parent_span_id.hex()) == ("storefront", "c532cb4098ac3dd2")
    called = {
        span.name.rpartition("/")[2]: process
        for process, spans in ours.items()
        for span in spans
        if span.parent_span_id == asked.span_id
    }
    assert called == {
        "BatchGetOverviews": "huiyuan-loyalty-serve",
        "BatchGetProfiles": "huiyuan-members-serve",
        "BatchGetConsents": "huiyuan-consent-serve",
    }


def told(collector: Collector) -> dict[str, list[Any]]:
    """What each process told of the trace."""
    ours = {
        process: [span for span in spans if span.trace_id.hex() == TRACE]
        for process, spans in dict(collector.by_process).items()
    }
    return {process: spans for process, spans in ours.items() if spans}
