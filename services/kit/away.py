"""Away: what is gone or busy and comes back by itself, told from what is wrong."""

from redis.exceptions import RedisError

from services.kit import database
from services.kit.refusal import Unavailable


def is_away(error: BaseException | None) -> bool:
    """True when the error says that the database or Redis is gone or busy."""
    return isinstance(error, RedisError) or database.is_away(error)


def ends_by_itself(error: BaseException) -> bool:
    """Whether all that went wrong, a whole group of it too, is that something is away or busy: it is waited for."""
    if isinstance(error, BaseExceptionGroup):
        return all(ends_by_itself(each) for each in error.exceptions)
    return isinstance(error, Unavailable) or is_away(error)
