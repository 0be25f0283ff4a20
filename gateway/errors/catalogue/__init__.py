"""The catalogue: every code that may be answered, what it means and what to do, in English and Chinese."""

from collections.abc import Mapping

from gateway.errors.catalogue import (
    benefits,
    campaigns,
    consents,
    coupons,
    drafts,
    families,
    household,
    identities,
    members,
    memberships,
    missions,
    orders,
    packages,
    points,
    preferences,
    programmes,
    referrals,
    requests,
    rewards,
    rights,
    rotations,
    statuses,
    webhooks,
)
from gateway.errors.catalogue.entries import Entry

CHAPTERS: Mapping[tuple[str, str], tuple[Entry, ...]] = {
    ("Requests, callers and faults", "请求、身份与故障"): requests.ENTRIES,
    ("Points", "积分"): points.ENTRIES,
    ("Orders", "订单"): orders.ENTRIES,
    ("Rewards", "积分兑换"): rewards.ENTRIES,
    ("Referrals", "邀请有礼"): referrals.ENTRIES,
    ("Coupons", "优惠券"): coupons.ENTRIES,
    ("Benefits", "权益"): benefits.ENTRIES,
    ("Memberships", "付费会员"): memberships.ENTRIES,
    ("Programmes and periods", "计划与期间"): programmes.ENTRIES,
    ("Campaigns", "营销活动"): campaigns.ENTRIES,
    ("Activities, missions and grants", "行为、任务与发放"): missions.ENTRIES,
    ("Drafts and previews", "草稿与预览"): drafts.ENTRIES,
    ("Members", "会员"): members.ENTRIES,
    ("Frozen, closed and erased members", "冻结、注销与删除"): statuses.ENTRIES,
    ("Packages and exports", "个人数据包与导出"): packages.ENTRIES,
    ("Identities, codes and merges", "身份标识、验证码与合并"): identities.ENTRIES,
    ("Addresses, tags, notes and searches", "地址、标签、备注与查找"): household.ENTRIES,
    ("Rotations of keys", "密钥轮换"): rotations.ENTRIES,
    ("Consents", "同意"): consents.ENTRIES,
    ("Rights requests", "个人信息权利请求"): rights.ENTRIES,
    ("Preferences and sending", "偏好与发送"): preferences.ENTRIES,
    ("Webhooks", "Webhook"): webhooks.ENTRIES,
    ("Codes that are newer than the gateway", "网关尚不认识的代码"): families.ENTRIES,
}
"""By what the entries are about, in both languages."""

BY_CODE: Mapping[str, Entry] = {entry.code: entry for entries in CHAPTERS.values() for entry in entries}
