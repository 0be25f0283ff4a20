"""The fold of events: an oracle of its own tells what must stand."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules.decisions import ConsentState, Decision, later, state
from services.consent.rules.purposes import (
    ConsentForm,
    LawfulBasis,
    Necessity,
    Purpose,
    Terms,
    Text,
)
from services.consent.rules.records import EventState

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def version(number: int, *categories: str) -> Purpose:
    terms = Terms(
        key="sms",
        name=Text("短信", "SMS"),
        description=Text("短信", "SMS"),
        lawful_basis=LawfulBasis.CONSENT,
        necessity=Necessity.OPTIONAL,
        form=ConsentForm.GENERAL,
        methods=("use",),
        categories=categories,
        recipients=(),
        storage_locations=("CN",),
        retention="P1Y",
        validity_duration="",
        dpv_purpose="dpv:DirectMarketing",
        articles=(),
        assessment_id="",
        sensitive=False,
    )
    return Purpose(terms, number, NOW)


VERSIONS = {1: version(1, "phone"), 2: version(2, "phone", "email"), 3: version(3, "phone")}
EVENTS = st.lists(
    st.builds(
        Decision,
        purpose=st.just("sms"),
        recipient_id=st.just(""),
        record_id=st.uuids(),
        purpose_version=st.sampled_from(sorted(VERSIONS)),
        event_state=st.sampled_from(EventState),
        event_time=st.just(NOW - timedelta(days=10)),
        valid_until=st.sampled_from([None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]),
        epoch=st.integers(1, 4),
    ),
    max_size=6,
)


def folded(events: list[Decision], in_force: Purpose) -> ConsentState:
    standing: Decision | None = None
    standing = reduce(later, events, standing)
    consented = VERSIONS[standing.purpose_version] if standing else None
    return state(standing, consented, in_force, NOW)


def must_stand(events: list[Decision], in_force: int) -> set[str]:
    """The states that the law leaves open, told from the events alone."""
    if not events:
        return {"NOT_ASKED"}
    last = [event for event in events if event.epoch == max(e.epoch for e in events)]
    if denials := [event.event_state for event in last if event.event_state != "GIVEN"]:
        return {"WITHDRAWN"} if "WITHDRAWN" in denials else {"REFUSED"}
    possible = set()
    for event in last:
        if event.valid_until and event.valid_until <= NOW:
            possible.add("EXPIRED")
        elif in_force == 2 and event.purpose_version in (1, 3):
            possible.add("REAFFIRM_REQUIRED")
        else:
            possible.add("GIVEN")
    return possible


@given(EVENTS, st.sampled_from(sorted(VERSIONS)))
def test_the_last_event_counts_and_in_a_tie_deny_wins(events: list[Decision], in_force: int) -> None:
    assert folded(events, VERSIONS[in_force]) in must_stand(events, in_force)


@given(EVENTS, st.randoms(use_true_random=False))
def test_events_fold_to_the_same_in_any_order(events: list[Decision], random: object) -> None:
    shuffled = sorted(events, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert folded(shuffled, VERSIONS[2]) == folded(events, VERSIONS[2])


def test_a_grant_and_a_withdrawal_of_one_epoch_are_a_withdrawal() -> None:
    given_, withdrawn = (
        Decision("sms", "", UUID(int=place), 1, event, NOW, None, 7)
        for place, event in enumerate((EventState.GIVEN, EventState.WITHDRAWN))
    )
    for order in ([given_, withdrawn], [withdrawn, given_]):
        assert folded(order, VERSIONS[1]) is ConsentState.WITHDRAWN


def test_art_14_a_narrower_version_needs_no_new_consent() -> None:
    given_ = Decision("sms", "", UUID(int=1), 2, EventState.GIVEN, NOW, None, 1)
    assert folded([given_], VERSIONS[3]) is ConsentState.GIVEN
