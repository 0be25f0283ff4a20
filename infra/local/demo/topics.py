"""What the demo writes to its members about, and the rules that this keeps to."""

from google.protobuf.duration_pb2 import Duration
from huiyuan.consent.v1 import topics_pb2
from huiyuan.kit.v1.kit_pb2 import LocalizedText

SMS, EMAIL, WECHAT = (
    topics_pb2.MESSAGE_CHANNEL_SMS,
    topics_pb2.MESSAGE_CHANNEL_EMAIL,
    topics_pb2.MESSAGE_CHANNEL_WECHAT,
)

TOPICS = (
    topics_pb2.Topic(
        key="new_products",
        name=LocalizedText(zh="新品与优惠", en="New products and offers"),
        description=LocalizedText(zh="新茶上市与会员优惠。", en="New teas, and offers for members."),
        channels=[
            topics_pb2.TopicChannel(channel=SMS, purpose="marketing_sms"),
            topics_pb2.TopicChannel(channel=EMAIL, purpose="marketing_email"),
        ],
        may_be_switched_off=True,
        keeps_quiet_hours=True,
        keeps_caps=True,
    ),
    topics_pb2.Topic(
        key="points_expiring",
        name=LocalizedText(zh="积分到期提醒", en="Points about to expire"),
        description=LocalizedText(zh="积分到期之前的提醒。", en="A word before points expire."),
        channels=[
            topics_pb2.TopicChannel(channel=channel, purpose="membership_service")
            for channel in (SMS, EMAIL, WECHAT)
        ],
        may_be_switched_off=True,
        keeps_quiet_hours=True,
    ),
    topics_pb2.Topic(
        key="security",
        name=LocalizedText(zh="账户安全", en="Your account's safety"),
        description=LocalizedText(zh="验证码与安全通知。", en="Codes to sign in, and warnings."),
        channels=[topics_pb2.TopicChannel(channel=SMS, purpose="membership_service")],
    ),
)

RULES = topics_pb2.SendingRules(
    default_quiet_hours=topics_pb2.QuietHours(
        start_minute=21 * 60, end_minute=9 * 60, time_zone="Asia/Shanghai"
    ),
    caps=[topics_pb2.FrequencyCap(channel=SMS, period=Duration(seconds=86_400), most=1)],
)
