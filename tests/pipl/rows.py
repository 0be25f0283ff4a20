"""The rows of the report: each article's demand, the software that meets it, the tests that prove it, and a violation.

A violation is a change of the software that breaks what the law wants; its tests must then fail. A row without tests, or
without a violation, is not proved.
"""

from typing import NamedTuple


class Violation(NamedTuple):
    """A text in a file, and what stands in its place when the article is violated."""

    file: str
    text: str
    instead: str


class Row(NamedTuple):
    """One demand of the law."""

    article: str
    demand: str
    software: str
    tests: tuple[str, ...] = ()
    violation: Violation | None = None
    missing: str = ""


_CONSENT = "services/consent"
_RPC = "tests/consent/rpc"
_RIGHTS = f"{_RPC}/test_rights.py::"


ROWS: tuple[Row, ...] = (
    Row(
        "13",
        "a basis for every purpose",
        "rules/checklists.PURPOSE, rules/gate",
        (
            f"{_RPC}/test_publishing.py::test_a_purpose_that_lacks_what_an_article_wants_is_not_published",
            f"{_RPC}/test_withdrawing.py::test_art_13_what_rests_on_a_contract_cannot_be_withdrawn_and_goes_on",
        ),
        Violation(f"{_CONSENT}/rules/checklists.py", "t.lawful_basis is not LawfulBasis.UNSPECIFIED", "True"),
    ),
    Row(
        "6",
        "no data beyond what the purpose lists",
        "members: rules/collecting; consent: rules/gate.Question.unlisted",
        (
            f"{_RPC}/test_checking.py::test_art_6_a_category_that_the_purpose_does_not_list_is_denied",
            "tests/members/rpc/test_collecting.py",
        ),
        Violation(
            "services/members/rules/collecting.py",
            "unlisted = sorted(brought - listed)",
            "unlisted: list[str] = []",
        ),
    ),
    Row(
        "19",
        "kept no longer than needed",
        "members: jobs/retention",
        ("tests/members/rpc/test_retention.py::test_the_job_ends_what_is_due_and_nothing_else",),
        Violation(
            "services/members/jobs/retention.py",
            "async def run(",
            "async def run(*_: object) -> None:\n    return None\n\n\nasync def _run_not(",
        ),
    ),
    Row(
        "14",
        "informed, voluntary, explicit",
        "rules/acts.admit",
        (
            f"{_RPC}/test_giving.py::test_art_14_a_digest_that_was_never_served_is_refused",
            f"{_RPC}/test_giving.py::test_art_14_a_preselected_box_is_refused",
        ),
        Violation(f"{_CONSENT}/rules/acts.py", "        if self.preselected:", "        if False:"),
    ),
    Row(
        "14, N22",
        "a widening asks anew",
        "rules/purposes.widenings",
        ("tests/consent/rules/test_purposes.py",),
        Violation(
            f"{_CONSENT}/rules/purposes.py",
            "Widening.METHODS: not set(wanted.methods) <= set(consented.methods),",
            "Widening.METHODS: False,",
        ),
    ),
    Row(
        "23, 25, 26, 29, 39",
        "separate consent",
        "rules/acts",
        (f"{_RPC}/test_giving.py::test_art_29_accepting_all_never_covers_a_separate_purpose",),
        Violation(
            f"{_CONSENT}/rules/acts.py",
            "and len(grant.purposes) > 1:",
            "and len(grant.purposes) > 99:",
        ),
    ),
    Row(
        "14, 29",
        "written consent",
        "rules/acts, storage/documents",
        (f"{_RPC}/test_written.py",),
        Violation(
            f"{_CONSENT}/rules/acts.py",
            "if form is ConsentForm.WRITTEN and grant.document is None:",
            "if False:",
        ),
    ),
    Row(
        "15",
        "withdrawing is as easy as giving, and holds at once",
        "actions/decisions.withdraw, rules/gate",
        (
            f"{_RPC}/test_withdrawing.py::test_art_15_what_was_withdrawn_is_denied_at_once",
            f"{_RPC}/test_withdrawing.py::test_art_15_withdrawing_asks_for_nothing_that_giving_does_not",
        ),
        Violation(
            f"{_CONSENT}/rules/decisions.py",
            "return heard if standing is None else max(standing, heard, key=_weight)",
            "return heard if standing is None else min(standing, heard, key=_weight)",
        ),
    ),
    Row(
        "15",
        "withdrawn from every recipient, by the member or by request",
        "actions/decisions.withdraw, actions/fulfilling",
        (
            f"{_RPC}/test_withdrawing.py::test_art_15_withdrawing_a_purpose_withdraws_it_from_every_recipient",
            f"{_RIGHTS}test_art_15_withdrawing_by_request_withdraws_from_every_recipient",
        ),
        Violation(
            f"{_CONSENT}/actions/decisions.py",
            "    if not act.recipient_id:\n",
            "    if False:\n",
        ),
    ),
    Row(
        "16, K32",
        "the service goes on without what is optional",
        "rules/gate",
        (f"{_RPC}/test_refusing_everything.py",),
        Violation(
            f"{_CONSENT}/rules/gate.py",
            "return named or (EVERYTHING in restricted and basis is not LawfulBasis.CONTRACT)",
            "return named or EVERYTHING in restricted",
        ),
    ),
    Row(
        "16",
        "points, tiers and rewards for who refuses everything",
        "loyalty asks no gate for what the contract needs; its own tests, asked of who refused",
        ("tests/loyalty/test_refusing_everything.py", "tests/loyalty/test_consenting.py"),
        Violation(
            "services/loyalty/rules/ledger/asks.py",
            "    if member.standing.restriction is Restriction.CLOSED:",
            "    if member.standing.automated_refused or member.standing.restriction is Restriction.CLOSED:",
        ),
    ),
    Row(
        "N22",
        "no repeated asking",
        "rules/decisions.ask_again_at; whoever prompts keeps to it",
        (f"{_RPC}/test_refusing.py",),
        Violation(
            f"{_CONSENT}/rules/decisions.py",
            "return until if until > now else None",
            "return None",
        ),
    ),
    Row(
        "17, N21",
        "what a notice says",
        "rules/checklists.NOTICE",
        (f"{_RPC}/test_publishing.py::test_art_17_an_incomplete_notice_is_not_published",),
        Violation(f"{_CONSENT}/rules/checklists.py", "lambda w: bool(w.purposes)", "lambda w: True"),
    ),
    Row(
        "17, 23, 30, 39",
        "a notice tells all that it has to, and where",
        "rules/passages",
        (
            f"{_RPC}/test_publishing.py::test_art_17_a_notice_that_leaves_out_what_is_to_be_told_is_not_published",
            f"{_RPC}/test_publishing.py::test_art_17_what_a_notice_names_stands_in_it_word_for_word",
        ),
        Violation(f"{_CONSENT}/rules/passages.py", "wanted.content not in named and", "False and"),
    ),
    Row(
        "20",
        "any of joint handlers takes a request",
        "rpc/rights.ask_right by staff",
        (f"{_RIGHTS}test_art_20_what_came_to_a_joint_handler_is_taken_in",),
        Violation(
            f"{_CONSENT}/rpc/rights.py",
            "    @rpc.allow(rpc.members, _NOTERS)\n    async def ask_right(",
            "    @rpc.allow(rpc.members)\n    async def ask_right(",
        ),
    ),
    Row(
        "21",
        "processors by contract",
        "storage/gate_limits",
        (f"{_RPC}/test_registers.py::test_art_21_a_processor_whose_term_is_over_is_denied_at_once",),
        Violation(
            f"{_CONSENT}/storage/gate_limits.py",
            'return bool(row["in_force"]) or not row["terms"]',
            "return True",
        ),
    ),
    Row(
        "22",
        "a merger of handlers",
        "rules/handlers, actions/handlers; purposes.widenings",
        (f"{_RPC}/test_handlers.py",),
        Violation(f"{_CONSENT}/rules/handlers.py", "if transfer.effective_at <= at]", "if False]"),
    ),
    Row(
        "23",
        "each third party for itself",
        "rules/gate, by recipient",
        (f"{_RPC}/test_giving.py::test_art_23_a_third_party_is_never_part_of_a_bundle",),
        Violation(
            f"{_CONSENT}/rules/purposes.py",
            "if recipient_id and self.form is ConsentForm.GENERAL:",
            "if False:",
        ),
    ),
    Row(
        "24",
        "automated decisions are refused at once",
        "rules/gate.judge, actions/fulfilling",
        (f"{_RIGHTS}test_art_24_refusing_automated_decisions_by_request_holds_at_once",),
        Violation(
            f"{_CONSENT}/rules/gate.py",
            "if not (automated_refused and answer.allow and question.profiles):",
            "if True:",
        ),
    ),
    Row(
        "24",
        "like members get like prices, and who refuses gets those without a profile, explained",
        "loyalty: rules/metrics.is_neutral, rules/decisions; storefront: explainDecision",
        ("tests/loyalty/test_decisions.py",),
        Violation(
            "services/loyalty/rules/tiers/metrics.py",
            "return part.neutral is not None and self.standing.automated_refused",
            "return False",
        ),
    ),
    Row(
        "28 to 30",
        "sensitive data",
        "rules/checklists",
        (
            f"{_RPC}/test_publishing.py::test_a_purpose_that_lacks_what_an_article_wants_is_not_published",
            f"{_RPC}/test_publishing.py::test_art_30_sensitive_data_is_not_told_of_in_a_general_notice",
        ),
        Violation(
            f"{_CONSENT}/rules/checklists.py",
            "if wording.layer is Layer.GENERAL and any(",
            "if False and any(",
        ),
    ),
    Row(
        "31, K34",
        "guardians of children under fourteen",
        "rules/guardians, actions/guardians; members: MemberTurned14",
        (
            f"{_RPC}/test_guardians.py",
            "tests/members/jobs/test_birthdays.py::"
            "test_art_31_who_turns_fourteen_is_told_of_once_and_without_the_date",
            "tests/members/jobs/test_birthdays.py::"
            "test_art_31_of_29_february_is_a_child_until_1_march_wherever_birthdays_are_kept",
        ),
        Violation(
            f"{_CONSENT}/rules/guardians.py",
            "    if ward is not None and ward.is_child:\n        raise GuardianNeeded",
            "    if False:\n        raise GuardianNeeded",
        ),
    ),
    Row(
        "38 to 40",
        "ways abroad",
        "storage/gate_limits, rules/registers.Ceilings",
        (f"{_RPC}/test_exporting.py::test_art_38_the_counter_crosses_the_ceiling_and_denies_exactly_there",),
        Violation(
            f"{_CONSENT}/storage/gate_limits.py", "OR members + $4 <= $3) RETURNING", "OR true) RETURNING"
        ),
    ),
    Row(
        "44, 45",
        "know, access, copy, port",
        "actions/fulfilling; members: packages",
        (
            f"{_RIGHTS}test_art_45_a_package_is_asked_for_once_it_is_known_who_asks",
            "tests/members/rpc/test_packages.py::"
            "test_a_package_holds_everything_in_json_and_in_csv_and_nobody_else",
        ),
        Violation(
            f"{_CONSENT}/actions/rights.py",
            "    if asking.kind in rules.NEEDS_PROOF and not proof:",
            "    if False:",
        ),
    ),
    Row(
        "44",
        "restricting the processing",
        "rules/gate.Question.restricted_by",
        (f"{_RIGHTS}test_art_44_restricting_stops_the_gate_and_sends_but_not_the_contract",),
        Violation(
            f"{_CONSENT}/rules/gate.py",
            "question.unlisted is None and question.restricted_by(restricted):",
            "False:",
        ),
    ),
    Row(
        "46",
        "correction reaches every projection",
        "members: rpc/updates, actions/profiles; consent: actions/fulfilling.profile_corrected",
        ("tests/members/rpc/test_correcting.py", f"{_RPC}/test_correcting.py"),
        Violation(
            "services/members/rpc/updates.py",
            "if traits.of(profile) != traits.of(member.profile):",
            "if False:",
        ),
    ),
    Row(
        "47",
        "deletion, proved by every store",
        "erasure saga of members, actions/fulfilling",
        (
            f"{_RIGHTS}test_art_47_an_erasure_is_accepted_by_a_person_and_proved_by_every_store",
            f"{_RIGHTS}test_erasure_takes_wishes_directives_and_restrictions_with_it",
        ),
        Violation(
            f"{_CONSENT}/migrations/versions/0006_rights.py",
            "ARRAY['preference_changes', 'preferences', 'suppressions', 'sends',",
            "ARRAY['preferences', 'suppressions', 'sends',",
        ),
    ),
    Row(
        "48",
        "the rules are explained",
        "actions/fulfilling",
        (f"{_RIGHTS}test_art_48_rules_are_explained_by_the_notices_in_force_and_their_digests",),
        Violation(f"{_CONSENT}/actions/fulfilling.py", "{one.digest.hex()}", "{one.notice_id}"),
    ),
    Row(
        "49",
        "the deceased",
        "actions/rights",
        (f"{_RIGHTS}test_art_49_kin_ask_the_officer_and_the_directive_blocks_them",),
        Violation(
            f"{_CONSENT}/actions/rights.py", "is Directive.KIN_MAY_NOT_ASK:", "is Directive.KIN_MAY_ASK:"
        ),
    ),
    Row(
        "50",
        "a channel, and reasons",
        "rules/rights.Refused, actions/rights.appeal",
        (
            f"{_RIGHTS}test_art_50_a_refusal_without_code_article_or_remedy_is_rejected",
            f"{_RIGHTS}test_art_50_a_refused_member_appeals_once_and_somebody_else_decides",
        ),
        Violation(f"{_CONSENT}/rules/rights.py", "if not self.remedy.strip() or", "if"),
    ),
    Row(
        "51, 52",
        "the officer is named in notices",
        "rules/checklists.check_notice",
        (
            f"{_RPC}/test_publishing.py::"
            "test_art_52_a_notice_that_does_not_name_the_officer_is_refused_above_the_threshold",
        ),
        Violation(
            f"{_CONSENT}/rules/checklists.py",
            "return wording.layer is Layer.JUST_IN_TIME and {purpose.key for purpose in wording.purposes} <= named",
            "return wording.layer is Layer.JUST_IN_TIME",
        ),
    ),
    Row(
        "54, 69",
        "audit, and proof by the handler",
        "rules/evidence, jobs/verification",
        (
            "tests/consent/test_evidence.py::test_whatever_a_database_admin_changes_is_named",
            "tests/consent/test_packs.py",
        ),
        Violation(
            f"{_CONSENT}/jobs/packs.py",
            'if sha256((folder / name).read_bytes()).hexdigest() != about["sha256"]:',
            "if False:",
        ),
    ),
    Row(
        "55, 56",
        "impact assessments, kept for three years",
        "rules/checklists, actions/registers",
        (
            f"{_RPC}/test_registers.py::"
            "test_art_56_an_assessment_is_kept_for_three_years_by_the_door_and_by_the_database",
        ),
        Violation(f"{_CONSENT}/actions/registers.py", "    if now < found.locked_until:", "    if False:"),
    ),
    Row(
        "55",
        "nothing that needs an impact assessment without one in the register",
        "actions/purposes, storage/registers.assessed",
        (
            f"{_RPC}/test_registers.py::"
            "test_art_55_a_purpose_that_needs_an_assessment_is_published_once_that_stands_in_the_register",
        ),
        Violation(
            f"{_CONSENT}/actions/purposes.py",
            "if terms.assessment_id and not await",
            "if False and not await",
        ),
    ),
    Row(
        "55(2)",
        "automated decisions are assessed before",
        "rules/checklists.PURPOSE",
        (f"{_RPC}/test_publishing.py::test_a_purpose_that_lacks_what_an_article_wants_is_not_published",),
        Violation(
            f"{_CONSENT}/rules/checklists.py",
            "lambda t: not t.profiles or bool(t.assessment_id)",
            "lambda t: True",
        ),
    ),
    Row(
        "55",
        "an assessment stays while a purpose in force rests on it",
        "actions/registers, actions/purposes; the database's trigger",
        (
            f"{_RPC}/test_registers.py::test_art_55_an_assessment_stays_while_a_purpose_in_force_rests_on_it",
            f"{_RPC}/test_registers.py::"
            "test_art_55_what_a_publication_under_way_rests_on_is_not_deleted_beneath_it",
        ),
        Violation(f"{_CONSENT}/actions/registers.py", "    if resting:", "    if False:"),
    ),
    Row(
        "57",
        "breaches",
        "rules/registers.Breach",
        (
            f"{_RPC}/test_breaches.py::"
            "test_art_57_a_breach_names_whom_it_is_about_and_its_clock_runs_until_both_are_told",
        ),
        Violation(f"{_CONSENT}/rules/registers.py", "told != set(NoticeKind)", "not told"),
    ),
    Row(
        "57",
        "a breach of what the contract needs is everybody's",
        "consumers, storage/registers",
        (f"{_RPC}/test_breaches.py::test_art_57_who_was_never_asked_anything_is_affected_too",),
        Violation(
            f"{_CONSENT}/consumers.py",
            "await decisions.know(connection, {UUID(event.member_id) for event in heard if event.member_id})",
            "pass",
        ),
    ),
)
