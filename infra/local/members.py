"""The ``huiyuan members`` commands: rotate the keys of members' profiles, and watch how that gets on."""

import asyncio
import time
from typing import Annotated, Any

import typer
from huiyuan.members.v1 import rotations_pb2 as wire
from huiyuan.members.v1.rotations_connect import RotationsServiceClient
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from infra.local import tombstones
from infra.local.delivery import client
from infra.local.issuer import Issuer
from infra.local.terminal import DEFAULT_HOME, Bearer, Home, complain, existing, running_at, screen
from services.kit.refusal import Refusal

ROLE = "key_keeper"
_LOOK_AGAIN_S = 0.5
_RESTING = (wire.ROTATION_STAGE_PROVED, wire.ROTATION_STAGE_DONE)

commands = typer.Typer(no_args_is_help=True, help="Keep the members' profiles.")
rotate = typer.Typer(no_args_is_help=True, help="Exchange keys for new ones while everything runs.")
commands.add_typer(rotate, name="rotate")
commands.command("replay-tombstones")(tombstones.replay)

Reason = Annotated[str, typer.Option(help="Why; kept with the rotation.")]
Detach = Annotated[bool, typer.Option("--detach", help="Do not wait for the worker.")]
MembersUrl = Annotated[str, typer.Option(envvar="MEMBERS_URL")]
RotationId = Annotated[str, typer.Argument(help="The newest rotation when left out.")]


class _Door:
    """The members service's door for rotations, as a key keeper."""

    def __init__(self, home: Home, bearer: str, members_url: str) -> None:
        url = running_at(home, members=members_url)["members"]
        token = bearer or Issuer(existing(home)).system("key-rotation", (ROLE,))
        self._client = client(RotationsServiceClient, url, "members")
        self._headers = {"authorization": f"Bearer {token}"}

    def ask(self, method: str, request: Any) -> Any:
        """The door's answer; a refusal ends the command."""
        try:
            return asyncio.run(getattr(self._client, method)(request, headers=self._headers))
        except Refusal as refusal:
            complain(refusal)
            raise typer.Exit(1) from None

    def newest(self, count: int = 1) -> list[wire.Rotation]:
        return list(self.ask("list_rotations", wire.ListRotationsRequest(first=count)).rotations)

    def named(self, rotation_id: str) -> str:
        """The id that was given, or the newest rotation's."""
        if rotation_id:
            return rotation_id
        found = self.newest()
        if not found:
            complain("no keys were rotated yet")
            raise typer.Exit(1)
        return found[0].rotation_id

    def watch(self, rotation: wire.Rotation) -> None:
        """Show how a rotation gets on until it rests; exits with 1 when somebody has to look at it."""
        with _progress() as progress:
            task = progress.add_task("", total=None)
            while rotation.stage not in _RESTING and not rotation.paused:
                _show(progress, task, rotation)
                time.sleep(_LOOK_AGAIN_S)
                asked = wire.GetRotationRequest(rotation_id=rotation.rotation_id)
                rotation = self.ask("get_rotation", asked).rotation
            _show(progress, task, rotation)
        report([rotation])
        raise typer.Exit(1 if rotation.waiting_for else 0)


