"""Reach of earn rules: who may select the fields of what is about them."""

from collections.abc import Mapping

from gateway.admin.permissions import EVERY_ROLE, PUBLISHERS, RULE_READERS, Roles

EARN_RULE_TYPES: Mapping[str, Roles] = {
    "Campaign": RULE_READERS,
    "EarnCap": EVERY_ROLE,
    "EarnRule": EVERY_ROLE,
    "EarnRulesPreview": RULE_READERS,
    "EarnSchedule": EVERY_ROLE,
    "Hours": EVERY_ROLE,
    "MemberFacts": RULE_READERS,
    "PreviewEarnRulesPayload": RULE_READERS,
    "PreviewedCurrency": RULE_READERS,
    "PreviewedRule": RULE_READERS,
    "RuleVerdict": RULE_READERS,
    "SampleLine": RULE_READERS,
    "SamplePoints": RULE_READERS,
    "StopEarnRulePayload": PUBLISHERS,
    "TestEarnRulePayload": RULE_READERS,
}
