import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from huiyuan.loyalty.v1 import rewards_pb2 as _rewards_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReferralTrigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_TRIGGER_UNSPECIFIED: _ClassVar[ReferralTrigger]
    REFERRAL_TRIGGER_SIGN_UP: _ClassVar[ReferralTrigger]
    REFERRAL_TRIGGER_ORDER: _ClassVar[ReferralTrigger]

class ReferralProgrammeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_PROGRAMME_STATE_UNSPECIFIED: _ClassVar[ReferralProgrammeState]
    REFERRAL_PROGRAMME_STATE_DRAFT: _ClassVar[ReferralProgrammeState]
    REFERRAL_PROGRAMME_STATE_PUBLISHED: _ClassVar[ReferralProgrammeState]
    REFERRAL_PROGRAMME_STATE_STOPPED: _ClassVar[ReferralProgrammeState]

class ReferralState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_STATE_UNSPECIFIED: _ClassVar[ReferralState]
    REFERRAL_STATE_JOINED: _ClassVar[ReferralState]
    REFERRAL_STATE_HELD: _ClassVar[ReferralState]
    REFERRAL_STATE_REWARDED: _ClassVar[ReferralState]
    REFERRAL_STATE_REFUSED: _ClassVar[ReferralState]
    REFERRAL_STATE_LAPSED: _ClassVar[ReferralState]
REFERRAL_TRIGGER_UNSPECIFIED: ReferralTrigger
REFERRAL_TRIGGER_SIGN_UP: ReferralTrigger
REFERRAL_TRIGGER_ORDER: ReferralTrigger
REFERRAL_PROGRAMME_STATE_UNSPECIFIED: ReferralProgrammeState
REFERRAL_PROGRAMME_STATE_DRAFT: ReferralProgrammeState
REFERRAL_PROGRAMME_STATE_PUBLISHED: ReferralProgrammeState
REFERRAL_PROGRAMME_STATE_STOPPED: ReferralProgrammeState
REFERRAL_STATE_UNSPECIFIED: ReferralState
REFERRAL_STATE_JOINED: ReferralState
REFERRAL_STATE_HELD: ReferralState
REFERRAL_STATE_REWARDED: ReferralState
REFERRAL_STATE_REFUSED: ReferralState
REFERRAL_STATE_LAPSED: ReferralState

class ReferralReward(_message.Message):
    __slots__ = ("currency", "points", "template")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    template: str
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., template: _Optional[str] = ...) -> None: ...