@rotate.command("kek")
def rotate_kek(
    reason: Reason = "rotated by hand",
    destroy: Annotated[
        bool,
        typer.Option(
            "--destroy-old",
            help="Destroy the old key once nothing needs it; older backups are unreadable then.",
        ),
    ] = False,
    detach: Detach = False,
    bearer: Bearer = "",
    members_url: MembersUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Exchange the key-encryption key: every member's data key is wrapped anew, and the old key proved unused."""
    request = wire.StartRotationRequest(kind="ROTATION_KIND_KEK", destroys=destroy, reason=reason)
    _start(_Door(home, bearer, members_url), request, detach=detach)


@rotate.command("dek")
def rotate_dek(
    reason: Reason = "rotated by hand",
    detach: Detach = False,
    bearer: Bearer = "",
    members_url: MembersUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Make all data keys anew and seal the profiles again: after a key-encryption key was stolen."""
    request = wire.StartRotationRequest(kind="ROTATION_KIND_DEK", reason=reason)
    _start(_Door(home, bearer, members_url), request, detach=detach)


@rotate.command("index-keys")
def rotate_index_keys(
    kind: Annotated[
        list[int] | None, typer.Option(help="Which kind, more than once for several; all when left out.")
    ] = None,
    reason: Reason = "rotated by hand",
    detach: Detach = False,
    bearer: Bearer = "",
    members_url: MembersUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Exchange the keys of the blind indexes that members are found by."""
    request = wire.StartRotationRequest(kind="ROTATION_KIND_INDEX_KEY", index_kinds=kind or [], reason=reason)
    _start(_Door(home, bearer, members_url), request, detach=detach)


@rotate.command("status")
def status(
    bearer: Bearer = "",
    members_url: MembersUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """The last rotations, how far they are, and what was proved."""
    report(_Door(home, bearer, members_url).newest(10))


@rotate.command("pause")
def pause(
    rotation_id: RotationId = "", bearer: Bearer = "", members_url: MembersUrl = "", home: Home = DEFAULT_HOME
) -> None:
    """Have the worker leave a rotation as it is after its batch."""
    door = _Door(home, bearer, members_url)
    asked = wire.PauseRotationRequest(rotation_id=door.named(rotation_id))
    report([door.ask("pause_rotation", asked).rotation])


@rotate.command("resume")
def resume(
    rotation_id: RotationId = "", bearer: Bearer = "", members_url: MembersUrl = "", home: Home = DEFAULT_HOME
) -> None:
    """Take up a rotation that was paused, and watch it; one that was killed goes on by itself."""
    door = _Door(home, bearer, members_url)
    asked = wire.ResumeRotationRequest(rotation_id=door.named(rotation_id))
    door.watch(door.ask("resume_rotation", asked).rotation)


@rotate.command("destroy-old")
def destroy_old(
    rotation_id: RotationId = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    bearer: Bearer = "",
    members_url: MembersUrl = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Destroy key-encryption keys of which it was proved that nothing needs them. There is no way back."""
    door = _Door(home, bearer, members_url)
    named = door.named(rotation_id)
    if not yes:
        typer.confirm(
            "Backups of the keys' database from before this rotation will never open. Go on?", abort=True
        )
    door.watch(door.ask("destroy_old_keys", wire.DestroyOldKeysRequest(rotation_id=named)).rotation)


def _start(door: _Door, request: wire.StartRotationRequest, *, detach: bool) -> None:
    rotation = door.ask("start_rotation", request).rotation
    if detach:
        report([rotation])
    else:
        door.watch(rotation)


def report(rotations: list[wire.Rotation]) -> None:
    """Print who rotated what, when and why, how much that was, and the proof."""
    for one in rotations:
        kind = _name(wire.RotationKind.Name(one.kind), "ROTATION_KIND_")
        stage = _name(wire.RotationStage.Name(one.stage), "ROTATION_STAGE_")
        lines = {
            "what": f"{kind} {', '.join(one.old_keys)} → {one.new_key}" if one.new_key else kind,
            "stage": f"{stage}, paused" if one.paused else stage,
            "rows": f"{one.rows_done:,} of {one.rows_total:,}, {one.rows_per_second:,.0f} a second",
            "started": f"{one.started_at.ToJsonString()} by {one.started_by}: {one.reason}",
            "proof": " ".join(one.proof.split()),
            "destroyed": f"by {one.destroyed_by}" if one.destroyed_by else "",
            "finished": one.finished_at.ToJsonString() if one.HasField("finished_at") else "",
        }
        screen.print(f"[bold]{one.rotation_id}[/]")
        for name, said in lines.items():
            if said:
                screen.print(f"  {name:<10}{said}", markup=False)
        if one.waiting_for:
            complain(f"{one.rotation_id} waits: {one.waiting_for}")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
    )


def _show(progress: Progress, task: TaskID, rotation: wire.Rotation) -> None:
    stage = _name(wire.RotationStage.Name(rotation.stage), "ROTATION_STAGE_")
    progress.update(
        task,
        description=f"{stage}: {rotation.waiting_for}" if rotation.waiting_for else stage,
        completed=rotation.rows_done,
        total=rotation.rows_total or None,
    )


def _name(wire_name: str, prefix: str) -> str:
    return wire_name.removeprefix(prefix).lower().replace("_", " ")
