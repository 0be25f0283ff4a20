"""Checkouts that are open while a merge is undone: what they hold is whose it was; part of the fold."""

from dataclasses import dataclass, replace

from services.loyalty.rules.ledger.entries import SLIDING, Account, EntryType, Journal, LotKey
from services.loyalty.rules.ledger.holds import Hold, HoldState
from services.loyalty.rules.ledger.wallets import Wallet


@dataclass(frozen=True, slots=True)
class Checkouts:
    """What the survivor's open holds of one currency keep, as far as they were made since the merge.

    The part that is the other one's stays held until the same instant, by a hold of the same id under the own name.
    """

    survivor: Wallet
    gone: Wallet
    out: Journal
    into: Journal
    holds: dict[tuple[str, str], Hold]
    merged_at: int

    def part(self, lot: LotKey, points: int) -> int:
        """Hand over so many points of a bucket, those set aside first before the others; how many there were."""
        left = points
        for hold in sorted(self.survivor.holds, key=lambda hold: (hold.held_at, hold.hold_id)):
            if hold.held_at < self.merged_at:
                continue
            for kept in [part for part in hold.slices if _is_of(part, lot)]:
                if there := min(left, kept[3]):
                    self._hand_over(hold, [*kept[:3], there])
                    left -= there
        return points - left

    def _hand_over(self, hold: Hold, part: list[int]) -> None:
        """Whoever used the id before cannot hold anything under it: that part is let go, as by a release."""
        place = self.gone.member_id, hold.hold_id
        journals = self.out, self.into
        reasons = [(journal.reason, journal.order_ref) for journal in journals]
        for journal in journals:
            journal.reason, journal.order_ref = hold.reason, hold.order_ref
        self._let_go(hold, part)
        own = self.holds.get(place)
        if own is None:
            own = self.holds[place] = self._new(hold)
            self.gone.holds.append(own)
        if any(own is other for other in self.gone.holds):
            self.gone.take_over(self.into, own, part)
        else:
            self.into.reason, self.into.order_ref = reasons[1]
            self.gone.give_back(self.into, EntryType.MERGE, [part], Account.TRANSFERS)
        for journal, (reason, order_ref) in zip(journals, reasons, strict=True):
            journal.reason, journal.order_ref = reason, order_ref

    def _let_go(self, hold: Hold, part: list[int]) -> None:
        """Take a part out of the survivor's hold, which is over once it keeps nothing."""
        parted = replace(hold, slices=[list(part)])
        self.survivor.capture(self.out, parted, part[3], EntryType.MERGE, Account.TRANSFERS)
        kept = hold.slices[[each[:3] for each in hold.slices].index(part[:3])]
        kept[3] -= part[3]
        hold.slices, hold.changed = [each for each in hold.slices if each[3]], True
        if not hold.slices:
            self.survivor.release(self.out, hold)  # it keeps nothing: it is only forgotten
            hold.close(HoldState.RELEASED, self.out.occurred_at)

    def _new(self, hold: Hold) -> Hold:
        return Hold(
            self.gone.member_id,
            hold.hold_id,
            hold.currency,
            0,
            hold.order_ref,
            self.into.actor,
            self.into.fingerprint,
            self.into.recorded_at,
            hold.expires_at,
            is_new=True,
        )


def _is_of(part: list[int], lot: LotKey) -> bool:
    """Whether a slice is of a bucket, or of that into which its points slid."""
    return part[:3] == list(lot) or (part[1] == lot.month == SLIDING)
