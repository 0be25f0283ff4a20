"""Profiles: what a member may be called, born on, and speak."""

from datetime import UTC, datetime

import pytest

from services.members.rules.profiles import (
    SCHEMA,
    BirthDateNotValid,
    LanguageNotValid,
    NameNotValid,
    ProfileFields,
    TimeZoneNotValid,
    changed,
    decode,
    encode,
    new,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def profile(**fields: str):
    return new(ProfileFields(**{"display_name": "小明", **fields}), (), NOW)


def test_a_name_is_enough():
    made = profile()
    assert (made.display_name.reveal(), made.full_name, made.birth_date) == ("小明", None, None)
    assert (made.language, made.time_zone) == ("zh-CN", "")


@pytest.mark.parametrize("name", ["明", "🎉", "𠮷野家", "👨‍👩‍👧‍👦", "阿依古丽·买买提", "é" * 64, "  小 明  "])
def test_names_of_one_character_emoji_and_rare_characters_are_names(name):
    assert decode(SCHEMA, encode(profile(display_name=name))).display_name.reveal() == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 65,
        "a\nb",
        "a\0b",
        "\u202egnp.exe",
        "\u2028",
        "\u200b",
        "\u200b \ufeff",
        "\u0353",
        "\u3164",
        "\u2800 \u115f",
    ],
)
def test_empty_long_and_trick_names_are_refused(name):
    with pytest.raises(NameNotValid) as refused:
        profile(display_name=name)
    assert refused.value.field == "display_name"


def test_a_text_far_too_long_is_refused_before_anything_is_made_of_it():
    # Putting marks in order takes time by the square of their number, so length is judged as it was sent.
    with pytest.raises(NameNotValid):
        profile(display_name="小明" + " " * 1000)


@pytest.mark.parametrize("day", ["1992-02-29", "2000-02-29", "1900-01-01", "2026-11-21", "2026-11-22"])
def test_days_of_the_calendar_are_birth_dates(day):
    assert profile(birth_date=day).birth_date.reveal() == day


@pytest.mark.parametrize(
    "day",
    ["1991-02-29", "1900-02-29", "2026-11-23", "2999-01-01", "1899-12-31", "19920229", "1992-W09-6", "1992-2-9",
     "1992-13-01", "29.02.1992", "１９９２-02-29", "yesterday", "1992-02-29T00:00:00"],
)  # fmt: skip
def test_days_that_are_none_or_lie_ahead_are_refused(day):
    with pytest.raises(BirthDateNotValid):
        profile(birth_date=day)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("", "zh-CN"), ("ZH-cn", "zh-CN"), ("en", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")],
)
def test_languages_are_kept_in_their_canonical_case(given, kept):
    assert profile(language=given).language == kept


@pytest.mark.parametrize("language", ["Chinese", "zh_CN", "z", "zh-", "中文", "en; DROP"])
def test_what_is_no_language_is_refused(language):
    with pytest.raises(LanguageNotValid):
        profile(language=language)


@pytest.mark.parametrize("zone", ["Beijing", "../../etc/passwd", "asia/shanghai", "UTC+8"])
def test_what_is_no_time_zone_is_refused(zone):
    with pytest.raises(TimeZoneNotValid):
        profile(time_zone=zone)


def test_only_given_fields_change_and_empty_ones_are_cleared():
    before = profile(full_name="王小明", birth_date="1992-02-29", language="en", time_zone="Asia/Shanghai")
    assert changed(before, ProfileFields(), NOW) == before
    after = changed(before, ProfileFields(full_name="", time_zone="", language=""), NOW)
    assert (after.full_name, after.time_zone, after.language) == (None, "", "zh-CN")
    assert after.birth_date == before.birth_date
    with pytest.raises(NameNotValid):
        changed(before, ProfileFields(display_name=""), NOW)


def test_a_profile_shows_nothing_when_printed():
    printed = repr(profile(full_name="王小明", birth_date="1992-02-29"))
    assert "王小明" not in printed
    assert "1992" not in printed
    assert repr(ProfileFields(display_name="王小明")) == "<profile fields>"
