import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import earn_rules_pb2 as _earn_rules_pb2
from huiyuan.loyalty.v1 import orders_pb2 as _orders_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from huiyuan.loyalty.v1 import statements_pb2 as _statements_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CampaignState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMPAIGN_STATE_UNSPECIFIED: _ClassVar[CampaignState]
    CAMPAIGN_STATE_SCHEDULED: _ClassVar[CampaignState]
    CAMPAIGN_STATE_RUNNING: _ClassVar[CampaignState]
    CAMPAIGN_STATE_ENDED: _ClassVar[CampaignState]
    CAMPAIGN_STATE_STOPPED: _ClassVar[CampaignState]
CAMPAIGN_STATE_UNSPECIFIED: CampaignState
CAMPAIGN_STATE_SCHEDULED: CampaignState
CAMPAIGN_STATE_RUNNING: CampaignState
CAMPAIGN_STATE_ENDED: CampaignState
CAMPAIGN_STATE_STOPPED: CampaignState

class EarnRules(_message.Message):
    __slots__ = ("programme_id", "version", "draft_id", "rules")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    draft_id: str
    rules: EarnRuleList
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ..., draft_id: _Optional[str] = ..., rules: _Optional[_Union[EarnRuleList, _Mapping]] = ...) -> None: ...

class EarnRuleList(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[_earn_rules_pb2.EarnRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[_earn_rules_pb2.EarnRule, _Mapping]]] = ...) -> None: ...

class TryEarnRulesRequest(_message.Message):
    __slots__ = ("rules", "source", "channel", "total", "lines", "paid_at", "member_id", "facts")
    RULES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    rules: EarnRules
    source: str
    channel: str
    total: _kit_pb2.Money
    lines: _containers.RepeatedCompositeFieldContainer[_orders_pb2.OrderLine]
    paid_at: _timestamp_pb2.Timestamp
    member_id: str
    facts: MemberFacts
    def __init__(self, rules: _Optional[_Union[EarnRules, _Mapping]] = ..., source: _Optional[str] = ..., channel: _Optional[str] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[_orders_pb2.OrderLine, _Mapping]]] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., member_id: _Optional[str] = ..., facts: _Optional[_Union[MemberFacts, _Mapping]] = ...) -> None: ...

class MemberFacts(_message.Message):
    __slots__ = ("tier", "orders", "spend_minor", "days_since_order", "birthday_month")
    TIER_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    SPEND_MINOR_FIELD_NUMBER: _ClassVar[int]
    DAYS_SINCE_ORDER_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_MONTH_FIELD_NUMBER: _ClassVar[int]
    tier: str
    orders: int
    spend_minor: int
    days_since_order: int
    birthday_month: bool
    def __init__(self, tier: _Optional[str] = ..., orders: _Optional[int] = ..., spend_minor: _Optional[int] = ..., days_since_order: _Optional[int] = ..., birthday_month: _Optional[bool] = ...) -> None: ...

