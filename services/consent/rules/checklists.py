"""Checklists: what a purpose and a notice must have before they are published, item by item with its article."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple, dataclass, replace
from typing import Generic, TypeVar

from services.consent.rules import contacts, durations, passages
from services.consent.rules.notices import LOCALES, Layer, Wording
from services.consent.rules.purposes import (
    KEY,
    PARTY,
    ConsentForm,
    LawfulBasis,
    Necessity,
    Purpose,
    Terms,
    Text,
)
from services.kit.refusal import Invalid

_LOCATION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_DPV = re.compile(r"[a-z][a-z0-9-]*:[A-Z][A-Za-z]+")
_APART = (ConsentForm.SEPARATE, ConsentForm.WRITTEN)
_LIST_MOST = 100


class Malformed(Invalid):
    """A field is not spelled as it must be; the message says how."""


class PurposeNotPublishable(Invalid):
    """The purpose lacks what the law wants before it may be published; ``article`` names where."""


class NoticeNotPublishable(Invalid):
    """The notice lacks what the law wants before it may be shown; ``article`` names where."""


Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Item(Generic[Subject]):
    """One thing that the law wants: the article, the field it is about, what would be right, and the test."""

    article: str
    field: str
    wanted: str
    met: Callable[[Subject], bool]


PURPOSE: tuple[Item[Terms], ...] = (
    Item(
        "PIPL 13",
        "purpose.lawful_basis",
        "name the lawful basis",
        lambda t: t.lawful_basis is not LawfulBasis.UNSPECIFIED,
    ),
    Item(
        "PIPL 13(2)",
        "purpose.necessity",
        "what rests on a contract must be CORE to it",
        lambda t: t.lawful_basis is not LawfulBasis.CONTRACT or t.necessity is Necessity.CORE,
    ),
    Item(
        "PIPL 16",
        "purpose.necessity",
        "say whether the service can be given without it",
        lambda t: t.necessity is not Necessity.UNSPECIFIED,
    ),
    Item(
        "PIPL 14",
        "purpose.form",
        "say in which form consent is given",
        lambda t: not t.needs_consent or t.form is not ConsentForm.UNSPECIFIED,
    ),
    Item(
        "PIPL 13",
        "purpose.form",
        "leave the form out: what rests on another basis asks for no consent",
        lambda t: t.needs_consent or t.form is ConsentForm.UNSPECIFIED,
    ),
    Item("PIPL 17", "purpose.name.zh", "name it in Chinese", lambda t: bool(t.name.zh)),
    Item("PIPL 17", "purpose.name.en", "name it in English", lambda t: bool(t.name.en)),
    Item("PIPL 17", "purpose.description.zh", "describe it in Chinese", lambda t: bool(t.description.zh)),
    Item("PIPL 17", "purpose.description.en", "describe it in English", lambda t: bool(t.description.en)),
    Item("PIPL 17", "purpose.methods", "say how the data is processed", lambda t: bool(t.methods)),
    Item(
        "PIPL 6", "purpose.categories", "list the categories of data it needs", lambda t: bool(t.categories)
    ),
    Item(
        "PIPL 19",
        "purpose.retention",
        "say how long data is kept, as an ISO 8601 duration in whole numbers like P3Y",
        lambda t: durations.parse(t.retention) is not None,
    ),
    Item(
        "PIPL 14",
        "purpose.validity_duration",
        "give an ISO 8601 duration longer than nothing, for a purpose that needs consent, or none",
        lambda t: not t.validity_duration or (t.needs_consent and _lasts(t.validity_duration)),
    ),
    Item(
        "PIPL 29",
        "purpose.form",
        "sensitive data needs SEPARATE or WRITTEN consent",
        lambda t: not (t.sensitive and t.needs_consent) or t.form in _APART,
    ),
    Item(
        "PIPL 28",
        "purpose.articles",
        "its records are found again by articles: list PIPL 28, and PIPL 29 where consent is asked for",
        lambda t: not t.sensitive or {"PIPL 28", *(["PIPL 29"] * t.needs_consent)} <= set(t.articles),
    ),
    Item(
        "PIPL 39",
        "purpose.form",
        "storage outside the mainland needs SEPARATE or WRITTEN consent",
        lambda t: not (t.goes_abroad and t.needs_consent) or t.form in _APART,
    ),
    Item(
        "PIPL 55(1)",
        "purpose.assessment_id",
        "sensitive data needs an impact assessment first: give its id",
        lambda t: not t.sensitive or bool(t.assessment_id),
    ),
    Item(
        "PIPL 55(2)",
        "purpose.assessment_id",
        "automated decisions need an impact assessment first: give its id",
        lambda t: not t.profiles or bool(t.assessment_id),
    ),
    Item(
        "PIPL 55(3)",
        "purpose.assessment_id",
        "giving data to third parties needs an impact assessment first: give its id",
        lambda t: not t.recipients or bool(t.assessment_id),
    ),
    Item(
        "PIPL 55(4)",
        "purpose.assessment_id",
        "storage outside the mainland needs an impact assessment first: give its id",
        lambda t: not t.goes_abroad or bool(t.assessment_id),
    ),
)

NOTICE: tuple[Item[Wording], ...] = (
    Item(
        "PIPL 17",
        "notice.layer",
        "say in which layer it is shown",
        lambda w: w.layer is not Layer.UNSPECIFIED,
    ),
    Item("PIPL 17", "notice.title", "give it a title", lambda w: bool(w.title)),
    Item("PIPL 17", "notice.body", "write what is told", lambda w: bool(w.body)),
    Item("PIPL 17", "notice.purposes", "name the purposes that it tells of", lambda w: bool(w.purposes)),
)


def check_purpose(terms: Terms) -> Terms:
    """The terms, tidied, when they may be published. Raises what is missing first."""
    terms = _tidy_terms(terms)
    _match(KEY, "a lower-case key like marketing_sms", "purpose.key", [terms.key])
    _match(KEY, "lower-case keys like profile", "purpose.methods", terms.methods)
    _match(KEY, "lower-case keys like purchase_history", "purpose.categories", terms.categories)
    _match(PARTY, "ids of up to 100 characters", "purpose.recipients", terms.recipients)
    _match(_LOCATION, "ISO 3166 codes like CN or CN-SH", "purpose.storage_locations", terms.storage_locations)
    _match(PARTY, "articles like PIPL 29", "purpose.articles", terms.articles)
    if terms.dpv_purpose:
        _match(_DPV, "a DPV term like dpv:DirectMarketing", "purpose.dpv_purpose", [terms.dpv_purpose])
    if terms.assessment_id:
        _match(PARTY, "an id of up to 100 characters", "purpose.assessment_id", [terms.assessment_id])
    for field, text, most in (
        ("purpose.name", terms.name, 100),
        ("purpose.description", terms.description, 4000),
    ):
        _text(f"{field}.zh", text.zh, most)
        _text(f"{field}.en", text.en, most)
    for item in PURPOSE:
        if not item.met(terms):
            raise PurposeNotPublishable(
                f"{item.wanted} ({item.article})", field=item.field, article=item.article
            )
    return terms


def check_notice(
    wording: Wording, told: Collection[Purpose], officer: str = "", others: Iterable[Wording] = ()
) -> Wording:
    """The wording, tidied, when it may be published; ``told`` are its purposes. Raises what is missing first.

    ``officer`` is how the officer is reached, where the handler must have one (PIPL 52). What is shown just in time may
    leave that to those of the ``others`` in its language that tell of its purposes at length.
    """
    wording = replace(
        wording,
        title=_tidy(wording.title),
        body=_tidy(wording.body),
        purposes=tuple(sorted(wording.purposes, key=lambda p: p.key)),
        passages=tuple(sorted({replace(one, text=_tidy(one.text)) for one in wording.passages}, key=astuple)),
    )
    _match(KEY, "a lower-case key like membership", "notice.key", [wording.key])
    if wording.locale not in LOCALES:
        raise Malformed("the locale must be zh or en", field="notice.locale")
    _text("notice.title", wording.title, 200)
    _text("notice.body", wording.body, 200_000)
    if len({p.key for p in wording.purposes}) < len(wording.purposes):
        raise Malformed("a notice tells of each purpose once", field="notice.purposes")
    for item in NOTICE:
        if not item.met(wording):
            raise NoticeNotPublishable(
                f"{item.wanted} ({item.article})", field=item.field, article=item.article
            )
    _be_told(wording, [purpose.terms for purpose in told])
    if officer and not _names(officer, wording, others):
        raise NoticeNotPublishable(
            "say how the personal information protection officer is reached (PIPL 52)",
            field="notice.body",
            article="PIPL 52",
        )
    if wording.layer is Layer.GENERAL and any(purpose.terms.sensitive for purpose in told):
        raise NoticeNotPublishable(
            "sensitive data is told of in an ENHANCED or JUST_IN_TIME notice (PIPL 30)",
            field="notice.layer",
            article="PIPL 30",
        )
    return wording


def _names(officer: str, wording: Wording, others: Iterable[Wording]) -> bool:
    """Whether whoever is shown a wording can read how the officer is reached, in it or where more is told."""
    if contacts.names(wording.body, officer):
        return True
    longer = [
        one for one in others if one.layer is not Layer.JUST_IN_TIME and contacts.names(one.body, officer)
    ]
    named = {purpose.key for one in longer for purpose in one.purposes}
    return wording.layer is Layer.JUST_IN_TIME and {purpose.key for purpose in wording.purposes} <= named


def _be_told(wording: Wording, told: Collection[Terms]) -> None:
    for passage in wording.passages:
        if not passage.text or passage.text not in wording.body:
            raise NoticeNotPublishable(
                f"what is named for {passage.content} must stand in the body word for word (PIPL 17)",
                field="notice.passages",
                article="PIPL 17",
                content=passage.content,
            )
    if lacking := passages.missing(wording.passages, told):
        raise NoticeNotPublishable(
            f"say {lacking.say} ({lacking.article}), and name the passage that does: {lacking.content}",
            field="notice.passages",
            article=lacking.article,
            content=lacking.content,
        )


def _tidy_terms(terms: Terms) -> Terms:
    return replace(
        terms,
        name=Text(_tidy(terms.name.zh), _tidy(terms.name.en)),
        description=Text(_tidy(terms.description.zh), _tidy(terms.description.en)),
        methods=_tidy_set(terms.methods),
        categories=_tidy_set(terms.categories),
        recipients=_tidy_set(terms.recipients),
        storage_locations=_tidy_set(terms.storage_locations),
        articles=_tidy_set(terms.articles),
    )


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _tidy_set(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({_tidy(name) for name in names}))


def _match(pattern: re.Pattern[str], wanted: str, field: str, values: Iterable[str]) -> None:
    values = list(values)
    if len(values) > _LIST_MOST:
        raise Malformed(f"{field} takes at most {_LIST_MOST}", field=field)
    if not all(pattern.fullmatch(value) for value in values):
        raise Malformed(f"{field} takes {wanted}", field=field)


def _text(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Malformed(f"{field} takes at most {most} characters", field=field)
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise Malformed(f"{field} takes no control characters", field=field)


def _lasts(text: str) -> bool:
    duration = durations.parse(text)
    return duration is not None and (duration.months > 0 or duration.seconds > 0)
