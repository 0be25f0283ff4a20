"""Instants are written from the wire as the instants themselves are."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.scalars import SCALARS, instant

_written = SCALARS[datetime].serialize
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799
"""The first second of year 1, and the last of year 9999."""


@given(seconds=st.integers(_FIRST_S, _LAST_S), nanos=st.integers(0, 999_999_999))
@example(seconds=_FIRST_S, nanos=0)
@example(seconds=_LAST_S, nanos=999_999_999)
@example(seconds=-1, nanos=1_000)
@example(seconds=86_399, nanos=999)
@example(seconds=951_782_400, nanos=0)  # 29 February
def test_a_stamp_is_written_as_its_instant(seconds: int, nanos: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=nanos // 1000)
    assert _written(Timestamp(seconds=seconds, nanos=nanos)) == at.isoformat().removesuffix("+00:00") + "Z"


@pytest.mark.parametrize("nanos", [-1, 1_000_000_000, 2**31 - 1, -(2**31)])
def test_nanos_that_are_no_part_of_a_second_are_carried_over(nanos: int) -> None:
    wire = Timestamp(seconds=1_764_000_000, nanos=nanos)
    assert _written(wire) == _written(instant(wire))


@pytest.mark.parametrize("seconds", [_FIRST_S - 1, _LAST_S + 1, 2**62])
def test_what_lies_in_no_year_is_not_written(seconds: int) -> None:
    with pytest.raises((ValueError, OverflowError)):
        _written(Timestamp(seconds=seconds))
