import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import currencies_pb2 as _currencies_pb2
from huiyuan.loyalty.v1 import earn_rules_pb2 as _earn_rules_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from huiyuan.loyalty.v1 import tier_schemes_pb2 as _tier_schemes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProgrammeVersionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROGRAMME_VERSION_STATE_UNSPECIFIED: _ClassVar[ProgrammeVersionState]
    PROGRAMME_VERSION_STATE_DRAFT: _ClassVar[ProgrammeVersionState]
    PROGRAMME_VERSION_STATE_PUBLISHED: _ClassVar[ProgrammeVersionState]
    PROGRAMME_VERSION_STATE_SUPERSEDED: _ClassVar[ProgrammeVersionState]
    PROGRAMME_VERSION_STATE_CANCELED: _ClassVar[ProgrammeVersionState]
PROGRAMME_VERSION_STATE_UNSPECIFIED: ProgrammeVersionState
PROGRAMME_VERSION_STATE_DRAFT: ProgrammeVersionState
PROGRAMME_VERSION_STATE_PUBLISHED: ProgrammeVersionState
PROGRAMME_VERSION_STATE_SUPERSEDED: ProgrammeVersionState
PROGRAMME_VERSION_STATE_CANCELED: ProgrammeVersionState

class Programme(_message.Message):
    __slots__ = ("programme_id", "version", "name", "time_zone", "money_currency", "currencies", "earn_rules", "tiers", "effective_at", "published_by", "published_at", "reason", "is_default", "tier_scheme", "two_persons", "state", "superseded_at", "canceled_at")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    MONEY_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    EARN_RULES_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    TIER_SCHEME_FIELD_NUMBER: _ClassVar[int]
    TWO_PERSONS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_AT_FIELD_NUMBER: _ClassVar[int]
    CANCELED_AT_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    name: _kit_pb2.LocalizedText
    time_zone: str
    money_currency: str
    currencies: _containers.RepeatedCompositeFieldContainer[_currencies_pb2.CurrencyRules]
    earn_rules: _containers.RepeatedCompositeFieldContainer[_earn_rules_pb2.EarnRule]
    tiers: _containers.RepeatedCompositeFieldContainer[_tier_schemes_pb2.TierRule]
    effective_at: _timestamp_pb2.Timestamp
    published_by: str
    published_at: _timestamp_pb2.Timestamp
    reason: str
    is_default: bool
    tier_scheme: _tier_schemes_pb2.TierScheme
    two_persons: bool
    state: ProgrammeVersionState
    superseded_at: _timestamp_pb2.Timestamp
    canceled_at: _timestamp_pb2.Timestamp
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., time_zone: _Optional[str] = ..., money_currency: _Optional[str] = ..., currencies: _Optional[_Iterable[_Union[_currencies_pb2.CurrencyRules, _Mapping]]] = ..., earn_rules: _Optional[_Iterable[_Union[_earn_rules_pb2.EarnRule, _Mapping]]] = ..., tiers: _Optional[_Iterable[_Union[_tier_schemes_pb2.TierRule, _Mapping]]] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_by: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., is_default: _Optional[bool] = ..., tier_scheme: _Optional[_Union[_tier_schemes_pb2.TierScheme, _Mapping]] = ..., two_persons: _Optional[bool] = ..., state: _Optional[_Union[ProgrammeVersionState, str]] = ..., superseded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canceled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateProgrammeRequest(_message.Message):
    __slots__ = ("programme", "make_default", "reason")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    MAKE_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    make_default: bool
    reason: str
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., make_default: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class CreateProgrammeResponse(_message.Message):
    __slots__ = ("programme", "replayed", "changes")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ReviseProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "based_on_version", "effective_at", "earn_rules", "tiers", "reason", "currencies", "tier_scheme")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    EARN_RULES_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    TIER_SCHEME_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    based_on_version: int
    effective_at: _timestamp_pb2.Timestamp
    earn_rules: _containers.RepeatedCompositeFieldContainer[_earn_rules_pb2.EarnRule]
    tiers: _containers.RepeatedCompositeFieldContainer[_tier_schemes_pb2.TierRule]
    reason: str
    currencies: _containers.RepeatedCompositeFieldContainer[_currencies_pb2.CurrencyRules]
    tier_scheme: _tier_schemes_pb2.TierScheme
    def __init__(self, programme_id: _Optional[str] = ..., based_on_version: _Optional[int] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., earn_rules: _Optional[_Iterable[_Union[_earn_rules_pb2.EarnRule, _Mapping]]] = ..., tiers: _Optional[_Iterable[_Union[_tier_schemes_pb2.TierRule, _Mapping]]] = ..., reason: _Optional[str] = ..., currencies: _Optional[_Iterable[_Union[_currencies_pb2.CurrencyRules, _Mapping]]] = ..., tier_scheme: _Optional[_Union[_tier_schemes_pb2.TierScheme, _Mapping]] = ...) -> None: ...

class ReviseProgrammeResponse(_message.Message):
    __slots__ = ("programme", "changes")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class CancelProgrammeVersionRequest(_message.Message):
    __slots__ = ("programme_id", "version", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelProgrammeVersionResponse(_message.Message):
    __slots__ = ("programme", "replayed", "changes")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class GetProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "version")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetProgrammeResponse(_message.Message):
    __slots__ = ("programme", "changes_at")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_AT_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    changes_at: _timestamp_pb2.Timestamp
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., changes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListProgrammeVersionsRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListProgrammeVersionsResponse(_message.Message):
    __slots__ = ("versions",)
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[Programme]
    def __init__(self, versions: _Optional[_Iterable[_Union[Programme, _Mapping]]] = ...) -> None: ...
