"""Coupon templates at the door: staff draft, publish and stop them, and see what they cost."""

from typing import Any

from huiyuan.loyalty.v1 import coupon_templates_pb2 as wire
from huiyuan.loyalty.v1.programme_history_pb2 import DefinitionChange

from services.kit import database, rpc
from services.loyalty.actions import coupon_templates as actions
from services.loyalty.actions.changed import Changed
from services.loyalty.rpc.coupons.coupon_terms import terms, wire_edition, wire_statistics, wire_template
from services.loyalty.rpc.programmes.changes import of_catalogue
from services.loyalty.rpc.programmes.programmes import publisher, reason
from services.loyalty.rpc.wire import choice, page_size
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.coupons.coupon_templates import CouponTemplate, TemplateState, Within
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.coupons import coupon_templates

MOST_TEMPLATES = 100
_drafters = rpc.staff("program_admin")
_publishers = rpc.staff("program_admin", "program_publisher")
_readers = rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor")


class CouponTemplates:
    """``huiyuan.loyalty.v1.CouponTemplatesService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(_drafters)
    async def save_coupon_template(
        self, request: wire.SaveCouponTemplateRequest, _: Any
    ) -> wire.SaveCouponTemplateResponse:
        reason(request.reason)
        within = await self._within(request)
        drafted = terms(request.terms, within)
        async with self._pool.acquire() as connection, connection.transaction():
            saved = await actions.save(
                connection,
                within,
                request.key,
                drafted,
                request.based_on_revision,
                rpc.caller().actor,
                self._rulebook.now(),
            )
        return wire.SaveCouponTemplateResponse(
            template=wire_template(saved.after, within),
            replayed=saved.replayed,
            changes=_changes(saved, within),
        )

    @rpc.allow(_publishers)
    async def publish_coupon_template(
        self, request: wire.PublishCouponTemplateRequest, _: Any
    ) -> wire.PublishCouponTemplateResponse:
        why, within = reason(request.reason), await self._within(request)
        async with self._pool.acquire() as connection, connection.transaction():
            published = await actions.publish(
                connection,
                within,
                request.key,
                request.based_on_revision,
                publisher(),
                why,
                self._rulebook.now(),
            )
        return wire.PublishCouponTemplateResponse(
            template=wire_template(published.after, within), changes=_changes(published, within)
        )

    @rpc.allow(_publishers)
    async def stop_coupon_template(
        self, request: wire.StopCouponTemplateRequest, _: Any
    ) -> wire.StopCouponTemplateResponse:
        reason(request.reason)
        within = await self._within(request)
        async with self._pool.acquire() as connection, connection.transaction():
            stopped = await actions.stop(connection, within, request.key, self._rulebook.now())
        return wire.StopCouponTemplateResponse(
            template=wire_template(stopped.after, within),
            replayed=stopped.replayed,
            changes=_changes(stopped, within),
        )

    @rpc.allow(_readers, rpc.systems("coupon_issuer"))
    async def get_coupon_template(
        self, request: wire.GetCouponTemplateRequest, _: Any
    ) -> wire.GetCouponTemplateResponse:
        within = await self._within(request)
        template = await coupon_templates.find(self._pool, within.number, request.key)
        if template is None:
            raise actions.unknown("key")
        now = self._rulebook.now()
        found = await coupon_templates.statistics(self._pool, within.number, request.key, now)
        return wire.GetCouponTemplateResponse(
            template=wire_template(template, within), statistics=wire_statistics(template, found, within)
        )

    @rpc.allow(_readers, rpc.systems("coupon_issuer"))
    async def list_coupon_templates(
        self, request: wire.ListCouponTemplatesRequest, _: Any
    ) -> wire.ListCouponTemplatesResponse:
        page_size(request.first, MOST_TEMPLATES)
        within = await self._within(request)
        names = {
            choice(wire.CouponTemplateState, "COUPON_TEMPLATE_STATE_", each): each for each in TemplateState
        }
        page, more = await coupon_templates.page(
            self._pool, within.number, names.get(request.state), request.first, request.after
        )
        return wire.ListCouponTemplatesResponse(
            templates=[wire_template(each, within) for each in page], has_next_page=more
        )

    @rpc.allow(_readers)
    async def list_coupon_editions(
        self, request: wire.ListCouponEditionsRequest, _: Any
    ) -> wire.ListCouponEditionsResponse:
        within = await self._within(request)
        found = await coupon_templates.editions(self._pool, within.number, request.key)
        return wire.ListCouponEditionsResponse(editions=[wire_edition(each, within) for each in found])

    async def _within(self, request: Any) -> Within:
        return within(await self._rulebook.current(), request.programme_id)


def within(known: Programmes, programme_id: str) -> Within:
    """The programme meant, the default one for "". Raises ``UnknownProgramme``."""
    newest = known.history(programme_id).newest
    return Within(
        newest.number, newest.programme_id, newest.time_zone, newest.money_currency, newest.two_persons
    )


def _changes(of: Changed[CouponTemplate], within: Within) -> list[DefinitionChange]:
    return of_catalogue(of, lambda one: wire_template(one, within))