class TryEarnRulesResponse(_message.Message):
    __slots__ = ("verdicts", "earned", "lines", "coupon_templates", "facts")
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    verdicts: _containers.RepeatedCompositeFieldContainer[_statements_pb2.RuleVerdict]
    earned: _containers.RepeatedCompositeFieldContainer[_orders_pb2.EarnedPoints]
    lines: _containers.RepeatedCompositeFieldContainer[TestedLine]
    coupon_templates: _containers.RepeatedScalarFieldContainer[str]
    facts: MemberFacts
    def __init__(self, verdicts: _Optional[_Iterable[_Union[_statements_pb2.RuleVerdict, _Mapping]]] = ..., earned: _Optional[_Iterable[_Union[_orders_pb2.EarnedPoints, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[TestedLine, _Mapping]]] = ..., coupon_templates: _Optional[_Iterable[str]] = ..., facts: _Optional[_Union[MemberFacts, _Mapping]] = ...) -> None: ...

class TestedLine(_message.Message):
    __slots__ = ("line_id", "earned")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    earned: _containers.RepeatedCompositeFieldContainer[_orders_pb2.EarnedPoints]
    def __init__(self, line_id: _Optional[str] = ..., earned: _Optional[_Iterable[_Union[_orders_pb2.EarnedPoints, _Mapping]]] = ...) -> None: ...

class PreviewEarnRulesRequest(_message.Message):
    __slots__ = ("rules", "days", "continue_from")
    RULES_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_FROM_FIELD_NUMBER: _ClassVar[int]
    rules: EarnRules
    days: int
    continue_from: str
    def __init__(self, rules: _Optional[_Union[EarnRules, _Mapping]] = ..., days: _Optional[int] = ..., continue_from: _Optional[str] = ...) -> None: ...

class PreviewEarnRulesResponse(_message.Message):
    __slots__ = ("done", "continue_from", "orders_seen", "orders_in_all", "orders_changed", "currencies", "rules")
    DONE_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_FROM_FIELD_NUMBER: _ClassVar[int]
    ORDERS_SEEN_FIELD_NUMBER: _ClassVar[int]
    ORDERS_IN_ALL_FIELD_NUMBER: _ClassVar[int]
    ORDERS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    done: bool
    continue_from: str
    orders_seen: int
    orders_in_all: int
    orders_changed: int
    currencies: _containers.RepeatedCompositeFieldContainer[PreviewedCurrency]
    rules: _containers.RepeatedCompositeFieldContainer[PreviewedRule]
    def __init__(self, done: _Optional[bool] = ..., continue_from: _Optional[str] = ..., orders_seen: _Optional[int] = ..., orders_in_all: _Optional[int] = ..., orders_changed: _Optional[int] = ..., currencies: _Optional[_Iterable[_Union[PreviewedCurrency, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[PreviewedRule, _Mapping]]] = ...) -> None: ...

class PreviewedCurrency(_message.Message):
    __slots__ = ("currency", "earned", "would_have_earned")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    WOULD_HAVE_EARNED_FIELD_NUMBER: _ClassVar[int]
    currency: str
    earned: int
    would_have_earned: int
    def __init__(self, currency: _Optional[str] = ..., earned: _Optional[int] = ..., would_have_earned: _Optional[int] = ...) -> None: ...

class PreviewedRule(_message.Message):
    __slots__ = ("key", "currency", "orders", "given", "budget_spent")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    BUDGET_SPENT_FIELD_NUMBER: _ClassVar[int]
    key: str
    currency: str
    orders: int
    given: int
    budget_spent: bool
    def __init__(self, key: _Optional[str] = ..., currency: _Optional[str] = ..., orders: _Optional[int] = ..., given: _Optional[int] = ..., budget_spent: _Optional[bool] = ...) -> None: ...

class ListCampaignsRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListCampaignsResponse(_message.Message):
    __slots__ = ("campaigns",)
    CAMPAIGNS_FIELD_NUMBER: _ClassVar[int]
    campaigns: _containers.RepeatedCompositeFieldContainer[Campaign]
    def __init__(self, campaigns: _Optional[_Iterable[_Union[Campaign, _Mapping]]] = ...) -> None: ...

class Campaign(_message.Message):
    __slots__ = ("rule", "state", "first_version", "last_version", "budget_spent")
    RULE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_VERSION_FIELD_NUMBER: _ClassVar[int]
    LAST_VERSION_FIELD_NUMBER: _ClassVar[int]
    BUDGET_SPENT_FIELD_NUMBER: _ClassVar[int]
    rule: _earn_rules_pb2.EarnRule
    state: CampaignState
    first_version: int
    last_version: int
    budget_spent: int
    def __init__(self, rule: _Optional[_Union[_earn_rules_pb2.EarnRule, _Mapping]] = ..., state: _Optional[_Union[CampaignState, str]] = ..., first_version: _Optional[int] = ..., last_version: _Optional[int] = ..., budget_spent: _Optional[int] = ...) -> None: ...

class StopEarnRuleRequest(_message.Message):
    __slots__ = ("programme_id", "key", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StopEarnRuleResponse(_message.Message):
    __slots__ = ("version", "replayed", "rule", "changes")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    version: int
    replayed: bool
    rule: _earn_rules_pb2.EarnRule
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, version: _Optional[int] = ..., replayed: _Optional[bool] = ..., rule: _Optional[_Union[_earn_rules_pb2.EarnRule, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...
