"""Un-merging: a merge was a mistake, and what it moved goes back as far as it is there; part of the fold."""

from dataclasses import dataclass

from services.kit.refusal import Conflict, NotFound
from services.loyalty.rules.ledger.entries import Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.members.checkouts import Checkouts
from services.loyalty.rules.members.forfeits import let_go
from services.loyalty.rules.members.merges import Amounts, Merge, Share
from services.loyalty.rules.members.merging import begun, journals, tell
from services.loyalty.rules.programmes.programmes import ProgrammeHistory
from services.loyalty.rules.tiers import paid_time, tiers
from services.loyalty.rules.tiers.placements import replace_paid
from services.loyalty.rules.tiers.standings import PlacementKind, Standing


class UnknownMerge(NotFound):
    """The member was not merged under this id."""


class SurvivorMerged(Conflict):
    """The survivor was merged into another member since."""


@dataclass(frozen=True, slots=True)
class UnmergeAsked:
    """A merge to undo, in all programmes, which are named by their numbers."""

    from_member: str
    merge_id: str
    programmes: frozenset[int]
    actor: str
    reason: str


def unmerge(book: Book, asked: UnmergeAsked) -> Answer:
    """Give back what a merge moved, as far as the survivor's same buckets hold it; what was spent stays spent."""
    merges = [m for m in book.state.merges.get(asked.from_member, ()) if m.merge_id == asked.merge_id]
    if not merges:
        message = "the member was not merged under this id: check the id"
        raise UnknownMerge(message, field="merge_id")
    if merges[0].undone_at:
        return Answer(merges, replayed=True)
    into_member = merges[0].into_member
    if any(len(book.state.names(into_member, number)) > 1 for number in asked.programmes):
        message = "the survivor was merged into another member since: undo that merge first"
        raise SurvivorMerged(message, field="merge_id")
    histories = begun(book, asked.programmes)
    by_number = {merge.programme: merge for merge in merges}
    for number in asked.programmes:
        _part(book.state.standings[asked.from_member, number], by_number.get(number))
    for history in histories:
        if undone := by_number.get(history.newest.number):
            sides = book.touch(asked.from_member, history), book.touch(into_member, history)
            _give_back(book, asked, undone, *sides)
    return Answer(merges)


def disown(book: Book, asked: UnmergeAsked, into_member: str) -> Answer:
    """Tell that a merge is undone of which nothing was ever done here: it was a mistake before it was followed."""
    history = begun(book, asked.programmes)[0]
    sides = book.touch(asked.from_member, history), book.touch(into_member, history)
    at = sides[0].recorded_at
    never = Merge(
        asked.from_member,
        history.newest.number,
        asked.merge_id,
        into_member,
        asked.actor,
        asked.reason,
        at,
        undone_at=at,
    )
    tell(book, never, sides, {})
    return Answer([])


def _part(standing: Standing, undone: Merge | None) -> None:
    """Let a member stand alone again, with the days and tiers that went over."""
    standing.merged_into, standing.was_merged = "", True
    if undone is not None:
        standing.days = [list(day) for day in undone.days]
        standing.earned = [list(row) for row in undone.earned]
        standing.tiers = list(undone.tiers)
        standing.term = undone.term
    standing.changed = standing.fate_changed = True


def _give_back(book: Book, asked: UnmergeAsked, undone: Merge, gone: Member, survivor: Member) -> None:
    undone.undone_at, undone.changed = survivor.recorded_at, True
    undone.undone_by, undone.undone_reason = asked.actor, asked.reason
    if survivor.standing.forfeited_at >= undone.merged_at:
        gone.standing.forfeited_at = survivor.standing.forfeited_at
        for forfeited in undone.shares.values():
            forfeited.lots, forfeited.pending = [], []
    key = key_of("unmerge", undone.programme, asked.from_member, asked.merge_id)
    out, into = journals(book, key, asked.actor, asked.reason, b"", (survivor, gone))
    for rules in gone.current.currencies:
        if share := undone.shares.get(rules.number):
            wallets = survivor.wallets[rules.code], gone.wallets[rules.code]
            checkouts = Checkouts(*wallets, out, into, book.state.holds, undone.merged_at)
            returning = _Returning(*wallets, out, into, gone.history, checkouts)
            undone.returned[rules.number] = returning.all_of(share)
    _forget_ended(undone, gone.standing, survivor.standing)
    _part_paid(book, undone, gone, survivor)
    _restore_survivor(book, undone, survivor)
    for side in (gone, survivor):
        for rules in side.current.currencies:
            book.settle(side, rules)
    let_go(book, gone, into)
    let_go(book, survivor, out)
    book.judge(gone, gone.current, gone.recorded_at)
    tell(book, undone, (gone, survivor), undone.returned)


