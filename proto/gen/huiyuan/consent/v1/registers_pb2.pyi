import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.consent.v1 import purposes_pb2 as _purposes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportRouteKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_ROUTE_KIND_UNSPECIFIED: _ClassVar[ExportRouteKind]
    EXPORT_ROUTE_KIND_ASSESSMENT: _ClassVar[ExportRouteKind]
    EXPORT_ROUTE_KIND_CONTRACT: _ClassVar[ExportRouteKind]
    EXPORT_ROUTE_KIND_CERTIFICATION: _ClassVar[ExportRouteKind]
    EXPORT_ROUTE_KIND_EXEMPTION: _ClassVar[ExportRouteKind]

class BreachNoticeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BREACH_NOTICE_KIND_UNSPECIFIED: _ClassVar[BreachNoticeKind]
    BREACH_NOTICE_KIND_AUTHORITY: _ClassVar[BreachNoticeKind]
    BREACH_NOTICE_KIND_MEMBERS: _ClassVar[BreachNoticeKind]
EXPORT_ROUTE_KIND_UNSPECIFIED: ExportRouteKind
EXPORT_ROUTE_KIND_ASSESSMENT: ExportRouteKind
EXPORT_ROUTE_KIND_CONTRACT: ExportRouteKind
EXPORT_ROUTE_KIND_CERTIFICATION: ExportRouteKind
EXPORT_ROUTE_KIND_EXEMPTION: ExportRouteKind
BREACH_NOTICE_KIND_UNSPECIFIED: BreachNoticeKind
BREACH_NOTICE_KIND_AUTHORITY: BreachNoticeKind
BREACH_NOTICE_KIND_MEMBERS: BreachNoticeKind

class ProcessingRecord(_message.Message):
    __slots__ = ("purpose", "purpose_version", "lawful_basis", "recipient_id", "categories", "retention", "storage_locations", "assessment_id", "assessed", "agreement_until", "route")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_VERSION_FIELD_NUMBER: _ClassVar[int]
    LAWFUL_BASIS_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    STORAGE_LOCATIONS_FIELD_NUMBER: _ClassVar[int]
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ASSESSED_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    purpose: str
    purpose_version: int
    lawful_basis: _purposes_pb2.LawfulBasis
    recipient_id: str
    categories: _containers.RepeatedScalarFieldContainer[str]
    retention: str
    storage_locations: _containers.RepeatedScalarFieldContainer[str]
    assessment_id: str
    assessed: bool
    agreement_until: _timestamp_pb2.Timestamp
    route: ExportRouteKind
    def __init__(self, purpose: _Optional[str] = ..., purpose_version: _Optional[int] = ..., lawful_basis: _Optional[_Union[_purposes_pb2.LawfulBasis, str]] = ..., recipient_id: _Optional[str] = ..., categories: _Optional[_Iterable[str]] = ..., retention: _Optional[str] = ..., storage_locations: _Optional[_Iterable[str]] = ..., assessment_id: _Optional[str] = ..., assessed: _Optional[bool] = ..., agreement_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., route: _Optional[_Union[ExportRouteKind, str]] = ...) -> None: ...

class ListProcessingRecordsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProcessingRecordsResponse(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[ProcessingRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[ProcessingRecord, _Mapping]]] = ...) -> None: ...

class Assessment(_message.Message):
    __slots__ = ("assessment_id", "purposes", "concluded_at", "reference", "locked_until")
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    CONCLUDED_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    purposes: _containers.RepeatedScalarFieldContainer[str]
    concluded_at: _timestamp_pb2.Timestamp
    reference: str
    locked_until: _timestamp_pb2.Timestamp
    def __init__(self, assessment_id: _Optional[str] = ..., purposes: _Optional[_Iterable[str]] = ..., concluded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference: _Optional[str] = ..., locked_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RegisterAssessmentRequest(_message.Message):
    __slots__ = ("assessment",)
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ...) -> None: ...

class RegisterAssessmentResponse(_message.Message):
    __slots__ = ("assessment", "replayed")
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    replayed: bool
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class DeleteAssessmentRequest(_message.Message):
    __slots__ = ("assessment_id",)
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    def __init__(self, assessment_id: _Optional[str] = ...) -> None: ...

class DeleteAssessmentResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAssessmentsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAssessmentsResponse(_message.Message):
    __slots__ = ("assessments",)
    ASSESSMENTS_FIELD_NUMBER: _ClassVar[int]
    assessments: _containers.RepeatedCompositeFieldContainer[Assessment]
    def __init__(self, assessments: _Optional[_Iterable[_Union[Assessment, _Mapping]]] = ...) -> None: ...

class Agreement(_message.Message):
    __slots__ = ("recipient_id", "agreement_id", "starts_at", "ends_at", "reference")
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    recipient_id: str
    agreement_id: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    reference: str
    def __init__(self, recipient_id: _Optional[str] = ..., agreement_id: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference: _Optional[str] = ...) -> None: ...

class RegisterAgreementRequest(_message.Message):
    __slots__ = ("agreement",)
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    agreement: Agreement
    def __init__(self, agreement: _Optional[_Union[Agreement, _Mapping]] = ...) -> None: ...

