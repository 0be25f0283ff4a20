"""What must hold of published heads: the lines are ours and whole, and the chains still hold every head in them."""

from dataclasses import dataclass, field

from services.kit import database
from services.kit.appended import AppendedFile
from services.loyalty.rules.ledger.heads import (
    Gap,
    Keys,
    Line,
    LineNotUnderstood,
    PublishedHead,
    digest,
    read,
)
from services.loyalty.storage.ledger import heads
from services.loyalty.storage.ledger.integrity.checks import Findings, Mismatch

_NAME = "published heads"
_TABLE = "heads file"
_AT_ONCE = 1_000
_REOPENED = b'"reopened":'


@dataclass(slots=True)
class Publication:
    """The lines as far as they went when the verification began, and what was found in them.

    ``torn`` are half lines that a writer left behind when it was killed; ``last`` are the newest heads by lane;
    ``set_back`` heads are gone, and a later line says that the database was set back behind them.
    """

    file: AppendedFile
    keys: Keys
    until: int
    lines: int = 0
    torn: int = 0
    set_back: int = 0
    last_at: str = ""
    last: dict[int, PublishedHead] = field(default_factory=dict)
    name: str = _NAME
    proves: str = "the lines of published heads are signed and whole, and the chains hold every head in them"
    reads: tuple[str, ...] = ("batches",)

    async def look(self, connection: database.RawConnection) -> Findings:
        """What is wrong with the lines, and which of their heads the chains do not hold."""
        findings, previous, asked = Findings(), "", dict[PublishedHead, int]()
        gaps = self._gaps()
        for number, text in enumerate(self.file.lines(self.until), 1):
            try:
                line = read(text)
            except LineNotUnderstood:
                self.torn += 1
                continue
            self.lines += 1
            if line.previous != previous:
                findings.add(_wrong(number, "the line before it is not the one that it follows on"))
            previous = digest(text)
            if line.is_signed(self.keys):
                self._note(line, number, asked)
            else:
                findings.add(_wrong(number, f"it is not signed by a key of ours (it names {line.key_id})"))
            if len(asked) >= _AT_ONCE:
                await self._find(connection, asked, gaps, findings)
        await self._find(connection, asked, gaps, findings)
        return findings

    def _gaps(self) -> list[tuple[int, Gap]]:
        """The gaps that lines signed by us explain, each with the line's number."""
        gaps: list[tuple[int, Gap]] = []
        for number, text in enumerate(self.file.lines(self.until), 1):
            if _REOPENED in text and self.file.is_whole(text) and (line := read(text)).is_signed(self.keys):
                gaps += [(number, gap) for gap in line.reopened]
        return gaps

    def _note(self, line: Line, number: int, asked: dict[PublishedHead, int]) -> None:
        self.last_at = line.at
        for head in line.heads:
            if self.last.get(head.lane) != head:
                self.last[head.lane] = head
                asked[head] = number

    async def _find(
        self,
        connection: database.RawConnection,
        asked: dict[PublishedHead, int],
        gaps: list[tuple[int, Gap]],
        findings: Findings,
    ) -> None:
        """Find what was asked about, by the numbers of the lines that say it, and ask no more."""
        for head, there in await heads.missing(connection, list(asked)):
            if any(number > asked[head] and gap.explains(head) for number, gap in gaps):
                self.set_back += 1
                continue
            what = f"batch {head.seq} of lane {head.lane} was published as {head.hash}, and "
            what += f"is {there} now" if there else "is not there any more"
            findings.add(_wrong(asked[head], what, lane=head.lane, seq=head.seq))
        asked.clear()


def _wrong(number: int, what: str, **place: int) -> Mismatch:
    return Mismatch(_NAME, _TABLE, {"line": number, **place}, what)
