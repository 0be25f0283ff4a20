"""What must hold of published heads: the lines are ours and whole, and the chains still hold every head in them."""

from dataclasses import dataclass, field

from services.kit import database
from services.kit.appended import AppendedFile
from services.loyalty.rules.ledger.heads import Keys, Line, LineNotUnderstood, PublishedHead, digest, read
from services.loyalty.storage.ledger import heads
from services.loyalty.storage.ledger.integrity.checks import Findings, Mismatch

_NAME = "published heads"
_TABLE = "heads file"
_AT_ONCE = 1_000


@dataclass(slots=True)
class Publication:
    """The lines as far as they went when the verification began, and what was found in them.

    ``torn`` are half lines that a writer left behind when it was killed; ``last`` are the newest heads by lane.
    """

    file: AppendedFile
    keys: Keys
    until: int
    lines: int = 0
    torn: int = 0
    last_at: str = ""
    last: dict[int, PublishedHead] = field(default_factory=dict)
    name: str = _NAME
    proves: str = "the lines of published heads are signed and whole, and the chains hold every head in them"
    reads: tuple[str, ...] = ("batches",)

    async def look(self, connection: database.RawConnection) -> Findings:
        """What is wrong with the lines, and which of their heads the chains do not hold."""
        findings, previous, asked = Findings(), "", dict[PublishedHead, int]()
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
                await _find(connection, asked, findings)
        await _find(connection, asked, findings)
        return findings

    def _note(self, line: Line, number: int, asked: dict[PublishedHead, int]) -> None:
        self.last_at = line.at
        for head in line.heads:
            if self.last.get(head.lane) != head:
                self.last[head.lane] = head
                asked[head] = number


async def _find(
    connection: database.RawConnection, asked: dict[PublishedHead, int], findings: Findings
) -> None:
    """Find what was asked about, by the numbers of the lines that say it, and ask no more."""
    for head, there in await heads.missing(connection, list(asked)):
        what = f"batch {head.seq} of lane {head.lane} was published as {head.hash}, and "
        what += f"is {there} now" if there else "is not there any more"
        findings.add(_wrong(asked[head], what, lane=head.lane, seq=head.seq))
    asked.clear()


def _wrong(number: int, what: str, **place: int) -> Mismatch:
    return Mismatch(_NAME, _TABLE, {"line": number, **place}, what)
