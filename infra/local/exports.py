"""The ``huiyuan export`` commands: what may leave, through the services' own doors."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from huiyuan.members.v1.analyses_connect import AnalysesServiceClient
from huiyuan.members.v1.analyses_pb2 import (
    ANALYSIS_STATE_READY,
    ANALYSIS_STATE_REQUESTED,
    Analysis,
    AnalysisState,
    CreateAnalysisRequest,
    GetAnalysisRequest,
    ReadAnalysisRequest,
)

from infra.local import drafts
from infra.local.delivery import client, patiently
from infra.local.issuer import Issuer
from infra.local.terminal import DEFAULT_HOME, Bearer, Home, complain, existing, running_at, screen
from services.kit.refusal import Refusal
from services.members.rules.anonymity import QUASIS

commands = typer.Typer(no_args_is_help=True, help="Take out what may leave, through the services' own doors.")

ROLES = ("analysis_exporter",)
_LOOK_EVERY_S = 1.0
_MEANINGS = {
    "UNKNOWN_PURPOSE": "no purpose is called {purpose}; have the officer publish it, or name one that members are asked"
}
"""What is known here of why an export can never be made."""


@commands.callback()
def _export() -> None:
    """Kept as a group, so that later exports stand beside the first."""


@commands.command("members")
def export_members(
    out: Annotated[Path, typer.Argument(dir_okay=False, help="The CSV file to write.")],
    purpose: Annotated[str, typer.Option(help="The key of the consent purpose, for instance analytics.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept, so without personal data.")],
    k: Annotated[int, typer.Option(help="Every row is one of at least so many alike; 10 or more.")] = 10,
    columns: Annotated[
        str, typer.Option(help=f"Some of {', '.join(QUASIS)}.")
    ] = "age_band,joined_month,tier",
    bearer: Bearer = "",
    members_url: Annotated[str, typer.Option(envvar="MEMBERS_URL")] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Export rows about members that tell of nobody: k-anonymous, under pseudonyms of this export alone."""
    url = running_at(home, members=members_url)["members"]
    signed = bearer or Issuer(existing(home)).system("analysis-export", ROLES)
    asked = CreateAnalysisRequest(
        k=k, columns=[one.strip() for one in columns.split(",")], purpose=purpose, reason=reason
    )
    try:
        analysis = asyncio.run(_run(url, {"authorization": f"Bearer {signed}"}, asked, out))
    except Refusal as why:
        complain(_MEANINGS[why.code].format(purpose=purpose) if why.code in _MEANINGS else why)
        raise typer.Exit(1) from None
    except drafts.DraftTaken as why:
        complain(why)
        raise typer.Exit(1) from None
    if analysis.state != ANALYSIS_STATE_READY:
        code = analysis.refusal_code or AnalysisState.Name(analysis.state)
        complain(f"the export failed: {_MEANINGS.get(code, '').format(purpose=purpose) or code}")
        raise typer.Exit(1)
    screen.print(f"{analysis.rows:,} rows in {out}, each one of at least {k} alike", markup=False)
    screen.print(
        f"{analysis.suppressed:,} left out since too few were like them, {analysis.not_consented:,} since "
        f"{purpose} is not allowed for them",
        markup=False,
    )
    for column, level in zip(analysis.columns, analysis.levels, strict=True):
        if level:
            screen.print(f"  {column} is {level} step{'s' if level > 1 else ''} coarser", markup=False)


async def _run(url: str, headers: dict[str, str], asked: CreateAnalysisRequest, out: Path) -> Analysis:
    """Ask, wait, and write what came; the export as it then is. Raises a refusal."""
    doors = client(AnalysesServiceClient, url, "members")
    analysis: Analysis = (await doors.create_analysis(asked, headers=headers)).analysis
    with screen.status("every member is read and asked of the gate"):
        while analysis.state == ANALYSIS_STATE_REQUESTED:
            await asyncio.sleep(_LOOK_EVERY_S)
            look = GetAnalysisRequest(analysis_id=analysis.analysis_id)
            analysis = (await patiently(doors.get_analysis, look, headers)).analysis
    if analysis.state == ANALYSIS_STATE_READY:

        async def portion(offset: int) -> bytes:
            asked = ReadAnalysisRequest(analysis_id=analysis.analysis_id, offset=offset)
            content: bytes = (await patiently(doors.read_analysis, asked, headers)).content
            return content

        await save(out, portion)
    return analysis


async def save(out: Path, portion: Callable[[int], Awaitable[bytes]]) -> None:
    """Write what comes, portion by portion until one is empty; whoever is cut off leaves no file that looks whole."""
    # What tells of nobody is still nobody else's business.
    with drafts.written(out) as file:
        while content := await portion(file.tell()):
            file.write(content)
