"""Becomes another program: bound to its parent's life, and no longer root when told so.

Run by path with ``python -I -S``, so that it starts in a few milliseconds and imports nothing of ours:
``launch.py PARENT_PID DEATH_SIGNAL UID:GID|- PROGRAM [ARGUMENT ...]``.

PostgreSQL refuses to run as root, and an unprivileged user usually cannot reach a checkout below ``/root``.
So the program keeps one capability when it gives up root: to read and search files that are not its own
(``CAP_DAC_READ_SEARCH``, or ``CAP_DAC_OVERRIDE``, which plain containers have). This needs neither a namespace
nor a copy of the binaries. Where root has not got these rights, it becomes the plain user.
"""

import ctypes
import os
import sys

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAP_SETPCAP = 8
_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{name}: {os.strerror(errno)}")


def _reading_capability() -> int | None:
    sets = (_Sets * 2)()
    _call("capget", ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets)
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        needed = 1 << capability | 1 << _CAP_SETPCAP
        if sets[0].permitted & needed == needed:
            return capability
    return None


def _keep_only(capability: int) -> None:
    mask = 1 << capability
    sets = (_Sets * 2)(_Sets(mask, mask, mask), _Sets(0, 0, 0))
    _call("capset", ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets)
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def give_up_root(uid: int, gid: int) -> None:
    """Become another user for good, keeping at most the right to read what root may read."""
    capability = _reading_capability() if sys.platform == "linux" else None
    if capability is not None:
        # Otherwise access(2), by which PostgreSQL finds its own files, leaves a user's capabilities aside.
        _call("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setregid(gid, gid)
    os.setreuid(uid, uid)
    if capability is not None:
        _keep_only(capability)


def bind_to_parent(parent: int, death_signal: int) -> None:
    """Have the kernel send ``death_signal`` when the parent dies, however it dies."""
    if sys.platform == "linux":
        _call("prctl", _PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")


if __name__ == "__main__":
    parent, death_signal, user, *command = sys.argv[1:]
    if user != "-":
        uid, _, gid = user.partition(":")
        give_up_root(int(uid), int(gid))
    bind_to_parent(int(parent), int(death_signal))
    os.execv(command[0], command)  # noqa: S606  # becoming the program is what this is for
