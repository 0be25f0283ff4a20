"""Texts: what members read, in both languages, as staff see and write them."""

import strawberry
from huiyuan.kit.v1 import kit_pb2


@strawberry.type(description="A text in the languages we serve.")
class LocalizedText:
    zh: str
    en: str


def localized(wire: kit_pb2.LocalizedText) -> LocalizedText:
    """A text in both languages."""
    return LocalizedText(zh=wire.zh, en=wire.en)


@strawberry.input(description="A text in the languages we serve.")
class LocalizedTextInput:
    zh: str
    en: str

    def wire(self) -> kit_pb2.LocalizedText:
        return kit_pb2.LocalizedText(zh=self.zh, en=self.en)
