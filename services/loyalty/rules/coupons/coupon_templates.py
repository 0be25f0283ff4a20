"""Coupon templates: a draft, its editions, and whether coupons are issued by them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from services.kit.refusal import Conflict, Declined, NotFound
from services.loyalty.rules.coupons.coupon_terms import CouponTerms


class UnknownCouponTemplate(NotFound):
    """The programme has no coupon template with this key or code."""


class CouponTemplateChanged(Conflict):
    """Somebody else changed the template meanwhile; look at it and try again."""


class CouponDraftMissing(Conflict):
    """The template has no draft that differs from what is published."""


class CouponsNotIssued(Declined):
    """The template issues no coupons: it is a draft, was stopped, its days are over, or it is not claimed so."""


class ClaimCodeTaken(Conflict):
    """Another template of the programme is claimed by this code."""


class TemplateState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    STOPPED = "STOPPED"


class Within(NamedTuple):
    """The programme that coupons are of: its number, its id, whose local days count, its money, and whether whoever
    publishes is a second person."""

    number: int
    programme_id: str
    time_zone: str
    money_currency: str
    two_persons: bool = False


@dataclass(frozen=True, slots=True)
class CouponTemplate:
    """A template. ``issued`` counts coupons that were not revoked; ``committed_minor`` is what they took off and
    cost, and may still. ``edition`` is 0 and ``terms`` None while nothing was published. ``drafted_by`` is who wrote
    the draft, empty where there is none."""

    programme: int
    key: str
    state: TemplateState
    edition: int
    revision: int
    terms: CouponTerms | None
    draft: CouponTerms | None
    issued: int
    committed_minor: int
    changed_at: int
    drafted_by: str = ""

    def be_at(self, revision: int) -> None:
        """Raises ``CouponTemplateChanged`` unless the change was made from the newest revision."""
        if revision != self.revision:
            raise CouponTemplateChanged(
                f"this change was made from revision {revision} and {self.revision} is the newest",
                field="based_on_revision",
                newest=self.revision,
            )

    def drafted(self, terms: CouponTerms, by: str, now: int) -> "CouponTemplate":
        """The template with other terms in its draft."""
        return replace(self, draft=terms, revision=self.revision + 1, changed_at=now, drafted_by=by)

    def published(self, now: int) -> "CouponTemplate":
        """The template by its draft. Raises ``CouponDraftMissing``."""
        if self.draft is None or (self.draft == self.terms and self.state is TemplateState.PUBLISHED):
            raise CouponDraftMissing("save a draft that says something new first", field="key")
        return replace(
            self,
            state=TemplateState.PUBLISHED,
            edition=self.edition + 1,
            revision=self.revision + 1,
            terms=self.draft,
            draft=None,
            changed_at=now,
            drafted_by="",
        )

    def stopped(self, now: int) -> "CouponTemplate":
        """The template as it issues nothing more. Raises ``CouponsNotIssued`` for a draft."""
        if self.state is TemplateState.DRAFT:
            raise CouponsNotIssued("the template was never published: there is nothing to stop", field="key")
        if self.state is TemplateState.STOPPED:
            return self
        return replace(self, state=TemplateState.STOPPED, revision=self.revision + 1, changed_at=now)

    def issuing(self, field: str = "template") -> CouponTerms:
        """The terms by which coupons are issued now. Raises ``CouponsNotIssued``."""
        if self.terms is None or self.state is not TemplateState.PUBLISHED:
            message = f"{self.key} is {self.state}: publish it first"
            raise CouponsNotIssued(message, field=field, state=self.state)
        return self.terms
