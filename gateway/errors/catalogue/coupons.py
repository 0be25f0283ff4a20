"""Coupons: templates, issuing, claiming, and what orders do with them."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "BASKET_NOT_WELL_FORMED",
        Kind.INVALID,
        "The basket's lines contradict themselves, or are in another money than the programme's.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "CLAIM_CODE_TAKEN",
        Kind.CONFLICT,
        "Another coupon template of the programme is claimed by this code.",
        "Choose another code, or stop using it there by a further edition.",
        "更换领取码，或在另一模板的新版本中停用。",
    ),
    Entry(
        "COUPONS_DO_NOT_STACK",
        Kind.DECLINED,
        "An order takes one coupon of each stacking group.",
        "Leave one of them out; `quote` says which go best together.",
        "去掉其中一张；quote 会给出最优组合。",
    ),
    Entry(
        "COUPONS_NOT_ISSUED",
        Kind.DECLINED,
        "The template issues no coupons: it is a draft, was stopped, its days are over, or members do not take them so.",
        "Publish an edition that is good, or take the coupon as the template says.",
        "发布有效的版本，或按模板规定的方式领取。",
    ),
    Entry(
        "COUPONS_NOT_NAMED",
        Kind.INVALID,
        "The coupons are not named as they must be: none, too many, or one twice.",
        "Name each once, as many as the message says.",
        "每张券只列一次，数量按提示。",
    ),
    Entry(
        "COUPON_BUDGET_SPENT",
        Kind.DECLINED,
        "The template's budget has no room for a further coupon.",
        "Publish an edition with a larger budget.",
        "发布预算更大的版本。",
    ),
    Entry(
        "COUPON_CODE_WRONG",
        Kind.INVALID,
        "The code was mistyped: it has 16 letters and digits, the last of which checks the others.",
        "Check it against the coupon.",
        "对照券面核对。",
    ),
    Entry(
        "COUPON_DRAFT_MISSING",
        Kind.CONFLICT,
        "The template has no draft that differs from what is published.",
        "Save a draft first.",
        "先保存草稿。",
    ),
    Entry(
        "COUPON_HELD",
        Kind.CONFLICT,
        "Another order holds the coupon until its time is up; orderRef says which.",
        "Release it there, or wait.",
        "在该订单中释放，或等待其超时。",
    ),
    Entry(
        "COUPON_LIMIT_REACHED",
        Kind.DECLINED,
        "The member has had as many coupons of the template as one may.",
        "Nothing: the limit is the template's.",
        "无需处理：这是模板的限领数量。",
    ),
    Entry(
        "COUPON_NOT_APPLICABLE",
        Kind.DECLINED,
        "The basket does not take the coupon; reason says why.",
        "Change the basket, or choose another; `quote` says which apply.",
        "调整购物车或换一张；quote 会列出可用的券。",
    ),
    Entry(
        "COUPON_NOT_OPEN",
        Kind.DECLINED,
        "The coupon expired, was revoked, or is not held by this order any more.",
        "Choose another, or send the basket by which it is judged anew.",
        "换一张，或附上购物车重新核算。",
    ),
    Entry(
        "COUPON_TEMPLATE_CHANGED",
        Kind.CONFLICT,
        "Somebody else changed the coupon template meanwhile.",
        "Look at the newest revision, and base the change on it.",
        "查看最新修订后再修改。",
    ),
    Entry(
        "COUPON_USED",
        Kind.CONFLICT,
        "The coupon was used; orderRef says on which order.",
        "Choose another.",
        "请换一张。",
    ),
    Entry(
        "UNKNOWN_COUPON",
        Kind.NOT_FOUND,
        "The member has no coupon with this id, or no coupon has this code.",
        "Check the id or the code.",
        "核对编号或券码。",
    ),
    Entry(
        "UNKNOWN_COUPON_TEMPLATE",
        Kind.NOT_FOUND,
        "The programme has no coupon template with this key or code.",
        "Check the key or the code.",
        "核对模板键或领取码。",
    ),
)
