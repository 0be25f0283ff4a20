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

class LawfulBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LAWFUL_BASIS_UNSPECIFIED: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_CONSENT: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_CONTRACT: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_LEGAL_DUTY: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_EMERGENCY: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_NEWS: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_MADE_PUBLIC: _ClassVar[LawfulBasis]
    LAWFUL_BASIS_OTHER_LAW: _ClassVar[LawfulBasis]

class Necessity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NECESSITY_UNSPECIFIED: _ClassVar[Necessity]
    NECESSITY_CORE: _ClassVar[Necessity]
    NECESSITY_OPTIONAL: _ClassVar[Necessity]

class ConsentForm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENT_FORM_UNSPECIFIED: _ClassVar[ConsentForm]
    CONSENT_FORM_GENERAL: _ClassVar[ConsentForm]
    CONSENT_FORM_SEPARATE: _ClassVar[ConsentForm]
    CONSENT_FORM_WRITTEN: _ClassVar[ConsentForm]

class NoticeLayer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTICE_LAYER_UNSPECIFIED: _ClassVar[NoticeLayer]
    NOTICE_LAYER_GENERAL: _ClassVar[NoticeLayer]
    NOTICE_LAYER_ENHANCED: _ClassVar[NoticeLayer]
    NOTICE_LAYER_JUST_IN_TIME: _ClassVar[NoticeLayer]

class NoticeContent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTICE_CONTENT_UNSPECIFIED: _ClassVar[NoticeContent]
    NOTICE_CONTENT_HANDLER: _ClassVar[NoticeContent]
    NOTICE_CONTENT_PURPOSE: _ClassVar[NoticeContent]
    NOTICE_CONTENT_METHODS: _ClassVar[NoticeContent]
    NOTICE_CONTENT_CATEGORIES: _ClassVar[NoticeContent]
    NOTICE_CONTENT_RETENTION: _ClassVar[NoticeContent]
    NOTICE_CONTENT_RIGHTS: _ClassVar[NoticeContent]
    NOTICE_CONTENT_RECIPIENTS: _ClassVar[NoticeContent]
    NOTICE_CONTENT_NECESSITY: _ClassVar[NoticeContent]
    NOTICE_CONTENT_IMPACT: _ClassVar[NoticeContent]
    NOTICE_CONTENT_OVERSEAS: _ClassVar[NoticeContent]
LAWFUL_BASIS_UNSPECIFIED: LawfulBasis
LAWFUL_BASIS_CONSENT: LawfulBasis
LAWFUL_BASIS_CONTRACT: LawfulBasis
LAWFUL_BASIS_LEGAL_DUTY: LawfulBasis
LAWFUL_BASIS_EMERGENCY: LawfulBasis
LAWFUL_BASIS_NEWS: LawfulBasis
LAWFUL_BASIS_MADE_PUBLIC: LawfulBasis
LAWFUL_BASIS_OTHER_LAW: LawfulBasis
NECESSITY_UNSPECIFIED: Necessity
NECESSITY_CORE: Necessity
NECESSITY_OPTIONAL: Necessity
CONSENT_FORM_UNSPECIFIED: ConsentForm
CONSENT_FORM_GENERAL: ConsentForm
CONSENT_FORM_SEPARATE: ConsentForm
CONSENT_FORM_WRITTEN: ConsentForm
NOTICE_LAYER_UNSPECIFIED: NoticeLayer
NOTICE_LAYER_GENERAL: NoticeLayer
NOTICE_LAYER_ENHANCED: NoticeLayer
NOTICE_LAYER_JUST_IN_TIME: NoticeLayer
NOTICE_CONTENT_UNSPECIFIED: NoticeContent
NOTICE_CONTENT_HANDLER: NoticeContent
NOTICE_CONTENT_PURPOSE: NoticeContent
NOTICE_CONTENT_METHODS: NoticeContent
NOTICE_CONTENT_CATEGORIES: NoticeContent
NOTICE_CONTENT_RETENTION: NoticeContent
NOTICE_CONTENT_RIGHTS: NoticeContent
NOTICE_CONTENT_RECIPIENTS: NoticeContent
NOTICE_CONTENT_NECESSITY: NoticeContent
NOTICE_CONTENT_IMPACT: NoticeContent
NOTICE_CONTENT_OVERSEAS: NoticeContent