class ReferralTerms(_message.Message):
    __slots__ = ("name", "inviter", "invited", "trigger", "order_at_least", "within_days", "limits", "most_rewarded", "held_above_hourly", "held_above_daily", "new_for_days", "until")
    NAME_FIELD_NUMBER: _ClassVar[int]
    INVITER_FIELD_NUMBER: _ClassVar[int]
    INVITED_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    ORDER_AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    WITHIN_DAYS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    MOST_REWARDED_FIELD_NUMBER: _ClassVar[int]
    HELD_ABOVE_HOURLY_FIELD_NUMBER: _ClassVar[int]
    HELD_ABOVE_DAILY_FIELD_NUMBER: _ClassVar[int]
    NEW_FOR_DAYS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    name: _kit_pb2.LocalizedText
    inviter: ReferralReward
    invited: ReferralReward
    trigger: ReferralTrigger
    order_at_least: _kit_pb2.Money
    within_days: int
    limits: _containers.RepeatedCompositeFieldContainer[_rewards_pb2.RewardLimit]
    most_rewarded: int
    held_above_hourly: int
    held_above_daily: int
    new_for_days: int
    until: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., inviter: _Optional[_Union[ReferralReward, _Mapping]] = ..., invited: _Optional[_Union[ReferralReward, _Mapping]] = ..., trigger: _Optional[_Union[ReferralTrigger, str]] = ..., order_at_least: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., within_days: _Optional[int] = ..., limits: _Optional[_Iterable[_Union[_rewards_pb2.RewardLimit, _Mapping]]] = ..., most_rewarded: _Optional[int] = ..., held_above_hourly: _Optional[int] = ..., held_above_daily: _Optional[int] = ..., new_for_days: _Optional[int] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class ReferralProgramme(_message.Message):
    __slots__ = ("referral", "programme_id", "edition", "stopped", "terms", "rewarded", "published_by", "published_at", "reason", "state", "drafted_by", "drafted_at")
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    REWARDED_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_BY_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_AT_FIELD_NUMBER: _ClassVar[int]
    referral: str
    programme_id: str
    edition: int
    stopped: bool
    terms: ReferralTerms
    rewarded: int
    published_by: str
    published_at: _timestamp_pb2.Timestamp
    reason: str
    state: ReferralProgrammeState
    drafted_by: str
    drafted_at: _timestamp_pb2.Timestamp
    def __init__(self, referral: _Optional[str] = ..., programme_id: _Optional[str] = ..., edition: _Optional[int] = ..., stopped: _Optional[bool] = ..., terms: _Optional[_Union[ReferralTerms, _Mapping]] = ..., rewarded: _Optional[int] = ..., published_by: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., state: _Optional[_Union[ReferralProgrammeState, str]] = ..., drafted_by: _Optional[str] = ..., drafted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Referral(_message.Message):
    __slots__ = ("member_id", "inviter_id", "programme_id", "referral", "edition", "state", "joined_at", "qualifies_until", "settled_at", "because", "decided_by", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    QUALIFIES_UNTIL_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    inviter_id: str
    programme_id: str
    referral: str
    edition: int
    state: ReferralState
    joined_at: _timestamp_pb2.Timestamp
    qualifies_until: _timestamp_pb2.Timestamp
    settled_at: _timestamp_pb2.Timestamp
    because: str
    decided_by: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., inviter_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., referral: _Optional[str] = ..., edition: _Optional[int] = ..., state: _Optional[_Union[ReferralState, str]] = ..., joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., qualifies_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., settled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., because: _Optional[str] = ..., decided_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class DraftReferralProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "referral", "terms", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    referral: str
    terms: ReferralTerms
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., referral: _Optional[str] = ..., terms: _Optional[_Union[ReferralTerms, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class DraftReferralProgrammeResponse(_message.Message):
    __slots__ = ("referral_programme", "changes")
    REFERRAL_PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    referral_programme: ReferralProgramme
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, referral_programme: _Optional[_Union[ReferralProgramme, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class PublishReferralProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "referral", "based_on_edition", "terms", "reason", "edition")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_EDITION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    referral: str
    based_on_edition: int
    terms: ReferralTerms
    reason: str
    edition: int
    def __init__(self, programme_id: _Optional[str] = ..., referral: _Optional[str] = ..., based_on_edition: _Optional[int] = ..., terms: _Optional[_Union[ReferralTerms, _Mapping]] = ..., reason: _Optional[str] = ..., edition: _Optional[int] = ...) -> None: ...

class PublishReferralProgrammeResponse(_message.Message):
    __slots__ = ("referral_programme", "changes")
    REFERRAL_PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    referral_programme: ReferralProgramme
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, referral_programme: _Optional[_Union[ReferralProgramme, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class StopReferralProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "referral", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    referral: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., referral: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StopReferralProgrammeResponse(_message.Message):
    __slots__ = ("referral_programme", "changes")
    REFERRAL_PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    referral_programme: ReferralProgramme
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, referral_programme: _Optional[_Union[ReferralProgramme, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ListReferralProgrammesRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListReferralProgrammesResponse(_message.Message):
    __slots__ = ("referral_programmes",)
    REFERRAL_PROGRAMMES_FIELD_NUMBER: _ClassVar[int]
    referral_programmes: _containers.RepeatedCompositeFieldContainer[ReferralProgramme]
    def __init__(self, referral_programmes: _Optional[_Iterable[_Union[ReferralProgramme, _Mapping]]] = ...) -> None: ...

class GetInviteCodeRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "referral")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    referral: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., referral: _Optional[str] = ...) -> None: ...

class GetInviteCodeResponse(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class AcceptInviteRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "code")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    code: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class AcceptInviteResponse(_message.Message):
    __slots__ = ("referral", "replayed")
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    referral: Referral
    replayed: bool
    def __init__(self, referral: _Optional[_Union[Referral, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class DecideReferralRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "approve", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    approve: bool
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., approve: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class DecideReferralResponse(_message.Message):
    __slots__ = ("referral", "replayed")
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    referral: Referral
    replayed: bool
    def __init__(self, referral: _Optional[_Union[Referral, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListReferralsRequest(_message.Message):
    __slots__ = ("programme_id", "inviter_id", "state", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    inviter_id: str
    state: ReferralState
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., inviter_id: _Optional[str] = ..., state: _Optional[_Union[ReferralState, str]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListReferralsResponse(_message.Message):
    __slots__ = ("referrals", "has_next_page", "places")
    REFERRALS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    referrals: _containers.RepeatedCompositeFieldContainer[Referral]
    has_next_page: bool
    places: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, referrals: _Optional[_Iterable[_Union[Referral, _Mapping]]] = ..., has_next_page: _Optional[bool] = ..., places: _Optional[_Iterable[str]] = ...) -> None: ...
