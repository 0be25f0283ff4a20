"""The codes of expected refusals: one enum for all payloads, and what each is called in Chinese."""

from enum import StrEnum

import strawberry

from services.kit.refusal import Kind, Refusal


@strawberry.enum(description="Why a request was turned down. Later versions may add codes.")
class UserErrorCode(StrEnum):
    # A refusal whose code is newer than this gateway is told as its family.
    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    DECLINED = "DECLINED"

    ACT_MALFORMED = "ACT_MALFORMED"
    ADDRESS_NOT_VALID = "ADDRESS_NOT_VALID"
    ADJUSTMENT_DECIDED = "ADJUSTMENT_DECIDED"
    ADJUSTMENT_NOT_UNDERSTOOD = "ADJUSTMENT_NOT_UNDERSTOOD"
    ANALYSIS_NOT_READY = "ANALYSIS_NOT_READY"
    ANALYSIS_NOT_VALID = "ANALYSIS_NOT_VALID"
    BIRTH_DATE_NOT_VALID = "BIRTH_DATE_NOT_VALID"
    CAPS_NOT_VALID = "CAPS_NOT_VALID"
    CAPTURE_EXCEEDS_HOLD = "CAPTURE_EXCEEDS_HOLD"
    CHOICE_MISSING = "CHOICE_MISSING"
    CODE_WRONG = "CODE_WRONG"
    COMMUNICATION_NOT_VALID = "COMMUNICATION_NOT_VALID"
    CONSENT_MISSING = "CONSENT_MISSING"
    CONSENT_NOT_ASKED = "CONSENT_NOT_ASKED"
    CURRENCY_NOT_ACCEPTED = "CURRENCY_NOT_ACCEPTED"
    DATE_NOT_UNDERSTOOD = "DATE_NOT_UNDERSTOOD"
    DESCRIPTION_NOT_VALID = "DESCRIPTION_NOT_VALID"
    DOCUMENT_BUILT_IN = "DOCUMENT_BUILT_IN"
    DOCUMENT_NOT_VALID = "DOCUMENT_NOT_VALID"
    EFFECTIVE_IN_THE_PAST = "EFFECTIVE_IN_THE_PAST"
    GENDER_NOT_VALID = "GENDER_NOT_VALID"
    HOLDS_OPEN = "HOLDS_OPEN"
    HOLD_NOT_OPEN = "HOLD_NOT_OPEN"
    HOLD_NOT_WELL_FORMED = "HOLD_NOT_WELL_FORMED"
    IDEMPOTENCY_KEY_NOT_VALID = "IDEMPOTENCY_KEY_NOT_VALID"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IDENTITY_ALREADY_TAKEN = "IDENTITY_ALREADY_TAKEN"
    IDENTITY_DOCUMENT_NOT_VALID = "IDENTITY_DOCUMENT_NOT_VALID"
    IDENTITY_NOT_VALID = "IDENTITY_NOT_VALID"
    LANGUAGE_NOT_VALID = "LANGUAGE_NOT_VALID"
    LAST_VERIFIED_IDENTITY = "LAST_VERIFIED_IDENTITY"
    MALFORMED_ID = "MALFORMED_ID"
    MALFORMED_INSTANT = "MALFORMED_INSTANT"
    MEMBER_ALREADY_MERGED = "MEMBER_ALREADY_MERGED"
    MEMBER_CLOSED = "MEMBER_CLOSED"
    MEMBER_ERASED = "MEMBER_ERASED"
    MEMBER_FROZEN = "MEMBER_FROZEN"
    MEMBER_NOT_ACTIVE = "MEMBER_NOT_ACTIVE"
    MERGE_ALREADY_RECORDED = "MERGE_ALREADY_RECORDED"
    MERGE_INTO_ITSELF = "MERGE_INTO_ITSELF"
    MERGE_NOT_PROVEN = "MERGE_NOT_PROVEN"
    NAME_NOT_VALID = "NAME_NOT_VALID"
    NOTE_HOLDS_PERSONAL_DATA = "NOTE_HOLDS_PERSONAL_DATA"
    NOTE_NOT_VALID = "NOTE_NOT_VALID"
    NOTHING_TO_FORFEIT = "NOTHING_TO_FORFEIT"
    NOTICE_DOES_NOT_TELL = "NOTICE_DOES_NOT_TELL"
    NOTICE_NOT_SERVED = "NOTICE_NOT_SERVED"
    NOTICE_OUTDATED = "NOTICE_OUTDATED"
    NOT_AFFIRMATIVE = "NOT_AFFIRMATIVE"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    NOT_SPENDABLE = "NOT_SPENDABLE"
    NOT_TRANSFERABLE = "NOT_TRANSFERABLE"
    NOT_VERIFIABLE_BY_CODE = "NOT_VERIFIABLE_BY_CODE"
    NO_IDENTITY_DOCUMENT = "NO_IDENTITY_DOCUMENT"
    OLD_KEYS_NEEDED = "OLD_KEYS_NEEDED"
    PACKAGE_NOT_READY = "PACKAGE_NOT_READY"
    PERIOD_NOT_UNDERSTOOD = "PERIOD_NOT_UNDERSTOOD"
    POINTS_BEYOND_MEASURE = "POINTS_BEYOND_MEASURE"
    POINTS_DO_NOT_CONVERT = "POINTS_DO_NOT_CONVERT"
    POINTS_OUT_OF_RANGE = "POINTS_OUT_OF_RANGE"
    PREFERENCE_NOT_VALID = "PREFERENCE_NOT_VALID"
    PRESELECTED_BOX = "PRESELECTED_BOX"
    PROFILE_TOO_LARGE = "PROFILE_TOO_LARGE"
    PROGRAMME_ALREADY_THERE = "PROGRAMME_ALREADY_THERE"
    PROGRAMME_NOT_IN_FORCE = "PROGRAMME_NOT_IN_FORCE"
    PROGRAMME_NOT_WELL_FORMED = "PROGRAMME_NOT_WELL_FORMED"
    PURPOSE_NOT_SENSITIVE = "PURPOSE_NOT_SENSITIVE"
    QUIET_HOURS_NOT_VALID = "QUIET_HOURS_NOT_VALID"
    REASON_CODE_NOT_VALID = "REASON_CODE_NOT_VALID"
    REASON_HOLDS_PERSONAL_DATA = "REASON_HOLDS_PERSONAL_DATA"
    REASON_MISSING = "REASON_MISSING"
    REASON_NOT_VALID = "REASON_NOT_VALID"
    RECEIVER_MERGED = "RECEIVER_MERGED"
    RECIPIENT_NOT_LISTED = "RECIPIENT_NOT_LISTED"
    REVERSAL_ALREADY_RECORDED = "REVERSAL_ALREADY_RECORDED"
    REVERSAL_EXCEEDS_REDEMPTION = "REVERSAL_EXCEEDS_REDEMPTION"
    REVISED_MEANWHILE = "REVISED_MEANWHILE"
    ROTATION_NOT_VALID = "ROTATION_NOT_VALID"
    ROTATION_RUNNING = "ROTATION_RUNNING"
    SECOND_PERSON_NEEDED = "SECOND_PERSON_NEEDED"
    SEPARATE_CONSENT_NEEDED = "SEPARATE_CONSENT_NEEDED"
    SIGNED_DOCUMENT_NEEDED = "SIGNED_DOCUMENT_NEEDED"
    STATUS_NOT_CHANGEABLE = "STATUS_NOT_CHANGEABLE"
    SUPPRESSION_NOT_VALID = "SUPPRESSION_NOT_VALID"
    SURVIVOR_MERGED = "SURVIVOR_MERGED"
    TAG_NOT_VALID = "TAG_NOT_VALID"
    TIME_ZONE_NOT_VALID = "TIME_ZONE_NOT_VALID"
    TOO_MANY_ADDRESSES = "TOO_MANY_ADDRESSES"
    TOO_MANY_CODES = "TOO_MANY_CODES"
    TOO_MANY_HOLDS = "TOO_MANY_HOLDS"
    TOO_MANY_LINKS = "TOO_MANY_LINKS"
    TOO_MANY_TAGS = "TOO_MANY_TAGS"
    TOO_MANY_WEBHOOKS = "TOO_MANY_WEBHOOKS"
    TOPIC_NOT_OFFERED = "TOPIC_NOT_OFFERED"
    TOPIC_NOT_PUBLISHABLE = "TOPIC_NOT_PUBLISHABLE"
    TOPIC_NOT_SWITCHABLE = "TOPIC_NOT_SWITCHABLE"
    TRANSFER_ABOVE_LIMIT = "TRANSFER_ABOVE_LIMIT"
    TRANSFER_TO_ONESELF = "TRANSFER_TO_ONESELF"
    TRIGGER_NOT_VALID = "TRIGGER_NOT_VALID"
    UNKNOWN_ADDRESS = "UNKNOWN_ADDRESS"
    UNKNOWN_ADJUSTMENT_REQUEST = "UNKNOWN_ADJUSTMENT_REQUEST"
    UNKNOWN_ANALYSIS = "UNKNOWN_ANALYSIS"
    UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"
    UNKNOWN_ERASURE = "UNKNOWN_ERASURE"
    UNKNOWN_EVENT_TYPE = "UNKNOWN_EVENT_TYPE"
    UNKNOWN_HOLD = "UNKNOWN_HOLD"
    UNKNOWN_IDENTITY = "UNKNOWN_IDENTITY"
    UNKNOWN_MEMBER = "UNKNOWN_MEMBER"
    UNKNOWN_MERGE = "UNKNOWN_MERGE"
    UNKNOWN_PACKAGE = "UNKNOWN_PACKAGE"
    UNKNOWN_PROGRAMME = "UNKNOWN_PROGRAMME"
    UNKNOWN_PURPOSE = "UNKNOWN_PURPOSE"
    UNKNOWN_REDEMPTION = "UNKNOWN_REDEMPTION"
    UNKNOWN_ROTATION = "UNKNOWN_ROTATION"
    UNKNOWN_TAG = "UNKNOWN_TAG"
    UNKNOWN_TOPIC = "UNKNOWN_TOPIC"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    UNKNOWN_WEBHOOK_DELIVERY = "UNKNOWN_WEBHOOK_DELIVERY"
    UNKNOWN_WEBHOOK_ENDPOINT = "UNKNOWN_WEBHOOK_ENDPOINT"
    UNKNOWN_WEBHOOK_SOURCE = "UNKNOWN_WEBHOOK_SOURCE"
    UNMASK_NOT_VALID = "UNMASK_NOT_VALID"
    UNMASK_QUOTA_EXHAUSTED = "UNMASK_QUOTA_EXHAUSTED"
    UNREADABLE = "UNREADABLE"
    VERIFICATION_NOT_OPEN = "VERIFICATION_NOT_OPEN"
    WEBHOOK_ENDPOINT_DISABLED = "WEBHOOK_ENDPOINT_DISABLED"
    WEBHOOK_SOURCE_NOT_VALID = "WEBHOOK_SOURCE_NOT_VALID"
    WEBHOOK_SOURCE_TAKEN = "WEBHOOK_SOURCE_TAKEN"
    WEBHOOK_URL_REFUSED = "WEBHOOK_URL_REFUSED"
    WITHDRAWN_SINCE = "WITHDRAWN_SINCE"

    @classmethod
    def of(cls, refusal: Refusal) -> "UserErrorCode":
        """The refusal's own code, or its family's where the code is newer than this gateway."""
        return _BY_NAME.get(refusal.code) or _FAMILIES[refusal.kind]


