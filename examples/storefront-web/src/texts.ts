/** Texts: all that the page itself says, in Chinese and in English. */
import { computed } from "@preact/signals";
import type { BenefitKind, EntryType } from "./gql/graphql";
import { language, locale } from "./session";

const zh = {
  title: "会员中心",
  welcome: (name: string | null) => (name ? `${name}，您好` : "您好"),
  otherLanguage: "English",
  signIn: "登录",
  signOut: "退出",
  signInHint: "请用会员令牌登录。开发环境下运行 huiyuan token member 取得。",
  token: "会员令牌",
  loading: "正在读取…",
  away: "暂时无法显示，请稍后再看。",
  live: "实时更新中",
  connecting: "正在连接…",
  waiting: "连接中断，正在重连…",
  points: "可用积分",
  pending: (points: string) => `待生效 ${points}`,
  held: (points: string) => `结算中 ${points}`,
  debt: (points: string) => `下次获得的积分将先抵还 ${points} 欠分`,
  expiring: (points: string, day: string) => `${points} 积分有效期至 ${day}`,
  tier: "会员等级",
  noTier: "尚未定级",
  validUntil: (day: string) => `有效期至 ${day}`,
  towards: (tier: string) => `距离${tier}`,
  missing: (amount: string, metric: string) => `还差 ${amount} ${metric}`,
  top: "您已达到最高等级。",
  benefits: "会员权益",
  noBenefits: "定级后即可享受权益。",
  redeem: "兑换积分",
  redeemHint: "输入要使用的积分数，立即从余额中扣除。",
  howMany: "积分数",
  redeemNow: "立即兑换",
  redeemed: (points: string, worth: string | null) => `已兑换 ${points} 积分${worth ? `，价值 ${worth}` : ""}。`,
  consents: "隐私与同意",
  consentsHint: "是否同意由您决定，不影响会员服务；可随时撤回。",
  core: "会员服务所必需",
  give: "查看并同意",
  agree: "同意",
  notNow: "暂不",
  withdraw: "撤回同意",
  given: (day: string) => `${day} 已同意`,
  notGiven: "未同意",
  entries: "最近变动",
  noEntries: "还没有变动。",
  kinds: { ECONOMIC: "实惠", STATUS: "身份", FUNCTIONAL: "服务", ACCESS: "抢先" } satisfies Record<BenefitKind, string>,
  metrics: { SPEND: "消费", ORDERS: "笔订单", GROWTH: "成长值" } as Record<string, string>,
  types: {
    EARN: "订单积分",
    PENDING_ADDED: "待生效积分",
    PENDING_ACTIVATED: "积分生效",
    PENDING_CANCELED: "待生效积分取消",
    REDEEM: "兑换",
    REDEEM_REVERSAL: "兑换退回",
    HOLD: "结算冻结",
    HOLD_CAPTURE: "结算扣减",
    HOLD_RELEASE: "冻结释放",
    EARN_REVERSAL: "退款扣回",
    WRITE_OFF: "核销",
    EXPIRE: "到期",
    FORFEIT: "作废",
    ADJUST_CREDIT: "补发",
    ADJUST_DEBIT: "扣回",
    TRANSFER_OUT: "转出",
    TRANSFER_IN: "转入",
    MERGE: "账户合并",
    IMPORT: "期初余额",
    OTHER: "其他",
  } satisfies Record<EntryType, string>,
  notEnough: (available: string) => `积分不够：现有 ${available} 可用。`,
  errors: {
    UNAUTHENTICATED: "请先登录。",
    TOKEN_REFUSED: "登录信息无效，请重新登录。",
    TOKEN_EXPIRED: "登录已过期，请重新登录。",
    WRONG_AUDIENCE: "该令牌不能用于会员中心，请使用会员令牌。",
    THROTTLED: "操作太频繁，请稍候再试。",
    UNAVAILABLE: "服务暂时不可用，请稍后再试。",
    NETWORK: "网络不通，请检查连接；恢复后会自动继续。",
    DOCUMENT_NOT_FOUND: "页面与服务的版本不一致，请刷新。",
  } as Record<string, string>,
  fault: "出了点问题，不是您的原因。请稍后再试。",
};