@dataclass(frozen=True, slots=True)
class _Returning:
    """One currency on its way back from the survivor."""

    survivor: Wallet
    gone: Wallet
    out: Journal
    into: Journal
    history: ProgrammeHistory
    checkouts: Checkouts

    def all_of(self, share: Share) -> Amounts:
        debt = self._debt(share)
        pending, matured = self._pending(share.pending)
        available, held = self._lots([*share.lots, *matured])
        available += self._repaid(share.repaid)
        return Amounts(available, pending, debt, held)

    def _debt(self, share: Share) -> int:
        """What the survivor's lots paid of the debt comes back to them; what was repaid since stays repaid."""
        merging, between = EntryType.MERGE, Account.TRANSFERS
        owed = min(share.owed, self.survivor.debt)
        if owed:
            self.survivor.repay(self.out, merging, owed, between)
        self.survivor.give_back(self.out, merging, share.paid, between)
        debt = owed + sum(part[3] for part in share.paid)
        if debt:
            self.gone.owe(self.into, merging, debt, between)
        return debt

    def _lots(self, lots: Slices) -> tuple[int, int]:
        """Give lots back; how many points of the survivor's buckets, and how many more of what checkouts hold."""
        returned = held = 0
        for *lot, points in lots:
            there = min(points, self.survivor.there_in(LotKey(*lot)))
            returned += there
            self._move(there, LotKey(*lot))
            held += self.checkouts.part(LotKey(*lot), points - there)
        return returned, held

    def _move(self, points: int, first: LotKey | None = None) -> None:
        taken = self.survivor.take(self.out, EntryType.MERGE, points, Account.TRANSFERS, first)
        for expires, month, source, part in taken:
            lot = LotKey(expires, month, source)
            self.gone.credit(self.into, EntryType.MERGE, part, lot, Account.TRANSFERS)

    def _pending(self, promises: Slices) -> tuple[int, Slices]:
        """Give promises back; how many, and the lots that those became which came true meanwhile."""
        returned, matured = 0, []
        for matures_at, month, source, points in promises:
            lot = LotKey(matures_at, month, source)
            there = min(points, self.survivor.promised_in(lot))
            if there:
                self.survivor.cancel_pending(self.out, there, lot, EntryType.MERGE, Account.TRANSFERS)
                self.gone.add_pending(self.into, there, lot, EntryType.MERGE, Account.TRANSFERS)
            returned += there
            if there < points and matures_at < NEVER:
                good_until = self.history.good_until(self.gone.currency, matures_at)
                matured.append([good_until, month, source, points - there])
        return returned, matured

    def _repaid(self, slices: Slices) -> int:
        """What repaid the survivor's debt comes back, and the survivor owes it again."""
        points = sum(part[3] for part in slices)
        taken = self.survivor.take(self.out, EntryType.MERGE, points, Account.TRANSFERS)
        owed = points - sum(part[3] for part in taken)
        if owed:
            self.survivor.owe(self.out, EntryType.MERGE, owed, Account.TRANSFERS)
        self.gone.give_back(self.into, EntryType.MERGE, slices, Account.TRANSFERS)
        return points


def _forget_ended(undone: Merge, gone: Standing, survivor: Standing) -> None:
    """An override that went over, and that staff ended or replaced since, is over."""
    if not undone.override_waited:
        still = survivor.placed
        gone.placed = [each for each in gone.placed if each.kind is PlacementKind.PAID or each in still]


def _part_paid(book: Book, undone: Merge, gone: Member, survivor: Member) -> None:
    """What each paid for goes its own way again; what had to wait for the other's is good for as long as is left."""
    zone, now = survivor.current.time_zone, survivor.recorded_at
    theirs = {each.placement_id for each in paid_time.paid(undone.term.placed)}
    back, left = paid_time.parted(survivor.standing.placed, theirs, now, zone)
    here = {each.placement_id for each in back}
    own = [each for each in gone.standing.placed if each.placement_id not in here]
    replace_paid(book, gone, [*own, *back])
    replace_paid(book, survivor, left)
    book.tell_moves(gone, tiers.show(gone.current, gone.standing, gone.recorded_at), by_merge=True)


def _restore_survivor(book: Book, undone: Merge, survivor: Member) -> None:
    """Count no longer what went back; the tier held is the one from before, or what is still reached."""
    standing, current = survivor.standing, survivor.current
    for ordinal, spend_minor, orders in undone.days:
        standing.add(ordinal, -spend_minor, -orders)
    for ordinal, number, points in undone.earned:
        standing.earn(ordinal, number, -points)
    standing.placed = [
        each
        for each in standing.placed
        if each not in undone.term.placed or (each.kind is PlacementKind.OVERRIDE and undone.override_waited)
    ]
    still = standing.copy()
    still.ladder, still.tiers = undone.tier_before, []
    tiers.judge(current, still, survivor.balances(), survivor.recorded_at)
    if current.rank(still.ladder) < current.rank(standing.ladder):
        tiers.stand(current, standing, still.ladder, survivor.recorded_at)
    book.tell_moves(survivor, tiers.show(current, standing, survivor.recorded_at), by_merge=True)
