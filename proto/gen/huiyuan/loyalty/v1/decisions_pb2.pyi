from huiyuan.loyalty.v1 import memberships_pb2 as _memberships_pb2
from huiyuan.loyalty.v1 import tiers_pb2 as _tiers_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExplainDecisionRequest(_message.Message):
    __slots__ = ("member_id", "programme_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ...) -> None: ...

class ExplainDecisionResponse(_message.Message):
    __slots__ = ("programme_version", "automated_refused", "decided", "non_personalised")
    PROGRAMME_VERSION_FIELD_NUMBER: _ClassVar[int]
    AUTOMATED_REFUSED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    NON_PERSONALISED_FIELD_NUMBER: _ClassVar[int]
    programme_version: int
    automated_refused: bool
    decided: Verdict
    non_personalised: Verdict
    def __init__(self, programme_version: _Optional[int] = ..., automated_refused: _Optional[bool] = ..., decided: _Optional[_Union[Verdict, _Mapping]] = ..., non_personalised: _Optional[_Union[Verdict, _Mapping]] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ("score", "parts", "reached", "offers")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    REACHED_FIELD_NUMBER: _ClassVar[int]
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    score: int
    parts: _containers.RepeatedCompositeFieldContainer[_tiers_pb2.ScorePartProgress]
    reached: _tiers_pb2.Tier
    offers: _containers.RepeatedCompositeFieldContainer[_memberships_pb2.MembershipOffer]
    def __init__(self, score: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[_tiers_pb2.ScorePartProgress, _Mapping]]] = ..., reached: _Optional[_Union[_tiers_pb2.Tier, _Mapping]] = ..., offers: _Optional[_Iterable[_Union[_memberships_pb2.MembershipOffer, _Mapping]]] = ...) -> None: ...