const en: typeof zh = {
  title: "Membership",
  welcome: (name) => (name ? `Hello, ${name}` : "Hello"),
  otherLanguage: "中文",
  signIn: "Sign in",
  signOut: "Sign out",
  signInHint: "Sign in with a member's token. In development, huiyuan token member prints one.",
  token: "Member token",
  loading: "Loading…",
  away: "Not available right now. Please look again later.",
  live: "Live",
  connecting: "Connecting…",
  waiting: "Connection lost, reconnecting…",
  points: "Points to spend",
  pending: (points) => `${points} pending`,
  held: (points) => `${points} set aside for checkout`,
  debt: (points) => `Your next points first repay ${points}`,
  expiring: (points, day) => `${points} points are good until ${day}`,
  tier: "Tier",
  noTier: "No tier yet",
  validUntil: (day) => `Valid until ${day}`,
  towards: (tier) => `On the way to ${tier}`,
  missing: (amount, metric) => `${amount} ${metric} to go`,
  top: "You are at the top.",
  benefits: "Benefits",
  noBenefits: "Benefits come with your first tier.",
  redeem: "Redeem points",
  redeemHint: "Say how many to use; they leave your balance at once.",
  howMany: "Points",
  redeemNow: "Redeem",
  redeemed: (points, worth) => `${points} points redeemed${worth ? `, worth ${worth}` : ""}.`,
  consents: "Privacy and consent",
  consentsHint: "Your choice never affects your membership, and you can change it at any time.",
  core: "Needed for your membership",
  give: "Read and agree",
  agree: "Agree",
  notNow: "Not now",
  withdraw: "Withdraw",
  given: (day) => `Agreed on ${day}`,
  notGiven: "Not agreed",
  entries: "Recent movements",
  noEntries: "Nothing has moved yet.",
  kinds: { ECONOMIC: "Savings", STATUS: "Status", FUNCTIONAL: "Service", ACCESS: "Access" },
  metrics: { SPEND: "of spend", ORDERS: "orders", GROWTH: "growth" },
  types: {
    EARN: "Order",
    PENDING_ADDED: "Promised",
    PENDING_ACTIVATED: "Became available",
    PENDING_CANCELED: "Promise cancelled",
    REDEEM: "Redeemed",
    REDEEM_REVERSAL: "Redemption returned",
    HOLD: "Set aside",
    HOLD_CAPTURE: "Spent at checkout",
    HOLD_RELEASE: "Given back",
    EARN_REVERSAL: "Refund",
    WRITE_OFF: "Written off",
    EXPIRE: "Expired",
    FORFEIT: "Forfeited",
    ADJUST_CREDIT: "Credited",
    ADJUST_DEBIT: "Debited",
    TRANSFER_OUT: "Sent",
    TRANSFER_IN: "Received",
    MERGE: "Accounts merged",
    IMPORT: "Opening balance",
    OTHER: "Other",
  },
  notEnough: (available) => `Not enough points: you have ${available}.`,
  errors: {
    UNAUTHENTICATED: "Please sign in.",
    TOKEN_REFUSED: "This sign-in is not valid. Please sign in again.",
    TOKEN_EXPIRED: "Your sign-in has expired. Please sign in again.",
    WRONG_AUDIENCE: "This token is not for members. Please use a member's token.",
    THROTTLED: "That was a bit fast. Please wait a moment.",
    UNAVAILABLE: "The service is away for a moment. Please try again.",
    NETWORK: "No connection. We go on by ourselves once it is back.",
    DOCUMENT_NOT_FOUND: "This page and the service are of different versions. Please reload.",
  },
  fault: "Something went wrong, and not by you. Please try again later.",
};

export const texts = computed(() => (language.value === "zh" ? zh : en));

/** What an error's code means to a member. */
export function explained(code: string): string {
  return texts.value.errors[code] ?? texts.value.fault;
}

export function number(amount: number): string {
  return new Intl.NumberFormat(locale.value).format(amount);
}

export function signed(amount: number): string {
  return new Intl.NumberFormat(locale.value, { signDisplay: "exceptZero" }).format(amount);
}

export function day(instant: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(new Date(instant));
}

/** A day that is not long ago. */
export function recentDay(instant: string): string {
  return new Intl.DateTimeFormat(locale.value, { month: "short", day: "numeric" }).format(new Date(instant));
}

/** The last day before an exclusive bound. */
export function lastDay(until: string): string {
  return day(new Date(Date.parse(until) - 1).toISOString());
}
