"""Masking: how much of a personal value anyone may see who has not shown a purpose."""

import re

from services.members.rules.addresses import HOME_COUNTRY, Address
from services.members.rules.personal import Personal
from services.members.rules.texts import visible

_CHINESE_MOBILE = re.compile(r"\+86(1[0-9]{10})")
_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离"
        "长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭"
        "南门羊舌微生公户公玉梁丘左丘东门西门第五歐陽東方獨孤南宮聞人諸葛尉遲赫連澹臺濮陽公孫仲孫鍾離長孫鮮于閭丘"
        "軒轅東郭南門",
    )
)
_MOST_STARS = 2
_LONGEST_REGION = 20
_REGION = re.compile(r"\w+(?:[ '·-]\w+)*")
_BETWEEN_WORDS = str.maketrans("", "", " '·-")


def phone(value: Personal) -> str:
    """``+8613900001234`` → ``139****1234``; of other numbers the last four digits, or two of short ones."""
    text = value.reveal()
    if mobile := _CHINESE_MOBILE.fullmatch(text):
        return f"{mobile[1][:3]}****{mobile[1][-4:]}"
    shown = 4 if len(text) >= 11 else 2
    return "****" + text[-shown:] if len(text) > 2 * shown else "****"


def name(value: Personal) -> str:
    """``张三`` → ``张*``, ``欧阳娜娜`` → ``欧阳**``; what is one character, or begins with no letter, is hidden."""
    whole = value.reveal()
    text = visible(whole)
    surname = text[:2] if len(text) > 2 and text[:2] in _SURNAMES else text[:1]
    hidden = len(text) - len(surname)
    if not hidden or not surname.isalpha() or not whole.startswith(surname):
        return "*" * min(len(text) or 1, _MOST_STARS)
    return surname + "*" * min(hidden, _MOST_STARS)


def birth_date(value: Personal) -> str:
    """That there is one, and no part of it."""
    return re.sub("[0-9]", "*", value.reveal())


def place(value: Address) -> str:
    """``浙江省 杭州市 ****``: province and city, abroad country and city; who lives there, and where, is hidden."""
    coarse = value.province if value.country == HOME_COUNTRY else Personal(value.country)
    return f"{_region(coarse)} {_region(value.city)} ****"


def _region(value: Personal) -> str:
    """A region as it was written, unless it is too long for one or holds the number of a house."""
    text = value.reveal()
    # Letters alone: what is raised or framed is a number, too, though no digit to a regular expression.
    in_letters = _REGION.fullmatch(text) and text.translate(_BETWEEN_WORDS).isalpha()
    return text if len(text) <= _LONGEST_REGION and in_letters else "****"


def email(value: Personal) -> str:
    """``xiaoming@example.com`` → ``x***@example.com``; a local part of one character is hidden whole."""
    local, _, domain = value.reveal().rpartition("@")
    seen = visible(local)
    return f"{local[0] if len(seen) > 1 and seen[0] == local[0] else ''}***@{domain}"
