"""Rows: headings are understood in both languages, and what a row says is taken or refused by column."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from infra.local.member_files.columns import be_found, planned
from infra.local.member_files.encodings import FileNotUnderstood
from infra.local.member_files.rows import Meaning, RowRefused, entrant
from infra.local.member_files.tables import Row

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
SHOP = {"external_id": "shop"}
MEANING = Meaning("test", ZoneInfo("Asia/Shanghai"), SHOP)


def asked(meaning=MEANING, **cells):
    """What a row with these cells, by column name, asks for."""
    heading = list(cells)
    plan = planned(heading, {}, SHOP)
    return entrant(Row(2, list(cells.values())), heading, plan, meaning, NOW).request


def refused(**cells):
    with pytest.raises(RowRefused) as why:
        asked(**cells)
    return why.value.column, why.value.code


@pytest.mark.parametrize(
    "heading",
    [
        ["会员编号", "姓名", "手机号码", "电子邮箱", "出生日期", "注册时间"],
        ["Customer_ID", "Name", "Mobile", "E-mail", "Birth Date", "joined_at"],
        ["ｅｘｔｅｒｎａｌ＿ｉｄ", "真实姓名", "手机*", "邮箱", "生日", "入会日期"],
    ],
)
def test_headings_in_both_languages_are_understood(heading):
    plan = planned(heading, {}, SHOP)
    assert list(plan.places) == ["external_id", "full_name", "phone", "email", "birth_date", "joined_at"]


def test_a_heading_can_be_mapped_and_left_out():
    plan = planned(["电话2", "手机", "备注"], {"电话2": "phone", "手机": ""}, {})
    assert plan.places == {"phone": 0}
    assert plan.left_out == ["手机", "备注"]


@pytest.mark.parametrize(
    ("heading", "given", "says"),
    [
        (["手机", "电话"], {}, "both mean phone"),
        (["姓名"], {}, "no column of the file identifies"),
        (["手机"], {"手机": "telephone"}, "no column of ours"),
        (["手机"], {"邮箱": "email"}, "has no column 邮箱"),
        (["手机", "会员号"], {}, "--scope external_id"),
    ],
)
def test_a_heading_that_is_not_clear_is_refused(heading, given, says):
    with pytest.raises(FileNotUnderstood, match=says):
        planned(heading, given, {})


def test_a_column_that_an_option_names_must_be_in_the_file():
    plan = planned(["手机", "crm id"], {}, SHOP)
    be_found(plan, ["phone"])
    with pytest.raises(FileNotUnderstood, match="no column of the file is external_id"):
        be_found(plan, ["phone", "external_id"])


def test_a_row_is_spelled_in_one_way():
    request = asked(
        姓名=" 张三 ",
        手机="１３９ ００００ １２３４",
        邮箱="A@Example.COM",
        生日="1992年2月29日",
        注册时间="2023/5/6",
    )
    assert [new.identity.value for new in request.identities] == ["+8613900001234", "a@example.com"]
    assert (request.profile.display_name, request.profile.full_name) == ("张三", "张三")
    assert request.profile.birth_date == "1992-02-29"
    assert request.joined_at.ToDatetime(UTC) == datetime(2023, 5, 5, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spelled", "day"),
    [
        ("1990-2-9", "1990-02-09"),
        ("1990/02/09", "1990-02-09"),
        ("1990.2.9", "1990-02-09"),
        ("19900209", "1990-02-09"),
        ("１９９０年２月９日", "1990-02-09"),
        ("1990-02-09 00:00:00", "1990-02-09"),
        ("2000-02-29", "2000-02-29"),
    ],
)
def test_birth_dates_are_read_in_each_spelling_that_is_clear(spelled, day):
    assert asked(手机="13900001234", 昵称="小", 生日=spelled).profile.birth_date == day


@pytest.mark.parametrize(
    "wrong",
    ["02/09/1990", "1990-2/9", "2023-02-29", "1900-02-29", "2027-01-01", "1899-12-31", "90-2-9", "二月九日"],
)
def test_birth_dates_that_are_none_or_unclear_are_refused(wrong):
    assert refused(手机="13900001234", 昵称="小", 生日=wrong) == ("birth_date", "BIRTH_DATE_NOT_VALID")


@pytest.mark.parametrize("name", ["欧", "😀", "𠮷", "Ａ", "欧阳娜娜", "x" * 64])
def test_names_of_one_character_and_of_any_plane_are_taken(name):
    assert asked(手机="13900001234", 昵称=name).profile.display_name == name


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"手机": "1390000123x", "昵称": "小"}, "phone", "IDENTITY_NOT_VALID"),
        ({"手机": "1.39E+10", "昵称": "小"}, "phone", "IDENTITY_NOT_VALID"),
        ({"邮箱": "a@", "昵称": "小"}, "email", "IDENTITY_NOT_VALID"),
        ({"手机": "13900001234", "昵称": "x" * 65}, "display_name", "NAME_NOT_VALID"),
        ({"手机": "13900001234", "昵称": "a\u202eb"}, "display_name", "NAME_NOT_VALID"),
        ({"手机": "13900001234"}, "display_name", "NAME_NOT_VALID"),
        ({"手机": "13900001234", "姓名": ""}, "full_name", "NAME_NOT_VALID"),
        ({"手机": "13900001234", "姓名": "张\u0007"}, "full_name", "NAME_NOT_VALID"),
        ({"手机": "13900001234", "姓名": "张", "昵称": "\u0007"}, "display_name", "NAME_NOT_VALID"),
        ({"手机": "", "昵称": "小"}, "", "IDENTITY_MISSING"),
        ({"手机": "13900001234", "昵称": "小", "注册时间": "2099-01-01"}, "joined_at", "JOINED_AT_NOT_VALID"),
        ({"手机": "13900001234", "昵称": "小", "注册时间": "昨天"}, "joined_at", "JOINED_AT_NOT_VALID"),
        ({"手机": "13900001234", "昵称": "小", "语言": "!"}, "language", "LANGUAGE_NOT_VALID"),
        ({"手机": "13900001234", "昵称": "小", "时区": "Mars"}, "time_zone", "TIME_ZONE_NOT_VALID"),
    ],
)
def test_what_is_wrong_is_named_by_column_and_code(cells, column, code):
    assert refused(**cells) == (column, code)


def test_what_would_be_right_repeats_nothing_of_the_row():
    with pytest.raises(RowRefused) as why:
        asked(手机="1.39E+10", 昵称="小")
    assert (
        why.value.right
        == "a spreadsheet has rounded the number: format the column as text and export it again"
    )


def test_a_formula_in_a_column_that_is_imported_is_refused_and_in_another_is_not():
    plan = planned(["手机", "昵称", "备注"], {}, {})
    cells = ["13900001234", "小", "=A1"]
    assert entrant(Row(2, cells, (2,)), ["手机", "昵称", "备注"], plan, MEANING, NOW)
    with pytest.raises(RowRefused) as why:
        entrant(Row(2, cells, (1,)), ["手机", "昵称", "备注"], plan, MEANING, NOW)
    assert (why.value.column, why.value.code) == ("display_name", "CELL_IS_FORMULA")


def test_the_same_row_has_the_same_key_and_another_has_not():
    first = asked(手机="13900001234", 昵称="小").idempotency_key
    assert asked(手机="+86 139 0000 1234", 昵称="小").idempotency_key == first
    assert asked(手机="13900001234", 昵称="大").idempotency_key != first
    assert asked(会员号="c1", 手机="13900001234", 昵称="大").idempotency_key == "import:test:c1"
    assert len(asked(会员号="c" * 120, 手机="13900001234", 昵称="大").idempotency_key) <= 100