class RegisterAgreementResponse(_message.Message):
    __slots__ = ("agreement", "replayed")
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    agreement: Agreement
    replayed: bool
    def __init__(self, agreement: _Optional[_Union[Agreement, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListAgreementsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAgreementsResponse(_message.Message):
    __slots__ = ("agreements",)
    AGREEMENTS_FIELD_NUMBER: _ClassVar[int]
    agreements: _containers.RepeatedCompositeFieldContainer[Agreement]
    def __init__(self, agreements: _Optional[_Iterable[_Union[Agreement, _Mapping]]] = ...) -> None: ...

class ExportRoute(_message.Message):
    __slots__ = ("purpose", "kind", "starts_at", "ends_at", "reference")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    purpose: str
    kind: ExportRouteKind
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    reference: str
    def __init__(self, purpose: _Optional[str] = ..., kind: _Optional[_Union[ExportRouteKind, str]] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference: _Optional[str] = ...) -> None: ...

class RegisterExportRouteRequest(_message.Message):
    __slots__ = ("route",)
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    route: ExportRoute
    def __init__(self, route: _Optional[_Union[ExportRoute, _Mapping]] = ...) -> None: ...

class RegisterExportRouteResponse(_message.Message):
    __slots__ = ("route", "replayed")
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    route: ExportRoute
    replayed: bool
    def __init__(self, route: _Optional[_Union[ExportRoute, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListExportRoutesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListExportRoutesResponse(_message.Message):
    __slots__ = ("routes", "counters", "source")
    ROUTES_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    routes: _containers.RepeatedCompositeFieldContainer[ExportRoute]
    counters: _containers.RepeatedCompositeFieldContainer[ExportCounter]
    source: str
    def __init__(self, routes: _Optional[_Iterable[_Union[ExportRoute, _Mapping]]] = ..., counters: _Optional[_Iterable[_Union[ExportCounter, _Mapping]]] = ..., source: _Optional[str] = ...) -> None: ...

class ExportCounter(_message.Message):
    __slots__ = ("year", "sensitive", "members", "exemption_ceiling", "contract_ceiling")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    EXEMPTION_CEILING_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_CEILING_FIELD_NUMBER: _ClassVar[int]
    year: int
    sensitive: bool
    members: int
    exemption_ceiling: int
    contract_ceiling: int
    def __init__(self, year: _Optional[int] = ..., sensitive: _Optional[bool] = ..., members: _Optional[int] = ..., exemption_ceiling: _Optional[int] = ..., contract_ceiling: _Optional[int] = ...) -> None: ...

class BreachNotice(_message.Message):
    __slots__ = ("kind", "sent_at", "reference")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    kind: BreachNoticeKind
    sent_at: _timestamp_pb2.Timestamp
    reference: str
    def __init__(self, kind: _Optional[_Union[BreachNoticeKind, str]] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reference: _Optional[str] = ...) -> None: ...

class Breach(_message.Message):
    __slots__ = ("breach_id", "found_at", "categories", "cause", "notify_by", "notices", "overdue", "affected_members")
    BREACH_ID_FIELD_NUMBER: _ClassVar[int]
    FOUND_AT_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_BY_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    AFFECTED_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    breach_id: str
    found_at: _timestamp_pb2.Timestamp
    categories: _containers.RepeatedScalarFieldContainer[str]
    cause: str
    notify_by: _timestamp_pb2.Timestamp
    notices: _containers.RepeatedCompositeFieldContainer[BreachNotice]
    overdue: bool
    affected_members: int
    def __init__(self, breach_id: _Optional[str] = ..., found_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., categories: _Optional[_Iterable[str]] = ..., cause: _Optional[str] = ..., notify_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., notices: _Optional[_Iterable[_Union[BreachNotice, _Mapping]]] = ..., overdue: _Optional[bool] = ..., affected_members: _Optional[int] = ...) -> None: ...

class OpenBreachRequest(_message.Message):
    __slots__ = ("breach_id", "found_at", "categories", "cause")
    BREACH_ID_FIELD_NUMBER: _ClassVar[int]
    FOUND_AT_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    breach_id: str
    found_at: _timestamp_pb2.Timestamp
    categories: _containers.RepeatedScalarFieldContainer[str]
    cause: str
    def __init__(self, breach_id: _Optional[str] = ..., found_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., categories: _Optional[_Iterable[str]] = ..., cause: _Optional[str] = ...) -> None: ...

class OpenBreachResponse(_message.Message):
    __slots__ = ("breach", "replayed")
    BREACH_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    breach: Breach
    replayed: bool
    def __init__(self, breach: _Optional[_Union[Breach, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RecordBreachNoticeRequest(_message.Message):
    __slots__ = ("breach_id", "kind", "reference")
    BREACH_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    breach_id: str
    kind: BreachNoticeKind
    reference: str
    def __init__(self, breach_id: _Optional[str] = ..., kind: _Optional[_Union[BreachNoticeKind, str]] = ..., reference: _Optional[str] = ...) -> None: ...

class RecordBreachNoticeResponse(_message.Message):
    __slots__ = ("breach",)
    BREACH_FIELD_NUMBER: _ClassVar[int]
    breach: Breach
    def __init__(self, breach: _Optional[_Union[Breach, _Mapping]] = ...) -> None: ...

class ListBreachesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListBreachesResponse(_message.Message):
    __slots__ = ("breaches",)
    BREACHES_FIELD_NUMBER: _ClassVar[int]
    breaches: _containers.RepeatedCompositeFieldContainer[Breach]
    def __init__(self, breaches: _Optional[_Iterable[_Union[Breach, _Mapping]]] = ...) -> None: ...

class ListAffectedMembersRequest(_message.Message):
    __slots__ = ("breach_id", "first", "after")
    BREACH_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    breach_id: str
    first: int
    after: str
    def __init__(self, breach_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListAffectedMembersResponse(_message.Message):
    __slots__ = ("member_ids", "has_next_page")
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    has_next_page: bool
    def __init__(self, member_ids: _Optional[_Iterable[str]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
