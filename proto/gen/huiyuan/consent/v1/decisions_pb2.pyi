import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.consent.v1 import purposes_pb2 as _purposes_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConsentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENT_STATE_UNSPECIFIED: _ClassVar[ConsentState]
    CONSENT_STATE_NOT_ASKED: _ClassVar[ConsentState]
    CONSENT_STATE_GIVEN: _ClassVar[ConsentState]
    CONSENT_STATE_REFUSED: _ClassVar[ConsentState]
    CONSENT_STATE_WITHDRAWN: _ClassVar[ConsentState]
    CONSENT_STATE_EXPIRED: _ClassVar[ConsentState]
    CONSENT_STATE_REAFFIRM_REQUIRED: _ClassVar[ConsentState]
CONSENT_STATE_UNSPECIFIED: ConsentState
CONSENT_STATE_NOT_ASKED: ConsentState
CONSENT_STATE_GIVEN: ConsentState
CONSENT_STATE_REFUSED: ConsentState
CONSENT_STATE_WITHDRAWN: ConsentState
CONSENT_STATE_EXPIRED: ConsentState
CONSENT_STATE_REAFFIRM_REQUIRED: ConsentState

class GiveConsentRequest(_message.Message):
    __slots__ = ("member_id", "purposes", "notice_id", "notice_digest", "affirmative_act", "preselected", "recipient_id", "language", "channel", "app_version", "screen_digest", "idempotency_key", "signed_document")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    NOTICE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    AFFIRMATIVE_ACT_FIELD_NUMBER: _ClassVar[int]
    PRESELECTED_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    APP_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCREEN_DIGEST_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    SIGNED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    purposes: _containers.RepeatedScalarFieldContainer[str]
    notice_id: str
    notice_digest: str
    affirmative_act: bool
    preselected: bool
    recipient_id: str
    language: str
    channel: str
    app_version: str
    screen_digest: str
    idempotency_key: str
    signed_document: SignedDocument
    def __init__(self, member_id: _Optional[str] = ..., purposes: _Optional[_Iterable[str]] = ..., notice_id: _Optional[str] = ..., notice_digest: _Optional[str] = ..., affirmative_act: _Optional[bool] = ..., preselected: _Optional[bool] = ..., recipient_id: _Optional[str] = ..., language: _Optional[str] = ..., channel: _Optional[str] = ..., app_version: _Optional[str] = ..., screen_digest: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., signed_document: _Optional[_Union[SignedDocument, _Mapping]] = ...) -> None: ...

class SignedDocument(_message.Message):
    __slots__ = ("digest", "media_type", "reference")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    digest: str
    media_type: str
    reference: str
    def __init__(self, digest: _Optional[str] = ..., media_type: _Optional[str] = ..., reference: _Optional[str] = ...) -> None: ...