_BY_NAME = dict(UserErrorCode.__members__)

_FAMILIES = {
    Kind.INVALID: UserErrorCode.INVALID,
    Kind.FORBIDDEN: UserErrorCode.FORBIDDEN,
    Kind.NOT_FOUND: UserErrorCode.NOT_FOUND,
    Kind.CONFLICT: UserErrorCode.CONFLICT,
    Kind.DECLINED: UserErrorCode.DECLINED,
}

IN_CHINESE = {
    UserErrorCode.ACT_MALFORMED: "同意或撤回的内容格式有误。",
    UserErrorCode.ADDRESS_NOT_VALID: "地址的某一部分缺失、过长或格式有误。",
    UserErrorCode.ADJUSTMENT_DECIDED: "该调整已被另行处理。",
    UserErrorCode.ADJUSTMENT_NOT_UNDERSTOOD: "调整积分需要原因代码和幂等键。",
    UserErrorCode.ANALYSIS_NOT_READY: "导出尚未完成、已失败或已销毁。",
    UserErrorCode.ANALYSIS_NOT_VALID: "k 须不小于 10，列须存在且不重复。",
    UserErrorCode.BIRTH_DATE_NOT_VALID: "生日不是有效日期。",
    UserErrorCode.CAPS_NOT_VALID: "频率上限无效。",
    UserErrorCode.CAPTURE_EXCEEDS_HOLD: "超过了冻结中剩余的积分。",
    UserErrorCode.CHOICE_MISSING: "有选项尚未选择。",
    UserErrorCode.CODE_WRONG: "验证码不正确。",
    UserErrorCode.COMMUNICATION_NOT_VALID: "沟通记录缺少渠道、模板、结果、时间或编号，或格式有误。",
    UserErrorCode.CONFLICT: "与已有记录冲突，请刷新后重试。",
    UserErrorCode.CONSENT_MISSING: "会员未同意将这些信息用于该目的。",
    UserErrorCode.CONSENT_NOT_ASKED: "该目的不以同意为依据，无需同意或撤回。",
    UserErrorCode.CURRENCY_NOT_ACCEPTED: "该计划不使用此货币。",
    UserErrorCode.DATE_NOT_UNDERSTOOD: "日期须写作 2026-12-31，或每年的 12-31。",
    UserErrorCode.DECLINED: "按规则不能执行此操作。",
    UserErrorCode.DESCRIPTION_NOT_VALID: "说明或名称过长，或不是一行可见字符。",
    UserErrorCode.DOCUMENT_BUILT_IN: "该文档随系统安装，不能停用。",
    UserErrorCode.DOCUMENT_NOT_VALID: "文档不能执行，请查看所指位置。",
    UserErrorCode.EFFECTIVE_IN_THE_PAST: "生效时间不能早于现在。",
    UserErrorCode.FORBIDDEN: "没有权限执行此操作。",
    UserErrorCode.GENDER_NOT_VALID: "性别不在可选范围内。",
    UserErrorCode.HOLDS_OPEN: "该会员还有未完成的冻结，请先核销或释放。",
    UserErrorCode.HOLD_NOT_OPEN: "该冻结已核销、已释放或已超时。",
    UserErrorCode.HOLD_NOT_WELL_FORMED: "冻结时长须在允许的范围内。",
    UserErrorCode.IDEMPOTENCY_KEY_NOT_VALID: "幂等键须为 1 到 100 个字符。",
    UserErrorCode.IDEMPOTENCY_KEY_REUSED: "同一幂等键已用于另一个请求。",
    UserErrorCode.IDENTITY_ALREADY_TAKEN: "该身份标识已属于另一位会员。",
    UserErrorCode.IDENTITY_DOCUMENT_NOT_VALID: "证件信息有误。",
    UserErrorCode.IDENTITY_NOT_VALID: "身份标识格式有误。",
    UserErrorCode.INVALID: "请求内容有误，请更正后重试。",
    UserErrorCode.LANGUAGE_NOT_VALID: "语言须为 BCP 47 标签，例如 zh-CN。",
    UserErrorCode.LAST_VERIFIED_IDENTITY: "这是最后一个已验证的身份标识，不能解绑。",
    UserErrorCode.MALFORMED_ID: "编号格式有误。",
    UserErrorCode.MALFORMED_INSTANT: "时间格式有误。",
    UserErrorCode.MEMBER_ALREADY_MERGED: "其中一位会员已被合并，请先撤销那次合并。",
    UserErrorCode.MEMBER_CLOSED: "该会员已注销，请重新注册。",
    UserErrorCode.MEMBER_ERASED: "该会员的个人信息已被删除。",
    UserErrorCode.MEMBER_FROZEN: "该会员已被冻结或正在注销，暂不能使用积分。",
    UserErrorCode.MEMBER_NOT_ACTIVE: "该会员正在注销或已注销，不能再修改。",
    UserErrorCode.MERGE_ALREADY_RECORDED: "同一合并编号已用于另一个请求。",
    UserErrorCode.MERGE_INTO_ITSELF: "会员不能与自己合并。",
    UserErrorCode.MERGE_NOT_PROVEN: "所验证的内容不足以证明两个会员是同一人。",
    UserErrorCode.NAME_NOT_VALID: "名称为空、过长或含有不允许的字符。",
    UserErrorCode.NOTE_HOLDS_PERSONAL_DATA: "备注中不能出现手机号、证件号或邮箱。",
    UserErrorCode.NOTE_NOT_VALID: "备注须为 1 到 480 个字符，更正须指同一会员的备注。",
    UserErrorCode.NOTHING_TO_FORFEIT: "该会员没有可作废的积分。",
    UserErrorCode.NOTICE_DOES_NOT_TELL: "该告知书未说明所选目的，或不是所用语言。",
    UserErrorCode.NOTICE_NOT_SERVED: "没有发布过这一版告知书。",
    UserErrorCode.NOTICE_OUTDATED: "告知书已更新，请重新阅读后再同意。",
    UserErrorCode.NOT_AFFIRMATIVE: "同意须由本人主动作出。",
    UserErrorCode.NOT_ALLOWED: "没有权限执行此操作。",
    UserErrorCode.NOT_ENOUGH_POINTS: "可用积分不足。",
    UserErrorCode.NOT_FOUND: "找不到所指的内容。",
    UserErrorCode.NOT_SPENDABLE: "该积分只用于定级，不能消费。",
    UserErrorCode.NOT_TRANSFERABLE: "该积分不可转赠。",
    UserErrorCode.NOT_VERIFIABLE_BY_CODE: "验证码只能发送到手机号或邮箱。",
    UserErrorCode.NO_IDENTITY_DOCUMENT: "该会员未登记证件。",
    UserErrorCode.OLD_KEYS_NEEDED: "尚未证明旧密钥不再使用，不能销毁。",
    UserErrorCode.PACKAGE_NOT_READY: "数据包仍在生成，或已销毁。",
    UserErrorCode.PERIOD_NOT_UNDERSTOOD: "期限须为 ISO 8601 时长，例如 P12M。",
    UserErrorCode.POINTS_BEYOND_MEASURE: "积分数超出账本能计的范围。",
    UserErrorCode.POINTS_DO_NOT_CONVERT: "抵扣订单的积分须达到起用数量，且为规定的整数倍。",
    UserErrorCode.POINTS_OUT_OF_RANGE: "积分数不能为 0，也不能超出范围。",
    UserErrorCode.PREFERENCE_NOT_VALID: "偏好设置的格式有误。",
    UserErrorCode.PRESELECTED_BOX: "不能预先勾选同意。",
    UserErrorCode.PROFILE_TOO_LARGE: "资料过大，请缩短或删除一个地址。",
    UserErrorCode.PROGRAMME_ALREADY_THERE: "同名计划已存在，且规则不同。",
    UserErrorCode.PROGRAMME_NOT_IN_FORCE: "该计划当时尚未生效。",
    UserErrorCode.PROGRAMME_NOT_WELL_FORMED: "计划规则有误，请查看所指字段。",
    UserErrorCode.PURPOSE_NOT_SENSITIVE: "该目的不足以使用敏感信息。",
    UserErrorCode.QUIET_HOURS_NOT_VALID: "免打扰时段或时区无效。",
    UserErrorCode.REASON_CODE_NOT_VALID: "原因代码须为 1 到 64 个大写字母、数字或下划线。",
    UserErrorCode.REASON_HOLDS_PERSONAL_DATA: "原因中不能含有电话、证件号或邮箱。",
    UserErrorCode.REASON_MISSING: "请填写原因（1 到 200 个字符）。",
    UserErrorCode.REASON_NOT_VALID: "请用一行、1 到 500 个字说明原因。",
    UserErrorCode.RECEIVER_MERGED: "接收方已并入另一会员，请改填那位会员。",
    UserErrorCode.RECIPIENT_NOT_LISTED: "该目的未列明此接收方。",
    UserErrorCode.REVERSAL_ALREADY_RECORDED: "同一撤销编号已用于另一个请求。",
    UserErrorCode.REVERSAL_EXCEEDS_REDEMPTION: "超过了该兑换可退回的积分。",
    UserErrorCode.REVISED_MEANWHILE: "期间已有新版本，请查看后重试。",
    UserErrorCode.ROTATION_NOT_VALID: "密钥轮换须写明可轮换的种类和原因。",
    UserErrorCode.ROTATION_RUNNING: "另一密钥轮换正在进行。",
    UserErrorCode.SECOND_PERSON_NEEDED: "自己提出的调整须由另一人审批。",
    UserErrorCode.SEPARATE_CONSENT_NEEDED: "该目的需要单独同意。",
    UserErrorCode.SIGNED_DOCUMENT_NEEDED: "该目的需要书面同意。",
    UserErrorCode.STATUS_NOT_CHANGEABLE: "该会员目前的状态不允许这一步。",
    UserErrorCode.SUPPRESSION_NOT_VALID: "禁发的渠道、原因或期限无效。",
    UserErrorCode.SURVIVOR_MERGED: "合并后的会员又已并入他人，请先撤销那次合并。",
    UserErrorCode.TAG_NOT_VALID: "标签的键或名称有误。",
    UserErrorCode.TIME_ZONE_NOT_VALID: "时区须为 IANA 名称，例如 Asia/Shanghai。",
    UserErrorCode.TOO_MANY_ADDRESSES: "地址数量已达上限，请先删除一个。",
    UserErrorCode.TOO_MANY_CODES: "获取验证码过于频繁，请稍后再试。",
    UserErrorCode.TOO_MANY_HOLDS: "未结的冻结过多，请先核销或释放。",
    UserErrorCode.TOO_MANY_LINKS: "绑定的身份标识过多，请先解绑一个。",
    UserErrorCode.TOO_MANY_TAGS: "标签数量已达上限。",
    UserErrorCode.TOO_MANY_WEBHOOKS: "Webhook 端点或来源已达上限，请先删除一个。",
    UserErrorCode.TOPIC_NOT_OFFERED: "该主题不通过此渠道发送。",
    UserErrorCode.TOPIC_NOT_PUBLISHABLE: "主题缺少发布所需的内容。",
    UserErrorCode.TOPIC_NOT_SWITCHABLE: "会员服务所需的通知不能关闭。",
    UserErrorCode.TRANSFER_ABOVE_LIMIT: "超过了单次可转赠的积分数。",
    UserErrorCode.TRANSFER_TO_ONESELF: "不能转赠给自己。",
    UserErrorCode.TRIGGER_NOT_VALID: "请选择会员申请、撤回同意或员工发起，其余由系统自行触发。",
    UserErrorCode.UNKNOWN_ADDRESS: "没有这个地址。",
    UserErrorCode.UNKNOWN_ADJUSTMENT_REQUEST: "没有这个调整申请。",
    UserErrorCode.UNKNOWN_ANALYSIS: "没有这个导出任务。",
    UserErrorCode.UNKNOWN_CURRENCY: "该计划没有此种积分。",
    UserErrorCode.UNKNOWN_DOCUMENT: "没有上传过这个文档。",
    UserErrorCode.UNKNOWN_ERASURE: "没有这项删除。",
    UserErrorCode.UNKNOWN_EVENT_TYPE: "没有这种事件类型，或一种也没有选。",
    UserErrorCode.UNKNOWN_HOLD: "没有这笔冻结。",
    UserErrorCode.UNKNOWN_IDENTITY: "该会员没有这个身份标识。",
    UserErrorCode.UNKNOWN_MEMBER: "没有这位会员。",
    UserErrorCode.UNKNOWN_MERGE: "没有这次合并。",
    UserErrorCode.UNKNOWN_PACKAGE: "没有这个数据包。",
    UserErrorCode.UNKNOWN_PROGRAMME: "没有这个计划。",
    UserErrorCode.UNKNOWN_PURPOSE: "没有这个处理目的。",
    UserErrorCode.UNKNOWN_REDEMPTION: "没有这笔兑换。",
    UserErrorCode.UNKNOWN_ROTATION: "没有这次密钥轮换。",
    UserErrorCode.UNKNOWN_TAG: "没有定义这个标签，或已停用。",
    UserErrorCode.UNKNOWN_TOPIC: "没有此主题。",
    UserErrorCode.UNKNOWN_VERSION: "没有这个版本。",
    UserErrorCode.UNKNOWN_WEBHOOK_DELIVERY: "日志中没有这次投递，或其端点已删除。",
    UserErrorCode.UNKNOWN_WEBHOOK_ENDPOINT: "没有这个 Webhook 端点。",
    UserErrorCode.UNKNOWN_WEBHOOK_SOURCE: "没有这个 Webhook 来源。",
    UserErrorCode.UNMASK_NOT_VALID: "查看明文需要字段、目的和原因。",
    UserErrorCode.UNMASK_QUOTA_EXHAUSTED: "今日查看明文的次数已用完。",
    UserErrorCode.UNREADABLE: "该记录无法解密。",
    UserErrorCode.VERIFICATION_NOT_OPEN: "验证码已失效，请重新获取。",
    UserErrorCode.WEBHOOK_ENDPOINT_DISABLED: "该 Webhook 端点已停用，请先启用。",
    UserErrorCode.WEBHOOK_SOURCE_NOT_VALID: "来源名称须为 1 到 40 个字符，且不含冒号。",
    UserErrorCode.WEBHOOK_SOURCE_TAKEN: "已有同名的 Webhook 来源。",
    UserErrorCode.WEBHOOK_URL_REFUSED: "Webhook 地址不被接受：须为公网上的 https 地址。",
    UserErrorCode.WITHDRAWN_SINCE: "该同意在此期间已被撤回。",
}
"""What people read whose language is Chinese; in English they read what the service said."""
