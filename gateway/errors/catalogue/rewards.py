"""Rewards: offering them, taking them, and what becomes of them."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "REWARD_ALREADY_FULFILLED",
        Kind.DECLINED,
        "The member has the reward already: it is not cancelled any more.",
        "Adjust the points instead, where something is owed.",
        "如需补偿，请改为调整积分。",
    ),
    Entry(
        "REWARD_COSTS_OTHERWISE",
        Kind.CONFLICT,
        "The reward costs the member something else than was shown.",
        "Show the price of now, and redeem under a new id.",
        "展示最新价格，并以新编号重新兑换。",
    ),
    Entry(
        "REWARD_DRAFT_GONE",
        Kind.CONFLICT,
        "The reward has no such draft: it was published, or drafted anew.",
        "Read the reward again, and draft or publish what is there.",
        "重新查看该奖品后再起草或发布。",
    ),
    Entry(
        "REWARD_EDITION_FIXED",
        Kind.CONFLICT,
        "Something that the first published edition fixed for good would be changed.",
        "Found another reward.",
        "另建一个奖品。",
    ),
    Entry(
        "REWARD_LIMIT_REACHED",
        Kind.DECLINED,
        "The member took the reward as often as may be.",
        "Wait for the next period, and redeem under a new id.",
        "待下一周期以新编号兑换。",
    ),
    Entry(
        "REWARD_NOT_FOR_TIER",
        Kind.DECLINED,
        "The reward is for members on other tiers.",
        "Offer the member another.",
        "推荐其他奖品。",
    ),
    Entry(
        "REWARD_NOT_LIMITED",
        Kind.CONFLICT,
        "There is no end of the reward, and so no stock to change.",
        "Publish a reward that is limited.",
        "发布限量的奖品。",
    ),
    Entry(
        "REWARD_NOT_OFFERED",
        Kind.DECLINED,
        "The reward was stopped, or its window is not open.",
        "Read the catalogue again.",
        "重新读取奖品目录。",
    ),
    Entry(
        "REWARD_REDEMPTION_DECIDED",
        Kind.CONFLICT,
        "The redemption was cancelled, or fulfilled by another code.",
        "Read the redemption again.",
        "重新查看该兑换。",
    ),
    Entry(
        "REWARD_SOLD_OUT",
        Kind.DECLINED,
        "Nothing is left of the reward.",
        "Offer another; once there is more, redeem under a new id.",
        "推荐其他奖品；补货后以新编号兑换。",
    ),
    Entry(
        "STOCK_BELOW_TAKEN",
        Kind.DECLINED,
        "The stock of a reward would be less than what members have taken.",
        "Take away at most what is left.",
        "最多减去剩余数量。",
    ),
    Entry(
        "TOO_MANY_REWARDS",
        Kind.DECLINED,
        "The programme offers as many rewards as it may.",
        "Stop another first.",
        "先停用其他奖品。",
    ),
    Entry(
        "UNKNOWN_REWARD",
        Kind.NOT_FOUND,
        "No reward of the programme that was ever published has this key.",
        "Read the catalogue again.",
        "重新读取奖品目录。",
    ),
    Entry(
        "UNKNOWN_REWARD_REDEMPTION",
        Kind.NOT_FOUND,
        "The member has no reward redemption with this id.",
        "Check the member and the id.",
        "核对会员与编号。",
    ),
)