class GiveConsentResponse(_message.Message):
    __slots__ = ("consents", "epoch", "replayed")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    epoch: int
    replayed: bool
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., epoch: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class WithdrawConsentRequest(_message.Message):
    __slots__ = ("member_id", "purposes", "recipient_id", "channel", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    purposes: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    channel: str
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., purposes: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ..., channel: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class WithdrawConsentResponse(_message.Message):
    __slots__ = ("consents", "epoch", "replayed")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    epoch: int
    replayed: bool
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., epoch: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RefuseConsentRequest(_message.Message):
    __slots__ = ("member_id", "purposes", "recipient_id", "channel", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    purposes: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    channel: str
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., purposes: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ..., channel: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RefuseConsentResponse(_message.Message):
    __slots__ = ("consents", "epoch", "replayed")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    epoch: int
    replayed: bool
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., epoch: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class Consent(_message.Message):
    __slots__ = ("purpose", "purpose_version", "recipient_id", "state", "record_id", "decided_at", "valid_until", "necessity", "form", "lawful_basis", "name", "ask_again_at", "in_use", "categories", "storage_locations", "retention")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_VERSION_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NECESSITY_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    LAWFUL_BASIS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ASK_AGAIN_AT_FIELD_NUMBER: _ClassVar[int]
    IN_USE_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    STORAGE_LOCATIONS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    purpose: str
    purpose_version: int
    recipient_id: str
    state: ConsentState
    record_id: str
    decided_at: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    necessity: _purposes_pb2.Necessity
    form: _purposes_pb2.ConsentForm
    lawful_basis: _purposes_pb2.LawfulBasis
    name: _kit_pb2.LocalizedText
    ask_again_at: _timestamp_pb2.Timestamp
    in_use: bool
    categories: _containers.RepeatedScalarFieldContainer[str]
    storage_locations: _containers.RepeatedScalarFieldContainer[str]
    retention: str
    def __init__(self, purpose: _Optional[str] = ..., purpose_version: _Optional[int] = ..., recipient_id: _Optional[str] = ..., state: _Optional[_Union[ConsentState, str]] = ..., record_id: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., necessity: _Optional[_Union[_purposes_pb2.Necessity, str]] = ..., form: _Optional[_Union[_purposes_pb2.ConsentForm, str]] = ..., lawful_basis: _Optional[_Union[_purposes_pb2.LawfulBasis, str]] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., ask_again_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., in_use: _Optional[bool] = ..., categories: _Optional[_Iterable[str]] = ..., storage_locations: _Optional[_Iterable[str]] = ..., retention: _Optional[str] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("member_id", "purpose", "purpose_version", "categories", "recipient_id", "min_epoch")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_EPOCH_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    purpose: str
    purpose_version: int
    categories: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    min_epoch: int
    def __init__(self, member_id: _Optional[str] = ..., purpose: _Optional[str] = ..., purpose_version: _Optional[int] = ..., categories: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ..., min_epoch: _Optional[int] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("allow", "reason", "article", "record_id", "epoch", "valid_until", "lawful_basis", "non_personalised")
    ALLOW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    LAWFUL_BASIS_FIELD_NUMBER: _ClassVar[int]
    NON_PERSONALISED_FIELD_NUMBER: _ClassVar[int]
    allow: bool
    reason: str
    article: str
    record_id: str
    epoch: int
    valid_until: _timestamp_pb2.Timestamp
    lawful_basis: _purposes_pb2.LawfulBasis
    non_personalised: bool
    def __init__(self, allow: _Optional[bool] = ..., reason: _Optional[str] = ..., article: _Optional[str] = ..., record_id: _Optional[str] = ..., epoch: _Optional[int] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lawful_basis: _Optional[_Union[_purposes_pb2.LawfulBasis, str]] = ..., non_personalised: _Optional[bool] = ...) -> None: ...

class CheckManyRequest(_message.Message):
    __slots__ = ("member_ids", "purpose", "categories", "recipient_id", "may_be_kept")
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    MAY_BE_KEPT_FIELD_NUMBER: _ClassVar[int]
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    purpose: str
    categories: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    may_be_kept: bool
    def __init__(self, member_ids: _Optional[_Iterable[str]] = ..., purpose: _Optional[str] = ..., categories: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ..., may_be_kept: _Optional[bool] = ...) -> None: ...

class CheckManyResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[CheckResponse]
    def __init__(self, answers: _Optional[_Iterable[_Union[CheckResponse, _Mapping]]] = ...) -> None: ...

class BatchGetConsentsRequest(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ...) -> None: ...

class BatchGetConsentsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ConsentsResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ConsentsResult, _Mapping]]] = ...) -> None: ...

class ConsentsResult(_message.Message):
    __slots__ = ("consents", "refusal")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    consents: MemberConsents
    refusal: _kit_pb2.Refusal
    def __init__(self, consents: _Optional[_Union[MemberConsents, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class MemberConsents(_message.Message):
    __slots__ = ("consents", "epoch")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    epoch: int
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., epoch: _Optional[int] = ...) -> None: ...

class VerifySignedDocumentRequest(_message.Message):
    __slots__ = ("record_id", "digest")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    digest: str
    def __init__(self, record_id: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class VerifySignedDocumentResponse(_message.Message):
    __slots__ = ("matches", "signed_document")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    SIGNED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    matches: bool
    signed_document: SignedDocument
    def __init__(self, matches: _Optional[bool] = ..., signed_document: _Optional[_Union[SignedDocument, _Mapping]] = ...) -> None: ...
