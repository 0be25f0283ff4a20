"""Programme ids: which programme a field is about, where an installation runs several."""

from typing import Annotated

import strawberry

THE_PROGRAMME = "Which programme is meant; without one, the default."
ProgrammeId = Annotated[strawberry.ID | None, strawberry.argument(description=THE_PROGRAMME)]
