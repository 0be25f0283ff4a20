"""Ring readers: which processes are alive, and which generation of the key ring each of them has read."""

from uuid import UUID

from services.kit.database import Pool, RawConnection

_SEEN = """INSERT INTO key_ring_readers AS r (process_id, generation) VALUES ($1, $2)
           ON CONFLICT (process_id) DO UPDATE SET generation = $2, seen_at = now()"""


async def report(pool: Pool, process_id: UUID, generation: int) -> int:
    """Say that a process lives and what it has read; the generation that every process must have by now."""
    await pool.execute(_SEEN, process_id, generation)
    wanted: int = await pool.fetchval("SELECT coalesce(max(ring_generation), 0) FROM key_rotations")
    return wanted


async def leave(pool: Pool, process_id: UUID) -> None:
    """Say that a process ends, and need not be waited for."""
    await pool.execute("DELETE FROM key_ring_readers WHERE process_id = $1", process_id)


async def behind(connection: RawConnection, generation: int, alive_s: float) -> int:
    """How many processes that were seen lately have read less than a generation; the long unseen are forgotten."""
    await connection.execute(
        "DELETE FROM key_ring_readers WHERE seen_at < now() - make_interval(secs => $1)", alive_s
    )
    count: int = await connection.fetchval(
        "SELECT count(*) FROM key_ring_readers WHERE generation < $1", generation
    )
    return count
