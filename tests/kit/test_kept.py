"""Kept: what is made of a lasting thing is made once, and never another's."""

from services.kit.kept import Kept


class Thing:
    """Equal to all others of its kind."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    __hash__ = None  # type: ignore[assignment]


def test_each_thing_has_its_own_and_it_is_made_once() -> None:
    made: list[tuple[Thing, object]] = []
    kept: Kept[Thing, int] = Kept(lambda *asked: made.append(asked) or len(made))
    first, second = Thing(), Thing()
    assert [kept.of(*asked) for asked in [(first, 1), (second, 1), (first, 2), (first, 1)]] == [1, 2, 3, 1]
    assert [one is other for (one, _), other in zip(made, [first, second, first], strict=True)] == [True] * 3


def test_no_thing_is_taken_for_one_that_is_gone_and_there_are_only_so_many() -> None:
    number = iter(range(10**6))
    kept: Kept[Thing, int] = Kept(lambda *_: next(number), most=3)
    assert [kept.of(Thing(), "") for _ in range(500)] == list(range(500))  # identities would recur
    assert len(kept._made) == 3
