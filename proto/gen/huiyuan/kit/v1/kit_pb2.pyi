from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefusalKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUSAL_KIND_UNSPECIFIED: _ClassVar[RefusalKind]
    REFUSAL_KIND_INVALID: _ClassVar[RefusalKind]
    REFUSAL_KIND_UNAUTHENTICATED: _ClassVar[RefusalKind]
    REFUSAL_KIND_FORBIDDEN: _ClassVar[RefusalKind]
    REFUSAL_KIND_NOT_FOUND: _ClassVar[RefusalKind]
    REFUSAL_KIND_CONFLICT: _ClassVar[RefusalKind]
    REFUSAL_KIND_DECLINED: _ClassVar[RefusalKind]
    REFUSAL_KIND_UNAVAILABLE: _ClassVar[RefusalKind]

class IdentityKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDENTITY_KIND_UNSPECIFIED: _ClassVar[IdentityKind]
    IDENTITY_KIND_PHONE: _ClassVar[IdentityKind]
    IDENTITY_KIND_EMAIL: _ClassVar[IdentityKind]
    IDENTITY_KIND_WECHAT_UNIONID: _ClassVar[IdentityKind]
    IDENTITY_KIND_WECHAT_OPENID: _ClassVar[IdentityKind]
    IDENTITY_KIND_ALIPAY: _ClassVar[IdentityKind]
    IDENTITY_KIND_MARKETPLACE_NICK: _ClassVar[IdentityKind]
    IDENTITY_KIND_DEVICE: _ClassVar[IdentityKind]
    IDENTITY_KIND_STOREFRONT_CUSTOMER: _ClassVar[IdentityKind]
REFUSAL_KIND_UNSPECIFIED: RefusalKind
REFUSAL_KIND_INVALID: RefusalKind
REFUSAL_KIND_UNAUTHENTICATED: RefusalKind
REFUSAL_KIND_FORBIDDEN: RefusalKind
REFUSAL_KIND_NOT_FOUND: RefusalKind
REFUSAL_KIND_CONFLICT: RefusalKind
REFUSAL_KIND_DECLINED: RefusalKind
REFUSAL_KIND_UNAVAILABLE: RefusalKind
IDENTITY_KIND_UNSPECIFIED: IdentityKind
IDENTITY_KIND_PHONE: IdentityKind
IDENTITY_KIND_EMAIL: IdentityKind
IDENTITY_KIND_WECHAT_UNIONID: IdentityKind
IDENTITY_KIND_WECHAT_OPENID: IdentityKind
IDENTITY_KIND_ALIPAY: IdentityKind
IDENTITY_KIND_MARKETPLACE_NICK: IdentityKind
IDENTITY_KIND_DEVICE: IdentityKind
IDENTITY_KIND_STOREFRONT_CUSTOMER: IdentityKind

class Money(_message.Message):
    __slots__ = ("minor_units", "currency")
    MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    minor_units: int
    currency: str
    def __init__(self, minor_units: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("code", "message", "field", "facts", "retryable", "kind")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    field: str
    facts: _containers.ScalarMap[str, str]
    retryable: bool
    kind: RefusalKind
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ..., retryable: _Optional[bool] = ..., kind: _Optional[_Union[RefusalKind, str]] = ...) -> None: ...

class LocalizedText(_message.Message):
    __slots__ = ("zh", "en")
    ZH_FIELD_NUMBER: _ClassVar[int]
    EN_FIELD_NUMBER: _ClassVar[int]
    zh: str
    en: str
    def __init__(self, zh: _Optional[str] = ..., en: _Optional[str] = ...) -> None: ...

class ExternalIdentity(_message.Message):
    __slots__ = ("kind", "scope", "value")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    kind: IdentityKind
    scope: str
    value: str
    def __init__(self, kind: _Optional[_Union[IdentityKind, str]] = ..., scope: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class MemberKey(_message.Message):
    __slots__ = ("member_id", "caller")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    caller: str
    def __init__(self, member_id: _Optional[str] = ..., caller: _Optional[str] = ...) -> None: ...
