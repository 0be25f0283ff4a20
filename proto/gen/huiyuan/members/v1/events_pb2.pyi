import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import erasures_pb2 as _erasures_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MembersEvent(_message.Message):
    __slots__ = ("member_id", "occurred_at", "member_registered", "profile_updated", "profile_unmasked", "identifier_linked", "identifier_verified", "identifier_unlinked", "identifier_detached", "members_merged", "merge_undone", "member_frozen", "member_unfrozen", "member_closing", "member_closing_canceled", "member_closed", "member_erased", "member_celebrated", "month_celebrated", "package_ready", "sensitive_record_set", "sensitive_record_removed", "rights_task_declined", "member_erasure_completed", "member_turned14")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REGISTERED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_UPDATED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_UNMASKED_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_LINKED_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_UNLINKED_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIER_DETACHED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_MERGED_FIELD_NUMBER: _ClassVar[int]
    MERGE_UNDONE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FROZEN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_UNFROZEN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_CLOSING_FIELD_NUMBER: _ClassVar[int]
    MEMBER_CLOSING_CANCELED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_CLOSED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ERASED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_CELEBRATED_FIELD_NUMBER: _ClassVar[int]
    MONTH_CELEBRATED_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_READY_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_RECORD_SET_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_RECORD_REMOVED_FIELD_NUMBER: _ClassVar[int]
    RIGHTS_TASK_DECLINED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ERASURE_COMPLETED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_TURNED14_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    occurred_at: _timestamp_pb2.Timestamp
    member_registered: MemberRegistered
    profile_updated: ProfileUpdated
    profile_unmasked: ProfileUnmasked
    identifier_linked: IdentityLinked
    identifier_verified: IdentityVerified
    identifier_unlinked: IdentityUnlinked
    identifier_detached: IdentityDetached
    members_merged: MembersMerged
    merge_undone: MergeUndone
    member_frozen: MemberFrozen
    member_unfrozen: MemberUnfrozen
    member_closing: MemberClosing
    member_closing_canceled: MemberClosingCanceled
    member_closed: MemberClosed
    member_erased: MemberErased
    member_celebrated: MemberBirthday
    month_celebrated: MemberBirthdayMonth
    package_ready: PackageReady
    sensitive_record_set: SensitiveRecordSet
    sensitive_record_removed: SensitiveRecordRemoved
    rights_task_declined: RightsTaskDeclined
    member_erasure_completed: MemberErasureCompleted
    member_turned14: MemberTurned14
    def __init__(self, member_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., member_registered: _Optional[_Union[MemberRegistered, _Mapping]] = ..., profile_updated: _Optional[_Union[ProfileUpdated, _Mapping]] = ..., profile_unmasked: _Optional[_Union[ProfileUnmasked, _Mapping]] = ..., identifier_linked: _Optional[_Union[IdentityLinked, _Mapping]] = ..., identifier_verified: _Optional[_Union[IdentityVerified, _Mapping]] = ..., identifier_unlinked: _Optional[_Union[IdentityUnlinked, _Mapping]] = ..., identifier_detached: _Optional[_Union[IdentityDetached, _Mapping]] = ..., members_merged: _Optional[_Union[MembersMerged, _Mapping]] = ..., merge_undone: _Optional[_Union[MergeUndone, _Mapping]] = ..., member_frozen: _Optional[_Union[MemberFrozen, _Mapping]] = ..., member_unfrozen: _Optional[_Union[MemberUnfrozen, _Mapping]] = ..., member_closing: _Optional[_Union[MemberClosing, _Mapping]] = ..., member_closing_canceled: _Optional[_Union[MemberClosingCanceled, _Mapping]] = ..., member_closed: _Optional[_Union[MemberClosed, _Mapping]] = ..., member_erased: _Optional[_Union[MemberErased, _Mapping]] = ..., member_celebrated: _Optional[_Union[MemberBirthday, _Mapping]] = ..., month_celebrated: _Optional[_Union[MemberBirthdayMonth, _Mapping]] = ..., package_ready: _Optional[_Union[PackageReady, _Mapping]] = ..., sensitive_record_set: _Optional[_Union[SensitiveRecordSet, _Mapping]] = ..., sensitive_record_removed: _Optional[_Union[SensitiveRecordRemoved, _Mapping]] = ..., rights_task_declined: _Optional[_Union[RightsTaskDeclined, _Mapping]] = ..., member_erasure_completed: _Optional[_Union[MemberErasureCompleted, _Mapping]] = ..., member_turned14: _Optional[_Union[MemberTurned14, _Mapping]] = ...) -> None: ...

