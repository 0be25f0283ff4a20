"""Away: what is gone or busy and comes back by itself, told from what is wrong."""

from redis.exceptions import RedisError

from services.kit import database


def is_away(error: BaseException | None) -> bool:
    """True when the error says that the database or Redis is gone or busy."""
    return isinstance(error, RedisError) or database.is_away(error)
