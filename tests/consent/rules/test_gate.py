"""The gate's judgement: allow needs a reason; everything else denies."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules.decisions import Decision
from services.consent.rules.gate import Question, Reason, cause, judge
from services.consent.rules.purposes import ConsentForm, LawfulBasis, Purpose
from services.consent.rules.records import EventState
from tests.consent.rules.test_decisions import version

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CATEGORIES = ("email", "phone")
CASES = st.fixed_dictionaries(
    {
        "consented": st.sampled_from([None, ("phone",), ("email",), CATEGORIES]),
        "listed": st.sampled_from([("phone",), ("email",), CATEGORIES]),
        "used": st.sets(st.sampled_from(CATEGORIES)),
        "event": st.sampled_from(EventState),
        "expired": st.booleans(),
        "basis": st.sampled_from([LawfulBasis.CONSENT, LawfulBasis.CONTRACT, LawfulBasis.LEGAL_DUTY]),
        "other_aim": st.booleans(),
    }
)


def _purpose(number: int, categories: tuple[str, ...], **changes: object) -> Purpose:
    made = version(number, *categories)
    return replace(made, terms=replace(made.terms, **changes))  # type: ignore[arg-type]


def _decision(event: EventState, *, until: datetime | None = None) -> Decision:
    return Decision("sms", "", UUID(int=1), 1, event, NOW - timedelta(days=9), until, 1)


@given(CASES)
def test_data_is_used_only_as_listed_and_as_consented(case: dict) -> None:  # type: ignore[type-arg]
    consented = None if case["consented"] is None else _purpose(1, case["consented"])
    aim = "dpv:Profiling" if case["other_aim"] else "dpv:DirectMarketing"
    in_force = _purpose(2, case["listed"], lawful_basis=case["basis"], dpv_purpose=aim)
    decision = None
    if consented is not None:
        decision = _decision(case["event"], until=NOW if case["expired"] else None)
    answer = judge(Question(in_force, in_force, frozenset(case["used"]), ""), decision, consented, NOW)
    used = case["used"] or set(case["listed"])
    listed = used <= set(case["listed"])
    covered = (
        case["consented"] is not None
        and case["event"] == "GIVEN"
        and not case["expired"]
        and not case["other_aim"]
        and used <= set(case["consented"])
    )
    assert answer.allow == (listed and (case["basis"] != "CONSENT" or covered))
    assert answer.article.startswith("PIPL ")


@pytest.mark.parametrize("part", ["sensitive", "separate", "recipient"])
def test_what_must_be_asked_afresh_is_never_to_be_kept(part: str) -> None:
    changes: dict[str, dict[str, object]] = {
        "sensitive": {"sensitive": True},
        "separate": {"form": ConsentForm.SEPARATE},
        "recipient": {"recipients": ("partner-a",)},
    }
    purpose = _purpose(1, ("phone",), **changes[part])
    recipient = "partner-a" if part == "recipient" else ""
    question = Question(purpose, purpose, frozenset(), recipient)
    answer = judge(question, _decision(EventState.GIVEN), purpose, NOW)
    assert (answer.allow, answer.keep_until) == (True, None)


@pytest.mark.parametrize("change", [{"sensitive": True}, {"form": ConsentForm.SEPARATE}], ids=str)
def test_art_29_an_older_version_is_no_way_around_separate_consent(change: dict[str, object]) -> None:
    old, in_force = _purpose(1, ("phone",)), _purpose(2, ("phone",), **change)
    answer = judge(Question(old, in_force, frozenset(), ""), _decision(EventState.GIVEN), old, NOW)
    assert (answer.allow, answer.reason) == (False, Reason.REAFFIRM_REQUIRED)


def test_an_answer_is_kept_two_seconds_and_never_past_the_end_of_the_consent() -> None:
    purpose = _purpose(1, ("phone",))
    question = Question(purpose, purpose, frozenset(), "")
    for ends_in, kept in ((None, 2), (60, 2), (1, 1)):
        until = None if ends_in is None else NOW + timedelta(seconds=ends_in)
        answer = judge(question, _decision(EventState.GIVEN, until=until), purpose, NOW)
        assert answer.keep_until == NOW + timedelta(seconds=kept)


def test_every_denial_says_why() -> None:
    purpose = _purpose(1, ("phone",))
    question = Question(purpose, purpose, frozenset(), "")
    told = {
        judge(question, _decision(event), purpose, NOW).reason
        for event in (EventState.REFUSED, EventState.WITHDRAWN)
    }
    assert told == {Reason.CONSENT_REFUSED, Reason.CONSENT_WITHDRAWN}
    assert judge(question, None, None, NOW).reason is Reason.NOT_ASKED


DECISIONS = [
    Decision("sms", "", UUID(int=nth), version, event, NOW - timedelta(days=9), until, nth)
    for nth, (version, event, until) in enumerate(
        product((1, 2), EventState, (None, *(NOW + timedelta(seconds=s) for s in (-5, 0, 1, 2, 3, 9_000))))
    )
]
RESTRICTED = [frozenset[str](), frozenset({"sms"}), frozenset({"other"})]


@pytest.mark.parametrize("late_s", [0, 1])
@pytest.mark.parametrize("methods", [("use",), ("profile",)], ids=str)
def test_standings_of_one_cause_get_one_answer(methods: tuple[str, ...], late_s: int) -> None:
    """But for whose record it is; ``late_s`` after they were read they are judged."""
    versions = {number: _purpose(number, CATEGORIES[:number], methods=methods) for number in (1, 2)}
    question = Question(versions[2], versions[2], frozenset({"phone"}), "")
    answers = defaultdict(set)
    for decision, refused, restricted in product([None, *DECISIONS], (False, True), RESTRICTED):
        answer = judge(
            question,
            decision,
            versions[decision.purpose_version] if decision else None,
            NOW + timedelta(seconds=late_s),
            NOW,
            automated_refused=refused,
            restricted=restricted,
        )
        assert answer.record_id in (None, decision.record_id if decision else None)
        of_nobody = answer._replace(record_id=answer.record_id and UUID(int=0))
        answers[cause(decision, refused, restricted, NOW)].add(of_nobody)
    assert all(len(alike) == 1 for alike in answers.values())
    assert len(answers) < len(DECISIONS) * 6, "nothing was alike, so nothing was proved"
