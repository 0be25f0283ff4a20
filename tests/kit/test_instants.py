"""Instants on the wire are what protobuf's own conversions make of them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from services.kit.instants import instant, of_micros, of_text, timestamp

ZONES = [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9, minutes=-30))]
MOST_S = 253_402_300_799 - 86_400


@given(st.integers(-62_135_510_400, MOST_S), st.integers(0, 999_999), st.sampled_from(ZONES))
def test_an_instant_is_the_message_that_protobuf_makes(seconds, micros, zone):
    at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=micros)).astimezone(zone)
    expected = Timestamp()
    expected.FromDatetime(at)
    assert timestamp(at) == expected
    assert Timestamp(**of_micros(seconds * 1_000_000 + micros)) == expected
    assert instant(expected) == at


@given(st.integers(-62_135_596_800, 253_402_300_799), st.integers(0, 999_999_999))
def test_a_message_is_the_instant_that_protobuf_makes(seconds, nanos):
    stamp = Timestamp(seconds=seconds, nanos=nanos)
    assert instant(stamp) == stamp.ToDatetime(UTC)


@pytest.mark.parametrize(
    ("seconds", "nanos"), [(0, -1), (0, 10**9), (253_402_300_800, 0), (-62_135_596_801, 0), (2**62, 0)]
)
def test_what_is_no_instant_is_refused(seconds, nanos):
    with pytest.raises((ValueError, OverflowError)):
        instant(Timestamp(seconds=seconds, nanos=nanos))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-02-29T08:00:00+08:00", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2023-02-29T00:00:00Z", None),
        ("2024-02-29T00:00:00", None),
        ("2024-02-29", None),
        ("now", None),
        ("", None),
    ],
)
def test_a_text_is_an_instant_with_its_offset_or_none(text: str, at: datetime | None) -> None:
    assert of_text(text) == at