class MemberRegistered(_message.Message):
    __slots__ = ("joined_at", "under14")
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    UNDER14_FIELD_NUMBER: _ClassVar[int]
    joined_at: _timestamp_pb2.Timestamp
    under14: bool
    def __init__(self, joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., under14: _Optional[bool] = ...) -> None: ...

class ProfileUpdated(_message.Message):
    __slots__ = ("revision", "under14", "fields")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    UNDER14_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    under14: bool
    fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, revision: _Optional[int] = ..., under14: _Optional[bool] = ..., fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ProfileUnmasked(_message.Message):
    __slots__ = ("access_id",)
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    def __init__(self, access_id: _Optional[str] = ...) -> None: ...

class SensitiveRecordSet(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SensitiveRecordRemoved(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class MemberFrozen(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class MemberUnfrozen(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class MemberClosing(_message.Message):
    __slots__ = ("closes_at",)
    CLOSES_AT_FIELD_NUMBER: _ClassVar[int]
    closes_at: _timestamp_pb2.Timestamp
    def __init__(self, closes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MemberClosingCanceled(_message.Message):
    __slots__ = ("frozen",)
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    frozen: bool
    def __init__(self, frozen: _Optional[bool] = ...) -> None: ...

class MemberClosed(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class MemberErased(_message.Message):
    __slots__ = ("erasure_id",)
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    def __init__(self, erasure_id: _Optional[str] = ...) -> None: ...

class IdentityLinked(_message.Message):
    __slots__ = ("kind", "is_verified")
    KIND_FIELD_NUMBER: _ClassVar[int]
    IS_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    kind: _kit_pb2.IdentityKind
    is_verified: bool
    def __init__(self, kind: _Optional[_Union[_kit_pb2.IdentityKind, str]] = ..., is_verified: _Optional[bool] = ...) -> None: ...

class IdentityVerified(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: _kit_pb2.IdentityKind
    def __init__(self, kind: _Optional[_Union[_kit_pb2.IdentityKind, str]] = ...) -> None: ...

class IdentityUnlinked(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: _kit_pb2.IdentityKind
    def __init__(self, kind: _Optional[_Union[_kit_pb2.IdentityKind, str]] = ...) -> None: ...

class IdentityDetached(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: _kit_pb2.IdentityKind
    def __init__(self, kind: _Optional[_Union[_kit_pb2.IdentityKind, str]] = ...) -> None: ...

class MembersMerged(_message.Message):
    __slots__ = ("merge_id", "into_member_id", "reason", "from_joined_at", "into_joined_at")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FROM_JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    INTO_JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    into_member_id: str
    reason: str
    from_joined_at: _timestamp_pb2.Timestamp
    into_joined_at: _timestamp_pb2.Timestamp
    def __init__(self, merge_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., reason: _Optional[str] = ..., from_joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., into_joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MergeUndone(_message.Message):
    __slots__ = ("merge_id", "into_member_id", "reason")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    into_member_id: str
    reason: str
    def __init__(self, merge_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MemberBirthday(_message.Message):
    __slots__ = ("year",)
    YEAR_FIELD_NUMBER: _ClassVar[int]
    year: int
    def __init__(self, year: _Optional[int] = ...) -> None: ...

class MemberBirthdayMonth(_message.Message):
    __slots__ = ("year", "month", "purposes")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    year: int
    month: int
    purposes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, year: _Optional[int] = ..., month: _Optional[int] = ..., purposes: _Optional[_Iterable[str]] = ...) -> None: ...

class PackageReady(_message.Message):
    __slots__ = ("package_id",)
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    package_id: str
    def __init__(self, package_id: _Optional[str] = ...) -> None: ...

class RightsTaskDeclined(_message.Message):
    __slots__ = ("request_id", "code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class MemberErasureCompleted(_message.Message):
    __slots__ = ("erasure_id", "stores")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    STORES_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    stores: _containers.RepeatedCompositeFieldContainer[ErasedStoreProof]
    def __init__(self, erasure_id: _Optional[str] = ..., stores: _Optional[_Iterable[_Union[ErasedStoreProof, _Mapping]]] = ...) -> None: ...

class ErasedStoreProof(_message.Message):
    __slots__ = ("store", "proof")
    STORE_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    store: str
    proof: _containers.RepeatedCompositeFieldContainer[_erasures_pb2.StoreProof]
    def __init__(self, store: _Optional[str] = ..., proof: _Optional[_Iterable[_Union[_erasures_pb2.StoreProof, _Mapping]]] = ...) -> None: ...

class MemberTurned14(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
