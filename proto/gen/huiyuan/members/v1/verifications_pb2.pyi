import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.members.v1 import links_pb2 as _links_pb2
from huiyuan.members.v1 import merges_pb2 as _merges_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VerificationOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERIFICATION_OUTCOME_UNSPECIFIED: _ClassVar[VerificationOutcome]
    VERIFICATION_OUTCOME_VERIFIED: _ClassVar[VerificationOutcome]
    VERIFICATION_OUTCOME_HELD_BY_ANOTHER: _ClassVar[VerificationOutcome]
    VERIFICATION_OUTCOME_PROVEN: _ClassVar[VerificationOutcome]

class ClaimChoice(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLAIM_CHOICE_UNSPECIFIED: _ClassVar[ClaimChoice]
    CLAIM_CHOICE_DETACH: _ClassVar[ClaimChoice]
    CLAIM_CHOICE_MERGE: _ClassVar[ClaimChoice]

class LoginOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOGIN_OUTCOME_UNSPECIFIED: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_UNKNOWN: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_KNOWN: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_MERGED: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_CONFLICT: _ClassVar[LoginOutcome]
VERIFICATION_OUTCOME_UNSPECIFIED: VerificationOutcome
VERIFICATION_OUTCOME_VERIFIED: VerificationOutcome
VERIFICATION_OUTCOME_HELD_BY_ANOTHER: VerificationOutcome
VERIFICATION_OUTCOME_PROVEN: VerificationOutcome
CLAIM_CHOICE_UNSPECIFIED: ClaimChoice
CLAIM_CHOICE_DETACH: ClaimChoice
CLAIM_CHOICE_MERGE: ClaimChoice
LOGIN_OUTCOME_UNSPECIFIED: LoginOutcome
LOGIN_OUTCOME_UNKNOWN: LoginOutcome
LOGIN_OUTCOME_KNOWN: LoginOutcome
LOGIN_OUTCOME_MERGED: LoginOutcome
LOGIN_OUTCOME_CONFLICT: LoginOutcome

class RequestVerificationCodeRequest(_message.Message):
    __slots__ = ("identity", "member_id", "client_address", "language", "device")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    identity: _kit_pb2.ExternalIdentity
    member_id: str
    client_address: str
    language: str
    device: str
    def __init__(self, identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., member_id: _Optional[str] = ..., client_address: _Optional[str] = ..., language: _Optional[str] = ..., device: _Optional[str] = ...) -> None: ...

class RequestVerificationCodeResponse(_message.Message):
    __slots__ = ("verification_id", "expires_at", "resend_at")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    RESEND_AT_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    expires_at: _timestamp_pb2.Timestamp
    resend_at: _timestamp_pb2.Timestamp
    def __init__(self, verification_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resend_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConfirmVerificationCodeRequest(_message.Message):
    __slots__ = ("verification_id", "identity", "code", "member_id")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    identity: _kit_pb2.ExternalIdentity
    code: str
    member_id: str
    def __init__(self, verification_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., code: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class ConfirmVerificationCodeResponse(_message.Message):
    __slots__ = ("outcome", "identity", "choices", "member_id", "claim_until")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIM_UNTIL_FIELD_NUMBER: _ClassVar[int]
    outcome: VerificationOutcome
    identity: _links_pb2.LinkedIdentity
    choices: _containers.RepeatedScalarFieldContainer[ClaimChoice]
    member_id: str
    claim_until: _timestamp_pb2.Timestamp
    def __init__(self, outcome: _Optional[_Union[VerificationOutcome, str]] = ..., identity: _Optional[_Union[_links_pb2.LinkedIdentity, _Mapping]] = ..., choices: _Optional[_Iterable[_Union[ClaimChoice, str]]] = ..., member_id: _Optional[str] = ..., claim_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ClaimIdentityRequest(_message.Message):
    __slots__ = ("verification_id", "identity", "member_id", "choice")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    identity: _kit_pb2.ExternalIdentity
    member_id: str
    choice: ClaimChoice
    def __init__(self, verification_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., member_id: _Optional[str] = ..., choice: _Optional[_Union[ClaimChoice, str]] = ...) -> None: ...

class ClaimIdentityResponse(_message.Message):
    __slots__ = ("identity", "merge")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    MERGE_FIELD_NUMBER: _ClassVar[int]
    identity: _links_pb2.LinkedIdentity
    merge: _merges_pb2.MemberMerge
    def __init__(self, identity: _Optional[_Union[_links_pb2.LinkedIdentity, _Mapping]] = ..., merge: _Optional[_Union[_merges_pb2.MemberMerge, _Mapping]] = ...) -> None: ...

class RecordLoginRequest(_message.Message):
    __slots__ = ("login_id", "identities")
    LOGIN_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITIES_FIELD_NUMBER: _ClassVar[int]
    login_id: str
    identities: _containers.RepeatedCompositeFieldContainer[_kit_pb2.ExternalIdentity]
    def __init__(self, login_id: _Optional[str] = ..., identities: _Optional[_Iterable[_Union[_kit_pb2.ExternalIdentity, _Mapping]]] = ...) -> None: ...

class RecordLoginResponse(_message.Message):
    __slots__ = ("outcome", "member_id", "linked", "merge", "conflicts")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    LINKED_FIELD_NUMBER: _ClassVar[int]
    MERGE_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    outcome: LoginOutcome
    member_id: str
    linked: int
    merge: _merges_pb2.MemberMerge
    conflicts: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, outcome: _Optional[_Union[LoginOutcome, str]] = ..., member_id: _Optional[str] = ..., linked: _Optional[int] = ..., merge: _Optional[_Union[_merges_pb2.MemberMerge, _Mapping]] = ..., conflicts: _Optional[_Iterable[int]] = ...) -> None: ...
