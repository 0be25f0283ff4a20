import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Gender(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GENDER_UNSPECIFIED: _ClassVar[Gender]
    GENDER_FEMALE: _ClassVar[Gender]
    GENDER_MALE: _ClassVar[Gender]
    GENDER_OTHER: _ClassVar[Gender]

class MemberStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_STATUS_UNSPECIFIED: _ClassVar[MemberStatus]
    MEMBER_STATUS_ACTIVE: _ClassVar[MemberStatus]
    MEMBER_STATUS_FROZEN: _ClassVar[MemberStatus]
    MEMBER_STATUS_CLOSING: _ClassVar[MemberStatus]
    MEMBER_STATUS_CLOSED: _ClassVar[MemberStatus]
    MEMBER_STATUS_ERASED: _ClassVar[MemberStatus]

class PersonalField(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERSONAL_FIELD_UNSPECIFIED: _ClassVar[PersonalField]
    PERSONAL_FIELD_DISPLAY_NAME: _ClassVar[PersonalField]
    PERSONAL_FIELD_FULL_NAME: _ClassVar[PersonalField]
    PERSONAL_FIELD_PHONE: _ClassVar[PersonalField]
    PERSONAL_FIELD_EMAIL: _ClassVar[PersonalField]
    PERSONAL_FIELD_BIRTH_DATE: _ClassVar[PersonalField]
    PERSONAL_FIELD_IDENTITY_DOCUMENT: _ClassVar[PersonalField]
    PERSONAL_FIELD_NOTES: _ClassVar[PersonalField]
    PERSONAL_FIELD_ADDRESSES: _ClassVar[PersonalField]
    PERSONAL_FIELD_GENDER: _ClassVar[PersonalField]
GENDER_UNSPECIFIED: Gender
GENDER_FEMALE: Gender
GENDER_MALE: Gender
GENDER_OTHER: Gender
MEMBER_STATUS_UNSPECIFIED: MemberStatus
MEMBER_STATUS_ACTIVE: MemberStatus
MEMBER_STATUS_FROZEN: MemberStatus
MEMBER_STATUS_CLOSING: MemberStatus
MEMBER_STATUS_CLOSED: MemberStatus
MEMBER_STATUS_ERASED: MemberStatus
PERSONAL_FIELD_UNSPECIFIED: PersonalField
PERSONAL_FIELD_DISPLAY_NAME: PersonalField
PERSONAL_FIELD_FULL_NAME: PersonalField
PERSONAL_FIELD_PHONE: PersonalField
PERSONAL_FIELD_EMAIL: PersonalField
PERSONAL_FIELD_BIRTH_DATE: PersonalField
PERSONAL_FIELD_IDENTITY_DOCUMENT: PersonalField
PERSONAL_FIELD_NOTES: PersonalField
PERSONAL_FIELD_ADDRESSES: PersonalField
PERSONAL_FIELD_GENDER: PersonalField

class RegisterMemberRequest(_message.Message):
    __slots__ = ("identities", "profile", "idempotency_key", "joined_at")
    IDENTITIES_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    identities: _containers.RepeatedCompositeFieldContainer[NewIdentity]
    profile: NewProfile
    idempotency_key: str
    joined_at: _timestamp_pb2.Timestamp
    def __init__(self, identities: _Optional[_Iterable[_Union[NewIdentity, _Mapping]]] = ..., profile: _Optional[_Union[NewProfile, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class NewIdentity(_message.Message):
    __slots__ = ("identity", "verified")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    identity: _kit_pb2.ExternalIdentity
    verified: bool
    def __init__(self, identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., verified: _Optional[bool] = ...) -> None: ...

class NewProfile(_message.Message):
    __slots__ = ("display_name", "full_name", "birth_date", "language", "time_zone")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    full_name: str
    birth_date: str
    language: str
    time_zone: str
    def __init__(self, display_name: _Optional[str] = ..., full_name: _Optional[str] = ..., birth_date: _Optional[str] = ..., language: _Optional[str] = ..., time_zone: _Optional[str] = ...) -> None: ...

class RegisterMemberResponse(_message.Message):
    __slots__ = ("member_id", "replayed")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    replayed: bool
    def __init__(self, member_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RegisterMembersRequest(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[RegisterMemberRequest]
    def __init__(self, members: _Optional[_Iterable[_Union[RegisterMemberRequest, _Mapping]]] = ...) -> None: ...

class RegisterMembersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RegisterMemberResult]
    def __init__(self, results: _Optional[_Iterable[_Union[RegisterMemberResult, _Mapping]]] = ...) -> None: ...

class RegisterMemberResult(_message.Message):
    __slots__ = ("registered", "refusal")
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    registered: RegisterMemberResponse
    refusal: _kit_pb2.Refusal
    def __init__(self, registered: _Optional[_Union[RegisterMemberResponse, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class UpdateProfileRequest(_message.Message):
    __slots__ = ("member_id", "display_name", "full_name", "birth_date", "language", "time_zone", "idempotency_key", "gender", "preferences")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    GENDER_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    display_name: str
    full_name: str
    birth_date: str
    language: str
    time_zone: str
    idempotency_key: str
    gender: Gender
    preferences: _containers.RepeatedCompositeFieldContainer[Preference]
    def __init__(self, member_id: _Optional[str] = ..., display_name: _Optional[str] = ..., full_name: _Optional[str] = ..., birth_date: _Optional[str] = ..., language: _Optional[str] = ..., time_zone: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., gender: _Optional[_Union[Gender, str]] = ..., preferences: _Optional[_Iterable[_Union[Preference, _Mapping]]] = ...) -> None: ...

class Preference(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class UpdateProfileResponse(_message.Message):
    __slots__ = ("profile",)
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: Profile
    def __init__(self, profile: _Optional[_Union[Profile, _Mapping]] = ...) -> None: ...

class BatchGetProfilesRequest(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ...) -> None: ...

class BatchGetProfilesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ProfileResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ProfileResult, _Mapping]]] = ...) -> None: ...

class ProfileResult(_message.Message):
    __slots__ = ("profile", "refusal")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    profile: Profile
    refusal: _kit_pb2.Refusal
    def __init__(self, profile: _Optional[_Union[Profile, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class Profile(_message.Message):
    __slots__ = ("member_id", "display_name", "full_name_masked", "phone_masked", "email_masked", "language", "time_zone", "status", "joined_at", "revision", "birth_date_masked", "addresses", "preferences", "tags", "own")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_MASKED_FIELD_NUMBER: _ClassVar[int]
    PHONE_MASKED_FIELD_NUMBER: _ClassVar[int]
    EMAIL_MASKED_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_MASKED_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    OWN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    display_name: str
    full_name_masked: str
    phone_masked: str
    email_masked: str
    language: str
    time_zone: str
    status: MemberStatus
    joined_at: _timestamp_pb2.Timestamp
    revision: int
    birth_date_masked: str
    addresses: _containers.RepeatedCompositeFieldContainer[MaskedAddress]
    preferences: _containers.RepeatedCompositeFieldContainer[Preference]
    tags: _containers.RepeatedScalarFieldContainer[str]
    own: OwnProfile
    def __init__(self, member_id: _Optional[str] = ..., display_name: _Optional[str] = ..., full_name_masked: _Optional[str] = ..., phone_masked: _Optional[str] = ..., email_masked: _Optional[str] = ..., language: _Optional[str] = ..., time_zone: _Optional[str] = ..., status: _Optional[_Union[MemberStatus, str]] = ..., joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., birth_date_masked: _Optional[str] = ..., addresses: _Optional[_Iterable[_Union[MaskedAddress, _Mapping]]] = ..., preferences: _Optional[_Iterable[_Union[Preference, _Mapping]]] = ..., tags: _Optional[_Iterable[str]] = ..., own: _Optional[_Union[OwnProfile, _Mapping]] = ...) -> None: ...

class MaskedAddress(_message.Message):
    __slots__ = ("address_id", "recipient_masked", "phone_masked", "place_masked", "is_default")
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_MASKED_FIELD_NUMBER: _ClassVar[int]
    PHONE_MASKED_FIELD_NUMBER: _ClassVar[int]
    PLACE_MASKED_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    address_id: str
    recipient_masked: str
    phone_masked: str
    place_masked: str
    is_default: bool
    def __init__(self, address_id: _Optional[str] = ..., recipient_masked: _Optional[str] = ..., phone_masked: _Optional[str] = ..., place_masked: _Optional[str] = ..., is_default: _Optional[bool] = ...) -> None: ...

class OwnProfile(_message.Message):
    __slots__ = ("full_name", "birth_date", "gender", "addresses")
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    GENDER_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    full_name: str
    birth_date: str
    gender: Gender
    addresses: _containers.RepeatedCompositeFieldContainer[Address]
    def __init__(self, full_name: _Optional[str] = ..., birth_date: _Optional[str] = ..., gender: _Optional[_Union[Gender, str]] = ..., addresses: _Optional[_Iterable[_Union[Address, _Mapping]]] = ...) -> None: ...

class Address(_message.Message):
    __slots__ = ("address_id", "label", "recipient", "phone", "country", "province", "city", "district", "lines", "postcode", "is_default")
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    POSTCODE_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    address_id: str
    label: str
    recipient: str
    phone: str
    country: str
    province: str
    city: str
    district: str
    lines: _containers.RepeatedScalarFieldContainer[str]
    postcode: str
    is_default: bool
    def __init__(self, address_id: _Optional[str] = ..., label: _Optional[str] = ..., recipient: _Optional[str] = ..., phone: _Optional[str] = ..., country: _Optional[str] = ..., province: _Optional[str] = ..., city: _Optional[str] = ..., district: _Optional[str] = ..., lines: _Optional[_Iterable[str]] = ..., postcode: _Optional[str] = ..., is_default: _Optional[bool] = ...) -> None: ...

class UnmaskProfileRequest(_message.Message):
    __slots__ = ("member_id", "fields", "purpose", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    fields: _containers.RepeatedScalarFieldContainer[PersonalField]
    purpose: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[PersonalField, str]]] = ..., purpose: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnmaskProfileResponse(_message.Message):
    __slots__ = ("fields", "access_id")
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.RepeatedCompositeFieldContainer[ClearField]
    access_id: str
    def __init__(self, fields: _Optional[_Iterable[_Union[ClearField, _Mapping]]] = ..., access_id: _Optional[str] = ...) -> None: ...

class ClearField(_message.Message):
    __slots__ = ("field", "value")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    field: PersonalField
    value: str
    def __init__(self, field: _Optional[_Union[PersonalField, str]] = ..., value: _Optional[str] = ...) -> None: ...

class ListProfileAccessesRequest(_message.Message):
    __slots__ = ("member_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListProfileAccessesResponse(_message.Message):
    __slots__ = ("accesses", "has_next_page")
    ACCESSES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    accesses: _containers.RepeatedCompositeFieldContainer[ProfileAccess]
    has_next_page: bool
    def __init__(self, accesses: _Optional[_Iterable[_Union[ProfileAccess, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class ProfileAccess(_message.Message):
    __slots__ = ("access_id", "actor", "purpose", "reason", "fields", "accessed_at", "allowed", "refusal_code", "actor_role")
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ACCESSED_AT_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_CODE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ROLE_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    actor: str
    purpose: str
    reason: str
    fields: _containers.RepeatedScalarFieldContainer[PersonalField]
    accessed_at: _timestamp_pb2.Timestamp
    allowed: bool
    refusal_code: str
    actor_role: str
    def __init__(self, access_id: _Optional[str] = ..., actor: _Optional[str] = ..., purpose: _Optional[str] = ..., reason: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[PersonalField, str]]] = ..., accessed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., allowed: _Optional[bool] = ..., refusal_code: _Optional[str] = ..., actor_role: _Optional[str] = ...) -> None: ...
