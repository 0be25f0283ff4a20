"""Whether a message may go: caps against a list of what went, and every gate against what each alone would say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules.caps import FrequencyCap
from services.consent.rules.channels import Channel
from services.consent.rules.decisions import Decision
from services.consent.rules.preferences import Preferences, document, preferences_of
from services.consent.rules.purposes import LawfulBasis, Text
from services.consent.rules.quiet_hours import QuietHours
from services.consent.rules.records import EventState
from services.consent.rules.sending import Matter, SendGate, Situation, judge
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.rules.topics import SendingRules, Topic, TopicTerms
from tests.consent.rules.test_decisions import version

NOW = datetime(2026, 5, 1, 4, tzinfo=UTC)
"""Noon in Shanghai."""

NIGHT, NOON = QuietHours(1320, 480, "Asia/Shanghai"), QuietHours(660, 780, "Asia/Shanghai")
CAPS = st.builds(
    FrequencyCap,
    st.just(Channel.SMS),
    st.integers(1, 72).map(lambda h: timedelta(hours=h)),
    st.integers(1, 4),
)


@given(
    st.lists(CAPS, min_size=1, max_size=3),
    st.lists(st.integers(0, 90 * 60), min_size=1, max_size=30).map(sorted),
)
def test_no_stretch_of_time_ever_holds_more_than_a_cap(caps: list[FrequencyCap], tries: list[int]) -> None:
    """Messages are tried at minutes; the oracle counts each stretch that ends at a message that went."""
    went: list[datetime] = []
    for minute in tries:
        at = NOW + timedelta(minutes=minute)
        free = [cap.free_from(went[::-1], at) for cap in caps]
        full = [len([one for one in went if at - cap.period < one <= at]) >= cap.most for cap in caps]
        assert [one != at for one in free] == full
        for cap, until in zip(caps, free, strict=True):
            assert until is not None
            # Nothing else happening, it is free then and not a minute earlier.
            assert len([one for one in went if until - cap.period < one]) < cap.most
            earlier = until - timedelta(minutes=1)
            assert until == at or len([one for one in went if earlier - cap.period < one]) >= cap.most
        if not any(full):
            went.append(at)
    for cap in caps:
        for last in went:
            assert len([one for one in went if last - cap.period < one <= last]) <= cap.most


def matter(*, consent: bool, profiles: bool = False, **changes: object) -> Matter:
    basis = LawfulBasis.CONSENT if consent else LawfulBasis.CONTRACT
    purpose = version(1, "phone")
    methods = ("profile",) if profiles else ("use",)
    purpose = replace(purpose, terms=replace(purpose.terms, lawful_basis=basis, methods=methods))
    terms = TopicTerms(
        key="offers",
        name=Text("优惠", "Offers"),
        description=Text("优惠", "Offers"),
        purposes={Channel.SMS: purpose.key},
        may_be_switched_off=True,
        keeps_quiet_hours=True,
        keeps_caps=True,
        retired=False,
    )
    topic = Topic(replace(terms, **changes), 1, NOW)  # type: ignore[arg-type]
    rules = SendingRules(NIGHT, (FrequencyCap(Channel.SMS, timedelta(days=1), 1),))
    return Matter(topic, Channel.SMS, purpose, rules)


def situation(about: Matter, **changes: object) -> Situation:
    assert about.purpose is not None
    given = Decision(
        about.purpose.key, "", UUID(int=1), about.purpose.version, EventState.GIVEN, NOW, None, 1
    )
    return replace(Situation(1, given, about.purpose, Preferences(), (), ()), **changes)  # type: ignore[arg-type]


@given(
    st.fixed_dictionaries(
        {
            name: st.booleans()
            for name in (
                *("consent", "given", "off", "bounced", "complained", "quiet", "capped", "own_cap"),
                *("profiles", "refused", "flags"),
            )
        }
    )
)
def test_a_message_goes_when_every_gate_says_yes_and_all_that_say_no_are_named(case: dict[str, bool]) -> None:
    flags = dict.fromkeys(("may_be_switched_off", "keeps_quiet_hours", "keeps_caps"), case["flags"])
    about = matter(consent=case["consent"], profiles=case["profiles"], **flags)
    wanted = Preferences(
        switched_off=frozenset({(Channel.SMS, "offers"), (Channel.EMAIL, "news")} if case["off"] else ()),
        quiet_hours=NOON if case["quiet"] else None,
        caps=(FrequencyCap(Channel.SMS, timedelta(days=2), 1),) if case["own_cap"] else (),
        automated_refused_at=NOW if case["refused"] else None,
    )
    stands = [
        Suppression(channel, reason, NOW, None, "system:sender")
        for it, channel, reason in (
            (case["bounced"], Channel.SMS, SuppressionReason.HARD_BOUNCE),
            (case["complained"], None, SuppressionReason.COMPLAINT),
            (True, Channel.EMAIL, SuppressionReason.REGULATOR),
        )
        if it
    ]
    sent = [NOW - timedelta(hours=30 if case["own_cap"] else 20)] if case["capped"] else []
    here = situation(about, preferences=wanted, suppressions=stands, sent=sent)
    here = here if case["given"] else replace(here, decision=None, consented=None)
    answer = judge(about, here, NOW)
    bound = case["consent"] or case["flags"]
    expected = {
        SendGate.CONSENT: case["consent"] and not case["given"],
        SendGate.PREFERENCE: case["off"] and bound,
        SendGate.SUPPRESSION: case["bounced"] or (case["complained"] and case["consent"]),
        SendGate.WINDOW: case["quiet"] and bound,
        SendGate.CAP: case["capped"] and bound,
        SendGate.TOPIC: False,
    }
    assert {denial.gate for denial in answer.denials} == {one for one, said in expected.items() if said}
    assert answer.may_send == (not any(expected.values()))
    allowed = case["given"] or not case["consent"]
    assert answer.non_personalised == (allowed and case["profiles"] and case["refused"])
    passing = {SendGate.WINDOW, SendGate.CAP}
    assert (answer.retry_at is not None) == (
        not answer.may_send and all(denial.gate in passing for denial in answer.denials)
    )


def test_waiting_for_a_cap_may_end_in_the_quiet_hours_and_then_for_their_end() -> None:
    about = matter(consent=False)
    went = datetime(2026, 4, 30, 15, tzinfo=UTC)  # 23:00 in Shanghai, as what keeps no hours
    answer = judge(about, situation(about, sent=[went]), NOW)
    assert [(one.gate, one.until) for one in answer.denials] == [
        (SendGate.CAP, datetime(2026, 5, 1, 15, tzinfo=UTC))
    ]
    assert answer.retry_at == datetime(2026, 5, 2, 0, tzinfo=UTC)  # 08:00


def test_a_cap_of_nothing_is_never_free() -> None:
    about = matter(consent=False)
    never = Preferences(caps=(FrequencyCap(Channel.SMS, timedelta(days=1), 0),))
    answer = judge(about, situation(about, preferences=never), NOW)
    assert [(one.gate, one.until) for one in answer.denials] == [(SendGate.CAP, None)]
    assert answer.retry_at is None


def test_what_was_retired_or_is_not_offered_goes_to_nobody() -> None:
    retired = matter(consent=False, retired=True)
    assert [one.reason for one in judge(retired, situation(retired), NOW).denials] == ["TOPIC_RETIRED"]
    about = matter(consent=False)
    elsewhere = replace(about, channel=Channel.PUSH, purpose=None)
    assert [one.reason for one in judge(elsewhere, situation(about), NOW).denials] == ["CHANNEL_NOT_OFFERED"]


def test_preferences_come_back_from_their_document_as_they_were() -> None:
    wanted = Preferences(
        frozenset({(Channel.SMS, "offers"), (Channel.PUSH, "news")}),
        NIGHT,
        (FrequencyCap(Channel.SMS, timedelta(days=1), 3),),
        NOW,
    )
    assert preferences_of(document(wanted), NOW) == wanted
