"""Seeds: what the first run brought, as later runs and tokens find it."""

import json
from dataclasses import asdict, dataclass

from infra.local.installation import Installation

OFFICER = "privacy@example.com"
"""How the demo's protection officer is reached while nothing else is said."""


@dataclass(frozen=True, slots=True)
class SeededMember:
    """A demo member."""

    member_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Seeds:
    """What the first run brought."""

    members: list[SeededMember]
    officer: str = OFFICER
    """How the notices say that the protection officer is reached."""

    @classmethod
    def kept(cls, installation: Installation) -> "Seeds | None":
        """What an earlier run seeded; None when none did."""
        if not installation.seeded.exists():
            return None
        kept = json.loads(installation.seeded.read_text())
        return cls([SeededMember(**member) for member in kept["members"]], kept.get("officer", OFFICER))

    def keep(self, installation: Installation) -> None:
        """Let later runs find it."""
        installation.seeded.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=2))