class Purpose(_message.Message):
    __slots__ = ("key", "version", "name", "description", "lawful_basis", "necessity", "form", "methods", "categories", "recipients", "storage_locations", "retention", "dpv_purpose", "articles", "assessment_id", "sensitive", "digest", "effective_at", "validity_duration")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    LAWFUL_BASIS_FIELD_NUMBER: _ClassVar[int]
    NECESSITY_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_LOCATIONS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    DPV_PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ARTICLES_FIELD_NUMBER: _ClassVar[int]
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_DURATION_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: int
    name: _kit_pb2.LocalizedText
    description: _kit_pb2.LocalizedText
    lawful_basis: LawfulBasis
    necessity: Necessity
    form: ConsentForm
    methods: _containers.RepeatedScalarFieldContainer[str]
    categories: _containers.RepeatedScalarFieldContainer[str]
    recipients: _containers.RepeatedScalarFieldContainer[str]
    storage_locations: _containers.RepeatedScalarFieldContainer[str]
    retention: str
    dpv_purpose: str
    articles: _containers.RepeatedScalarFieldContainer[str]
    assessment_id: str
    sensitive: bool
    digest: str
    effective_at: _timestamp_pb2.Timestamp
    validity_duration: str
    def __init__(self, key: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., description: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., lawful_basis: _Optional[_Union[LawfulBasis, str]] = ..., necessity: _Optional[_Union[Necessity, str]] = ..., form: _Optional[_Union[ConsentForm, str]] = ..., methods: _Optional[_Iterable[str]] = ..., categories: _Optional[_Iterable[str]] = ..., recipients: _Optional[_Iterable[str]] = ..., storage_locations: _Optional[_Iterable[str]] = ..., retention: _Optional[str] = ..., dpv_purpose: _Optional[str] = ..., articles: _Optional[_Iterable[str]] = ..., assessment_id: _Optional[str] = ..., sensitive: _Optional[bool] = ..., digest: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., validity_duration: _Optional[str] = ...) -> None: ...

class NoticePassage(_message.Message):
    __slots__ = ("content", "text")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    content: NoticeContent
    text: str
    def __init__(self, content: _Optional[_Union[NoticeContent, str]] = ..., text: _Optional[str] = ...) -> None: ...

class Notice(_message.Message):
    __slots__ = ("notice_id", "key", "version", "locale", "layer", "title", "body", "purposes", "digest", "effective_at", "passages")
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    PASSAGES_FIELD_NUMBER: _ClassVar[int]
    notice_id: str
    key: str
    version: int
    locale: str
    layer: NoticeLayer
    title: str
    body: str
    purposes: _containers.RepeatedCompositeFieldContainer[PurposeVersion]
    digest: str
    effective_at: _timestamp_pb2.Timestamp
    passages: _containers.RepeatedCompositeFieldContainer[NoticePassage]
    def __init__(self, notice_id: _Optional[str] = ..., key: _Optional[str] = ..., version: _Optional[int] = ..., locale: _Optional[str] = ..., layer: _Optional[_Union[NoticeLayer, str]] = ..., title: _Optional[str] = ..., body: _Optional[str] = ..., purposes: _Optional[_Iterable[_Union[PurposeVersion, _Mapping]]] = ..., digest: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., passages: _Optional[_Iterable[_Union[NoticePassage, _Mapping]]] = ...) -> None: ...

class PurposeVersion(_message.Message):
    __slots__ = ("key", "version")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: int
    def __init__(self, key: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class PublishPurposeRequest(_message.Message):
    __slots__ = ("purpose",)
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    purpose: Purpose
    def __init__(self, purpose: _Optional[_Union[Purpose, _Mapping]] = ...) -> None: ...

class PublishPurposeResponse(_message.Message):
    __slots__ = ("purpose", "replayed")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    purpose: Purpose
    replayed: bool
    def __init__(self, purpose: _Optional[_Union[Purpose, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class PublishNoticeRequest(_message.Message):
    __slots__ = ("notice",)
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    notice: Notice
    def __init__(self, notice: _Optional[_Union[Notice, _Mapping]] = ...) -> None: ...

class PublishNoticeResponse(_message.Message):
    __slots__ = ("notice", "replayed")
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    notice: Notice
    replayed: bool
    def __init__(self, notice: _Optional[_Union[Notice, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class GetNoticeRequest(_message.Message):
    __slots__ = ("notice_id",)
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    notice_id: str
    def __init__(self, notice_id: _Optional[str] = ...) -> None: ...

class GetNoticeResponse(_message.Message):
    __slots__ = ("notice",)
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    notice: Notice
    def __init__(self, notice: _Optional[_Union[Notice, _Mapping]] = ...) -> None: ...

class ListPurposesRequest(_message.Message):
    __slots__ = ("locale",)
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    locale: str
    def __init__(self, locale: _Optional[str] = ...) -> None: ...

class ListPurposesResponse(_message.Message):
    __slots__ = ("purposes", "notices")
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    purposes: _containers.RepeatedCompositeFieldContainer[Purpose]
    notices: _containers.RepeatedCompositeFieldContainer[Notice]
    def __init__(self, purposes: _Optional[_Iterable[_Union[Purpose, _Mapping]]] = ..., notices: _Optional[_Iterable[_Union[Notice, _Mapping]]] = ...) -> None: ...
