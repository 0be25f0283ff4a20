"""Encoded answers: protobuf's own library reads what was joined as what was meant."""

import pytest
from huiyuan.kit.v1.kit_pb2 import LocalizedText, Refusal
from huiyuan.loyalty.v1.tiers_pb2 import BatchGetStandingsResponse, Standing, StandingResult, Tier

from services.kit import rpc
from services.kit.rpc.codecs import Binary, Json


@pytest.mark.parametrize("letters", [0, 1, 100, 120, 130, 16_300, 16_400, 2_100_000])
def test_a_part_of_any_length_is_read_as_the_message_that_it_was(letters: int) -> None:
    text = LocalizedText(zh="x" * letters, en="last")
    read = Tier.FromString(rpc.embedded(Tier.NAME_FIELD_NUMBER, text.SerializeToString()))
    assert read == Tier(name=text)


def test_answers_of_parts_are_the_same_in_both_forms() -> None:
    parts = [
        StandingResult(standing=Standing(tier=Tier(key=f"tier-{nth}", rank=nth), kept=True))
        for nth in range(3)
    ]
    parts.append(StandingResult(refusal=Refusal(code="NOT_ALLOWED", message="no")))
    joined = rpc.repeated(BatchGetStandingsResponse, results=[part.SerializeToString() for part in parts])
    whole = BatchGetStandingsResponse(results=parts)
    assert BatchGetStandingsResponse.FromString(Binary().encode(joined)) == whole
    assert Json().encode(joined) == Json().encode(whole)
