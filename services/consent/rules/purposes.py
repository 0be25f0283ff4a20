"""Purposes: what data is used for, on which basis; the versions of it, and how far one version outgrows another."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from services.consent.rules import canonical, durations
from services.kit.refusal import NotFound

SCHEMA = "huiyuan.consent.purpose/1"

KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""How the key of a purpose or a notice is spelled."""

PARTY = re.compile(r"\w[\w .:/()-]{0,99}")
"""How a recipient, an article or an assessment is named."""

PROFILING = frozenset({"profile", "automated_decision"})
"""The methods of processing that a member refuses who refuses automated decisions."""


class UnknownPurpose(NotFound):
    """No purpose of this key, or no such version of it, was ever published."""


class LawfulBasis(StrEnum):
    """The seven bases of PIPL 13, in the statute's order."""

    UNSPECIFIED = "UNSPECIFIED"
    CONSENT = "CONSENT"
    CONTRACT = "CONTRACT"
    LEGAL_DUTY = "LEGAL_DUTY"
    EMERGENCY = "EMERGENCY"
    NEWS = "NEWS"
    MADE_PUBLIC = "MADE_PUBLIC"
    OTHER_LAW = "OTHER_LAW"

    @property
    def article(self) -> str:
        return f"PIPL 13({list(LawfulBasis).index(self)})"


class Necessity(StrEnum):
    """Whether the service cannot be given without it (PIPL 16)."""

    UNSPECIFIED = "UNSPECIFIED"
    CORE = "CORE"
    OPTIONAL = "OPTIONAL"


class ConsentForm(StrEnum):
    """How consent must be given; UNSPECIFIED where none is asked."""

    UNSPECIFIED = "UNSPECIFIED"
    GENERAL = "GENERAL"
    SEPARATE = "SEPARATE"
    WRITTEN = "WRITTEN"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages we serve."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a purpose says; the lists are sets, kept sorted."""

    key: str
    name: Text
    description: Text
    lawful_basis: LawfulBasis
    necessity: Necessity
    form: ConsentForm
    methods: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    storage_locations: tuple[str, ...]
    retention: str
    validity_duration: str
    dpv_purpose: str
    articles: tuple[str, ...]
    assessment_id: str
    sensitive: bool

    @property
    def needs_consent(self) -> bool:
        return self.lawful_basis is LawfulBasis.CONSENT

    @property
    def goes_abroad(self) -> bool:
        """Kept outside the mainland, which is what PIPL 38 to 40 are about."""
        return any(location.partition("-")[0] != "CN" for location in self.storage_locations)

    @property
    def profiles(self) -> bool:
        """Whether a machine judges people by it, which is what PIPL 24 and 55(2) are about."""
        return not PROFILING.isdisjoint(self.methods)

    def form_for(self, recipient_id: str) -> ConsentForm:
        """The form asked for; giving data to a third party always asks for separate consent (PIPL 23)."""
        if recipient_id and self.form is ConsentForm.GENERAL:
            return ConsentForm.SEPARATE
        return self.form

    def needs_its_own_act(self, recipient_id: str) -> bool:
        """Whether no other act covers it, so that it is asked anew of members who turned out to be one."""
        return self.sensitive or self.form_for(recipient_id) is not ConsentForm.GENERAL

    def valid_until(self, given_at: datetime) -> datetime | None:
        """When a consent given at that time ends by itself; None when it does not."""
        validity = durations.parse(self.validity_duration)
        return None if validity is None else validity.after(given_at)


@dataclass(frozen=True)
class Purpose:
    """A published version of a purpose; nothing about it changes any more."""

    terms: Terms
    version: int
    effective_at: datetime

    @property
    def key(self) -> str:
        return self.terms.key

    @cached_property
    def canonical(self) -> bytes:
        """What was published, without the time: the same terms have the same digest everywhere."""
        terms = self.terms
        return canonical.encode(
            {
                "schema": SCHEMA,
                "key": terms.key,
                "version": self.version,
                "name": {"zh": terms.name.zh, "en": terms.name.en},
                "description": {"zh": terms.description.zh, "en": terms.description.en},
                "lawful_basis": terms.lawful_basis,
                "necessity": terms.necessity,
                "form": terms.form,
                "methods": terms.methods,
                "categories": terms.categories,
                "recipients": terms.recipients,
                "storage_locations": terms.storage_locations,
                "retention": terms.retention,
                "validity_duration": terms.validity_duration,
                "dpv_purpose": terms.dpv_purpose,
                "articles": terms.articles,
                "assessment_id": terms.assessment_id,
                "sensitive": terms.sensitive,
            }
        )

    @cached_property
    def digest(self) -> bytes:
        return canonical.digest(self.canonical)

    def outgrows(self, consented: "Purpose") -> frozenset["Widening"]:
        """In what this version goes further than the one that was told or consented to."""
        return frozenset() if consented.version == self.version else widenings(consented.terms, self.terms)


class Widening(StrEnum):
    """In what a version outgrows another, so that consent to the other does not cover it (PIPL 14)."""

    PURPOSE = "PURPOSE"
    METHODS = "METHODS"
    CATEGORIES = "CATEGORIES"
    RECIPIENTS = "RECIPIENTS"
    RETENTION = "RETENTION"
    STORAGE_LOCATIONS = "STORAGE_LOCATIONS"
    SENSITIVITY = "SENSITIVITY"
    FORM = "FORM"


def widenings(consented: Terms, wanted: Terms) -> frozenset[Widening]:
    """In what ``wanted`` goes further than what was consented to.

    No program can tell a clearer wording from another aim, so any change of the texts counts as a new purpose.
    """
    aim = (consented.name, consented.description, consented.dpv_purpose)
    grown = {
        Widening.PURPOSE: aim != (wanted.name, wanted.description, wanted.dpv_purpose),
        Widening.METHODS: not set(wanted.methods) <= set(consented.methods),
        Widening.CATEGORIES: not set(wanted.categories) <= set(consented.categories),
        Widening.RECIPIENTS: not set(wanted.recipients) <= set(consented.recipients),
        Widening.RETENTION: _may_outlast(wanted.retention, consented.retention),
        Widening.STORAGE_LOCATIONS: not set(wanted.storage_locations) <= set(consented.storage_locations),
        Widening.SENSITIVITY: wanted.sensitive and not consented.sensitive,
        Widening.FORM: wanted.form not in (consented.form, ConsentForm.GENERAL, ConsentForm.UNSPECIFIED),
    }
    return frozenset(widening for widening, it_grew in grown.items() if it_grew)


def _may_outlast(wanted: str, consented: str) -> bool:
    longer, shorter = durations.parse(wanted), durations.parse(consented)
    return longer is None or shorter is None or longer.may_outlast(shorter)
