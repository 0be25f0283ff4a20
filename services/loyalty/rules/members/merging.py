"""Merging: two members turn out to be one; what one had becomes the other's; part of the fold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

import msgpack

from services.kit.refusal import Conflict, Declined, Invalid, Unavailable
from services.loyalty.rules.ledger.asks import be_countable
from services.loyalty.rules.ledger.entries import Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.events import MemberMerged, Moved
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.members.forfeits import let_go
from services.loyalty.rules.members.merges import Amounts, Merge, Share
from services.loyalty.rules.programmes.programmes import ProgrammeHistory, ProgrammeNotInForce
from services.loyalty.rules.tiers import paid_time, tiers
from services.loyalty.rules.tiers.placements import replace_paid
from services.loyalty.rules.tiers.standings import NO_TERM, PlacementKind


class MergeIntoItself(Invalid):
    """A member is merged into another one."""


class MemberAlreadyMerged(Conflict):
    """One of the two was merged into somebody already."""


class MergeAlreadyRecorded(Conflict):
    """The same merge id was recorded with another body."""


class HoldsOpen(Declined):
    """The member to be merged has open checkouts."""


class ProgrammesChanged(Unavailable):
    """A programme was founded meanwhile: try again."""


@dataclass(frozen=True, slots=True)
class MergeAsked:
    """One member to merge into another, in all programmes, which are named by their numbers."""

    from_member: str
    into_member: str
    merge_id: str
    programmes: frozenset[int]
    actor: str
    reason: str

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb((self.into_member, self.reason))).digest()[:16]


def merge(book: Book, asked: MergeAsked) -> Answer:
    """Move all a member has to another, who answers to both names from now on; a merge for each programme."""
    known = [m for m in book.state.merges.get(asked.from_member, ()) if m.merge_id == asked.merge_id]
    if known:
        if any((m.into_member, m.reason) != (asked.into_member, asked.reason) for m in known):
            message = "this merge id was recorded with another body: merge ids are used once"
            raise MergeAlreadyRecorded(message, field="merge_id")
        return Answer(known, replayed=True)
    _be_two(book, asked)
    pairs = [
        (book.touch(asked.from_member, history), book.touch(asked.into_member, history))
        for history in begun(book, asked.programmes)
    ]
    for gone, survivor in pairs:
        _be_movable(gone, survivor)
    merges = [_move(book, asked, gone, survivor) for gone, survivor in pairs]
    for number in asked.programmes:
        standing = book.state.standings[asked.from_member, number]
        standing.merged_into = asked.into_member
        standing.changed = standing.fate_changed = True
    book.state.merges.setdefault(asked.from_member, []).extend(merges)
    return Answer(merges)


def begun(book: Book, numbers: frozenset[int]) -> list[ProgrammeHistory]:
    """The programmes that have begun. Raises ``ProgrammesChanged`` when there are others than were asked about."""
    histories = book.programmes.by_id.values()
    if {history.newest.number for history in histories} != numbers:
        raise ProgrammesChanged("a programme was founded meanwhile: try again")
    found = [history for history in histories if history.versions[0].effective_at <= book.now]
    if not found:
        raise ProgrammeNotInForce("no programme has begun")
    return found


def _be_two(book: Book, asked: MergeAsked) -> None:
    if asked.from_member == asked.into_member:
        raise MergeIntoItself("a member is merged into another one", field="into_member_id")
    for number in sorted(asked.programmes):
        if len(book.state.names(asked.from_member, number)) > 1:
            message = "this member was merged already: undo that merge first"
            raise MemberAlreadyMerged(message, field="from_member_id")
        names = book.state.names(asked.into_member, number)
        if names[-1] == asked.from_member:
            message = "the survivor was merged into this very member: undo that merge first"
            raise MemberAlreadyMerged(message, field="into_member_id")
        if len(names) > 1:
            message = "the survivor was merged into another member: name that one"
            raise MemberAlreadyMerged(message, field="into_member_id")


def _be_movable(gone: Member, survivor: Member) -> None:
    """Refuse while a checkout is open, and what the survivor could not count."""
    for code, wallet in gone.wallets.items():
        if wallet.holds:
            message = (
                f"{len(wallet.holds)} checkouts hold {wallet.held} {code}: capture or release them first"
            )
            raise HoldsOpen(message, field="from_member_id", holds=len(wallet.holds), held=wallet.held)
        be_countable(survivor.wallets[code], max(0, wallet.available) + wallet.pending)


def _move(book: Book, asked: MergeAsked, gone: Member, survivor: Member) -> Merge:
    number = gone.current.number
    merged = Merge(
        asked.from_member,
        number,
        asked.merge_id,
        asked.into_member,
        asked.actor,
        asked.reason,
        survivor.recorded_at,
        tier_before=survivor.standing.ladder,
        is_new=True,
    )
    key = key_of("merge", number, asked.from_member, asked.merge_id)
    out, into = journals(book, key, asked.actor, asked.reason, asked.fingerprint, (gone, survivor))
    for code, wallet in gone.wallets.items():
        amounts = Amounts(max(0, wallet.available), wallet.pending, wallet.debt)
        if amounts != Amounts():
            merged.moved[wallet.currency] = amounts
            merged.shares[wallet.currency] = _move_points(wallet, survivor.wallets[code], out, into)
    _move_standing(book, merged, gone, survivor)
    for rules in survivor.current.currencies:
        book.settle(survivor, rules)
    let_go(book, survivor, into)  # heard of late, of whom left meanwhile
    tell(book, merged, (gone, survivor), merged.moved)
    return merged


def _move_points(gone: Wallet, survivor: Wallet, out: Journal, into: Journal) -> Share:
    share, merging, between = Share(), EntryType.MERGE, Account.TRANSFERS
    if debt := gone.debt:
        gone.repay(out, merging, debt, between)
        share.paid = survivor.take(into, merging, debt, between)
        share.owed = debt - sum(part[3] for part in share.paid)
        if share.owed:
            survivor.owe(into, merging, share.owed, between)
    for expires_at, month, source, points in gone.take(out, merging, max(0, gone.available), between):
        lot = LotKey(expires_at, month, source)
        kept = survivor.credit(into, merging, points, lot, between)
        share.lots += [[*lot, kept]] if kept else []
        share.repaid += [[*lot, points - kept]] if kept < points else []
    for matures_at, month, source, points in [list(part) for part in gone.pending_lots]:
        lot = LotKey(matures_at, month, source)
        gone.cancel_pending(out, points, lot, merging, between)
        survivor.add_pending(into, points, lot, merging, between)
        share.pending.append([*lot, points])
    return share


def _move_standing(book: Book, merged: Merge, gone: Member, survivor: Member) -> None:
    """Sum what tiers are measured by; the survivor has the higher tier from now on, and what both were placed on.

    What both paid for runs one after the other, so that nobody loses what was paid.
    """
    left, kept = gone.standing, survivor.standing
    merged.days, left.days = left.days, []
    merged.earned, left.earned = left.earned, []
    merged.tiers, left.tiers = left.tiers, []
    merged.term, left.term = left.term, NO_TERM
    merged.override_waited = kept.is_placed(PlacementKind.OVERRIDE)
    for ordinal, spend_minor, orders in merged.days:
        kept.add(ordinal, spend_minor, orders)
    for ordinal, number, points in merged.earned:
        kept.earn(ordinal, number, points)
    both = [*kept.placed, *(each for each in merged.term.placed if not kept.is_placed(each.kind))]
    if kept.is_placed(PlacementKind.PAID):
        stack = paid_time.stacked(survivor.current, survivor.recorded_at, kept.placed, merged.term.placed)
        both = [*(each for each in both if each.kind is not PlacementKind.PAID), *stack]
    before = kept.placed
    if survivor.current.rank(merged.term.ladder) > survivor.current.rank(kept.ladder):
        kept.term = replace(merged.term, ladder_since=survivor.recorded_at)
    kept.placed = before
    replace_paid(book, survivor, both)
    handed_over = tiers.show(survivor.current, kept, survivor.recorded_at)
    book.tell_moves(survivor, handed_over, by_merge=True)
    book.judge(survivor, survivor.current, survivor.recorded_at)


def journals(
    book: Book, key: bytes, actor: str, reason: str, fingerprint: bytes, members: Iterable[Member]
) -> list[Journal]:
    """A journal for each of the two sides."""
    return [
        book.journal(member, key, actor, fingerprint, member.recorded_at, reason=reason) for member in members
    ]


def tell(book: Book, merged: Merge, sides: Iterable[Member], amounts: dict[int, Amounts]) -> None:
    """Tell both sides what went over, or came back."""
    for member in sides:
        moved = tuple(
            Moved(code, amounts[wallet.currency].available, wallet.available)
            for code, wallet in member.wallets.items()
            if wallet.currency in amounts
        )
        what = MemberMerged(merged.merge_id, merged.into_member, bool(merged.undone_at), moved)
        book.tell(member, what, member.recorded_at)
