/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a benefit is to the member. */
export type BenefitKind =
  | 'ACCESS'
  | 'ECONOMIC'
  | 'FUNCTIONAL'
  | 'STATUS';

/** What a member decided. */
export type ConsentState =
  | 'EXPIRED'
  | 'GIVEN'
  | 'NOT_ASKED'
  | 'REAFFIRM_REQUIRED'
  | 'REFUSED'
  | 'WITHDRAWN';

/** What an entry means. OTHER is a type that is newer than this gateway. */
export type EntryType =
  | 'ADJUST_CREDIT'
  | 'ADJUST_DEBIT'
  | 'EARN'
  | 'EARN_REVERSAL'
  | 'EXPIRE'
  | 'FORFEIT'
  | 'HOLD'
  | 'HOLD_CAPTURE'
  | 'HOLD_RELEASE'
  | 'IMPORT'
  | 'MERGE'
  | 'OTHER'
  | 'PENDING_ACTIVATED'
  | 'PENDING_ADDED'
  | 'PENDING_CANCELED'
  | 'REDEEM'
  | 'REDEEM_REVERSAL'
  | 'TRANSFER_IN'
  | 'TRANSFER_OUT'
  | 'WRITE_OFF';

/** One act of consent, for the purposes named. */
export type GiveConsentInput = {
  /** True when the member ticked, tapped or signed. */
  affirmativeAct: boolean;
  appVersion?: string | null | undefined;
  /** Where it was asked, for instance "app" or "web". */
  channel: string;
  /** The child under fourteen whose guardian the signed-in member is (PIPL 31); null: for oneself. */
  childId?: string | number | null | undefined;
  /** 1 to 100 characters; a retry sends the same. */
  idempotencyKey: string;
  /** BCP 47; without it, the language of the notice. */
  language?: string | null | undefined;
  /** Its digest as served, which proves what was shown. */
  noticeDigest: string;
  /** The notice that was shown. */
  noticeId: string | number;
  /** True when the box came ticked: refused. */
  preselected?: boolean;
  purposes: Array<string>;
  /** The third party it is for, if any. */
  recipientId?: string | null | undefined;
  /** SHA-256 of the screen, in hex. */
  screenDigest?: string | null | undefined;
  /** Needed where the purpose's form is WRITTEN, and nowhere else. */
  signedDocument?: SignedDocumentInput | null | undefined;
};

/** On what ground data is processed, by article 13 of the PIPL. */
export type LawfulBasis =
  | 'CONSENT'
  | 'CONTRACT'
  | 'EMERGENCY'
  | 'LEGAL_DUTY'
  | 'MADE_PUBLIC'
  | 'NEWS'
  | 'OTHER_LAW';

/** The languages that names and texts come in. */
export type Locale =
  | 'EN'
  | 'ZH';

/** What happened. OTHER is something that is newer than this gateway. */
export type MemberChangeKind =
  | 'BENEFIT_CLAIMED'
  | 'BENEFIT_RELEASED'
  | 'BENEFIT_USED'
  | 'CAUGHT_UP'
  | 'CONSENT_GIVEN'
  | 'CONSENT_WITHDRAWN'
  | 'COUPON_EXPIRING'
  | 'COUPON_ISSUED'
  | 'COUPON_REINSTATED'
  | 'COUPON_REVOKED'
  | 'COUPON_USED'
  | 'HOLD_CAPTURED'
  | 'HOLD_RELEASED'
  | 'IDENTITY_DETACHED'
  | 'IDENTITY_LINKED'
  | 'IDENTITY_UNLINKED'
  | 'IDENTITY_VERIFIED'
  | 'MEMBERSHIP_ENDED'
  | 'MEMBERSHIP_RECORDED'
  | 'MEMBER_CLOSED'
  | 'MEMBER_CLOSING'
  | 'MEMBER_CLOSING_CANCELED'
  | 'MEMBER_ERASED'
  | 'MEMBER_ERASURE_DONE'
  | 'MEMBER_FROZEN'
  | 'MEMBER_MERGED'
  | 'MEMBER_REGISTERED'
  | 'MEMBER_UNFROZEN'
  | 'MISSION_COMPLETED'
  | 'MISSION_PROGRESSED'
  | 'ORDER_COMPLETED'
  | 'ORDER_RECORDED'
  | 'ORDER_REFUNDED'
  | 'OTHER'
  | 'PACKAGE_READY'
  | 'POINTS_ADJUSTED'
  | 'POINTS_AWARDED'
  | 'POINTS_EXPIRED'
  | 'POINTS_FORFEITED'
  | 'POINTS_HELD'
  | 'POINTS_IMPORTED'
  | 'POINTS_MATURED'
  | 'POINTS_REDEEMED'
  | 'POINTS_TRANSFERRED'
  | 'PROFILE_UNMASKED'
  | 'PROFILE_UPDATED'
  | 'REDEMPTION_REVERSED'
  | 'REFERRAL_CHANGED'
  | 'RESYNCED'
  | 'REWARD_CANCELLED'
  | 'REWARD_FULFILLED'
  | 'REWARD_REDEEMED'
  | 'TIER_KEPT'
  | 'TIER_LOWERED'
  | 'TIER_PLACED'
  | 'TIER_PLACEMENT_ENDED'
  | 'TIER_RAISED';

/** The order that points are spent on; a refund of it gives them back. */
export type OrderReferenceInput = {
  orderId: string;
  source: string;
};

/** Exactly so many points are spent, or none. */
export type RedeemPointsInput = {
  /** Without one, the programme's first that can be spent. */
  currency?: string | null | undefined;
  order?: OrderReferenceInput | null | undefined;
  points: number;
  /** Which programme is meant; without one, the default. */
  programmeId?: string | number | null | undefined;
  /** 1 to 100 printable characters; a retry sends the same. */
  redemptionId: string;
};

/** A document that the member signed, for purposes that take written consent. */
export type SignedDocumentInput = {
  /** SHA-256 of the document, in hex. */
  digest: string;
  /** For instance "application/pdf". */
  mediaType: string;
  /** Where the operator keeps it: an id without personal data. */
  reference: string;
};

/** Why a request was turned down. Later versions may add codes. */
export type UserErrorCode =
  | 'ACTIVITY_ALREADY_RECORDED'
  | 'ACTIVITY_IN_THE_FUTURE'
  | 'ACTIVITY_TOO_OLD'
  | 'ACTIVITY_TYPE_NOT_WELL_FORMED'
  | 'ACTIVITY_TYPE_TAKEN'
  | 'ACT_MALFORMED'
  | 'ADDRESS_NOT_VALID'
  | 'ADJUSTMENT_DECIDED'
  | 'ADJUSTMENT_NOT_UNDERSTOOD'
  | 'ALREADY_INVITED'
  | 'ANALYSIS_NOT_READY'
  | 'ANALYSIS_NOT_VALID'
  | 'ASSESSMENT_IN_USE'
  | 'ASSESSMENT_LOCKED'
  | 'ATTRIBUTES_NOT_AS_DECLARED'
  | 'BASKET_NOT_WELL_FORMED'
  | 'BENEFIT_NOT_IN_TIER'
  | 'BENEFIT_NOT_NAMED'
  | 'BIRTH_DATE_NOT_VALID'
  | 'BUDGET_BELOW_AWARDED'
  | 'CAPS_NOT_VALID'
  | 'CAPTURE_EXCEEDS_HOLD'
  | 'CHOICE_MISSING'
  | 'CLAIM_CODE_TAKEN'
  | 'CLAIM_LAPSED'
  | 'CLAIM_SPENT'
  | 'CODE_WRONG'
  | 'COMMUNICATION_NOT_VALID'
  | 'CONFLICT'
  | 'CONSENT_MISSING'
  | 'CONSENT_NOT_ASKED'
  | 'CONSENT_STANDS'
  | 'COUPONS_DO_NOT_STACK'
  | 'COUPONS_NOT_ISSUED'
  | 'COUPONS_NOT_NAMED'
  | 'COUPON_BUDGET_SPENT'
  | 'COUPON_CODE_WRONG'
  | 'COUPON_DRAFT_MISSING'
  | 'COUPON_HELD'
  | 'COUPON_LIMIT_REACHED'
  | 'COUPON_NOT_APPLICABLE'
  | 'COUPON_NOT_OPEN'
  | 'COUPON_TEMPLATE_CHANGED'
  | 'COUPON_USED'
  | 'CURRENCY_NOT_ACCEPTED'
  | 'CURRENCY_NOT_OFFERED'
  | 'DATE_NOT_UNDERSTOOD'
  | 'DECLINED'
  | 'DESCRIPTION_NOT_VALID'
  | 'DIRECTIVE_BLOCKS_KIN'
  | 'DOCUMENT_BUILT_IN'
  | 'DOCUMENT_NOT_VALID'
  | 'DRAFT_CLOSED'
  | 'DRAFT_CONFLICTS'
  | 'EARN_RULES_AMBIGUOUS'
  | 'EDITED_MEANWHILE'
  | 'EFFECTIVE_IN_THE_PAST'
  | 'ENTRY_DIFFERS'
  | 'ENTRY_NOT_VALID'
  | 'FIELD_WITHOUT_PURPOSE'
  | 'FORBIDDEN'
  | 'GENDER_NOT_VALID'
  | 'GRANT_NOT_REFUSED'
  | 'GUARDIAN_NEEDED'
  | 'GUARDIAN_NOT_ELIGIBLE'
  | 'GUARDIAN_NOT_VERIFIED'
  | 'HOLDS_OPEN'
  | 'HOLD_NOT_OPEN'
  | 'HOLD_NOT_WELL_FORMED'
  | 'IDEMPOTENCY_KEY_NOT_VALID'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'IDENTITY_ALREADY_TAKEN'
  | 'IDENTITY_DOCUMENT_NOT_VALID'
  | 'IDENTITY_NOT_VALID'
  | 'IDENTITY_NOT_VERIFIED'
  | 'INVALID'
  | 'INVITER_LIMIT_REACHED'
  | 'INVITES_NOT_OFFERED'
  | 'INVITE_CIRCLE'
  | 'INVITE_OF_ONESELF'
  | 'LANGUAGE_NOT_VALID'
  | 'LAST_EARN_RULE'
  | 'LAST_VERIFIED_IDENTITY'
  | 'LIABILITY_BEYOND_MEASURE'
  | 'MALFORMED'
  | 'MALFORMED_ID'
  | 'MALFORMED_INSTANT'
  | 'MEMBERSHIP_ALREADY_RECORDED'
  | 'MEMBER_ALREADY_MERGED'
  | 'MEMBER_CLOSED'
  | 'MEMBER_ERASED'
  | 'MEMBER_FROZEN'
  | 'MEMBER_NOT_ACTIVE'
  | 'MEMBER_NOT_NEW'
  | 'MERGE_ALREADY_RECORDED'
  | 'MERGE_INTO_ITSELF'
  | 'MERGE_NOT_PROVEN'
  | 'MISSIONS_FEED_EACH_OTHER'
  | 'MISSION_NOT_IN_FORCE'
  | 'MISSION_NOT_WELL_FORMED'
  | 'MISSION_REVISED_MEANWHILE'
  | 'NAME_NOT_VALID'
  | 'NOTE_HOLDS_PERSONAL_DATA'
  | 'NOTE_NOT_VALID'
  | 'NOTHING_TO_CLAIM'
  | 'NOTHING_TO_FORFEIT'
  | 'NOTICE_DOES_NOT_TELL'
  | 'NOTICE_NOT_PUBLISHABLE'
  | 'NOTICE_NOT_SERVED'
  | 'NOTICE_OUTDATED'
  | 'NOT_AFFIRMATIVE'
  | 'NOT_ALLOWED'
  | 'NOT_APPEALABLE'
  | 'NOT_ENOUGH_POINTS'
  | 'NOT_FOUND'
  | 'NOT_SPENDABLE'
  | 'NOT_TRANSFERABLE'
  | 'NOT_VERIFIABLE_BY_CODE'
  | 'NO_IDENTITY_DOCUMENT'
  | 'OFFER_EXPIRED'
  | 'OFFER_OVERTAKEN'
  | 'OLD_KEYS_NEEDED'
  | 'OTHER_MEMBERSHIP'
  | 'PACKAGE_NOT_READY'
  | 'PART_NOT_CHANGEABLE'
  | 'PERIOD_NOT_UNDERSTOOD'
  | 'PLACEMENT_ALREADY_RECORDED'
  | 'PLACEMENT_NOT_VALID'
  | 'POINTS_BEYOND_MEASURE'
  | 'POINTS_DO_NOT_CONVERT'
  | 'POINTS_OUT_OF_RANGE'
  | 'PREFERENCE_NOT_VALID'
  | 'PRESELECTED_BOX'
  | 'PREVIEWS_RUNNING'
  | 'PREVIEW_CLOSED'
  | 'PRICE_NOT_AS_OFFERED'
  | 'PROFILE_TOO_LARGE'
  | 'PROGRAMME_ALREADY_THERE'
  | 'PROGRAMME_NOT_IN_FORCE'
  | 'PROGRAMME_NOT_WELL_FORMED'
  | 'PUBLISHER_NEEDED'
  | 'PURPOSE_LISTS_OTHERWISE'
  | 'PURPOSE_NOT_PUBLISHABLE'
  | 'PURPOSE_NOT_PUBLISHED'
  | 'PURPOSE_NOT_SENSITIVE'
  | 'QUIET_HOURS_NOT_VALID'
  | 'QUOTA_USED_UP'
  | 'REASON_CODE_NOT_VALID'
  | 'REASON_HOLDS_PERSONAL_DATA'
  | 'REASON_MISSING'
  | 'REASON_NOT_VALID'
  | 'RECEIVER_MERGED'
  | 'RECIPIENT_NOT_LISTED'
  | 'REFERRAL_DECIDED'
  | 'REFERRAL_DRAFT_GONE'
  | 'REFERRAL_REVISED_MEANWHILE'
  | 'REFUSAL_NOT_REASONED'
  | 'RENEWAL_STANDS'
  | 'RENEWAL_TOO_EARLY'
  | 'REVERSAL_ALREADY_RECORDED'
  | 'REVERSAL_EXCEEDS_REDEMPTION'
  | 'REVISED_MEANWHILE'
  | 'REWARD_ALREADY_FULFILLED'
  | 'REWARD_COSTS_OTHERWISE'
  | 'REWARD_DRAFT_GONE'
  | 'REWARD_EDITION_FIXED'
  | 'REWARD_LIMIT_REACHED'
  | 'REWARD_NOT_FOR_TIER'
  | 'REWARD_NOT_LIMITED'
  | 'REWARD_NOT_OFFERED'
  | 'REWARD_REDEMPTION_DECIDED'
  | 'REWARD_SOLD_OUT'
  | 'RIGHTS_REQUEST_MALFORMED'
  | 'RIGHTS_REQUEST_NOT_OPEN'
  | 'ROTATION_NOT_VALID'
  | 'ROTATION_RUNNING'
  | 'SAME_OFFICER'
  | 'SAMPLES_NOT_TAKEN'
  | 'SECOND_PERSON_NEEDED'
  | 'SEPARATE_CONSENT_NEEDED'
  | 'SIGNED_DOCUMENT_NEEDED'
  | 'SOURCE_NOT_TAKEN'
  | 'STATUS_NOT_CHANGEABLE'
  | 'STOCK_BELOW_TAKEN'
  | 'SUPPRESSION_NOT_VALID'
  | 'SURVIVOR_MERGED'
  | 'TAG_NOT_VALID'
  | 'TIER_HELD'
  | 'TIER_NOT_FOR_SALE'
  | 'TIER_NOT_OVERRIDDEN'
  | 'TIME_ZONE_NOT_VALID'
  | 'TOO_MANY_ADDRESSES'
  | 'TOO_MANY_CODES'
  | 'TOO_MANY_HOLDS'
  | 'TOO_MANY_LINKS'
  | 'TOO_MANY_REWARDS'
  | 'TOO_MANY_TAGS'
  | 'TOO_MANY_WEBHOOKS'
  | 'TOPIC_NOT_OFFERED'
  | 'TOPIC_NOT_PUBLISHABLE'
  | 'TOPIC_NOT_SWITCHABLE'
  | 'TRANSFER_ABOVE_LIMIT'
  | 'TRANSFER_NOT_TOLD'
  | 'TRANSFER_NOT_VALID'
  | 'TRANSFER_TO_ONESELF'
  | 'TRIGGER_NOT_VALID'
  | 'TYPE_DECLARED_MEANWHILE'
  | 'UNKNOWN_ACTIVITY_TYPE'
  | 'UNKNOWN_ADDRESS'
  | 'UNKNOWN_ADJUSTMENT_REQUEST'
  | 'UNKNOWN_ANALYSIS'
  | 'UNKNOWN_BENEFIT'
  | 'UNKNOWN_CLAIM'
  | 'UNKNOWN_COUPON'
  | 'UNKNOWN_COUPON_TEMPLATE'
  | 'UNKNOWN_CURRENCY'
  | 'UNKNOWN_DOCUMENT'
  | 'UNKNOWN_DRAFT'
  | 'UNKNOWN_EARN_RULE'
  | 'UNKNOWN_ENTRY_OF_REGISTER'
  | 'UNKNOWN_ERASURE'
  | 'UNKNOWN_EVENT_TYPE'
  | 'UNKNOWN_GRANT'
  | 'UNKNOWN_HOLD'
  | 'UNKNOWN_IDENTITY'
  | 'UNKNOWN_INVITE'
  | 'UNKNOWN_MEMBER'
  | 'UNKNOWN_MEMBERSHIP'
  | 'UNKNOWN_MERGE'
  | 'UNKNOWN_MISSION'
  | 'UNKNOWN_OFFER'
  | 'UNKNOWN_PACKAGE'
  | 'UNKNOWN_PREVIEW'
  | 'UNKNOWN_PROGRAMME'
  | 'UNKNOWN_PURPOSE'
  | 'UNKNOWN_REDEMPTION'
  | 'UNKNOWN_REFERRAL'
  | 'UNKNOWN_REFERRAL_PROGRAMME'
  | 'UNKNOWN_REWARD'
  | 'UNKNOWN_REWARD_REDEMPTION'
  | 'UNKNOWN_RIGHTS_REQUEST'
  | 'UNKNOWN_ROTATION'
  | 'UNKNOWN_SIGNED_DOCUMENT'
  | 'UNKNOWN_TAG'
  | 'UNKNOWN_TOPIC'
  | 'UNKNOWN_VERSION'
  | 'UNKNOWN_WEBHOOK_DELIVERY'
  | 'UNKNOWN_WEBHOOK_ENDPOINT'
  | 'UNKNOWN_WEBHOOK_SOURCE'
  | 'UNMASK_NOT_VALID'
  | 'UNMASK_QUOTA_EXHAUSTED'
  | 'UNREADABLE'
  | 'VERIFICATION_NOT_OPEN'
  | 'VERSION_FOLLOWED'
  | 'VERSION_IN_FORCE'
  | 'VERSION_SCHEDULED'
  | 'VOUCHING_NOT_ALLOWED'
  | 'WEBHOOK_ENDPOINT_DISABLED'
  | 'WEBHOOK_SOURCE_NOT_VALID'
  | 'WEBHOOK_SOURCE_TAKEN'
  | 'WEBHOOK_URL_REFUSED'
  | 'WITHDRAWN_SINCE';

/** The purposes to withdraw from; no reason is needed. */
export type WithdrawConsentInput = {
  channel: string;
  /** The child under fourteen whose guardian the signed-in member is (PIPL 31); null: for oneself. */
  childId?: string | number | null | undefined;
  /** 1 to 100 characters; a retry sends the same. */
  idempotencyKey: string;
  purposes: Array<string>;
  /** Withdraws from this third party alone; null: from us and from everyone it was given for. */
  recipientId?: string | null | undefined;
};

export type GiveMutationVariables = Exact<{
  input: GiveConsentInput;
}>;


export type GiveMutation = { giveConsent: { consents: Array<{ purpose: string, state: ConsentState, decidedAt: string | null }>, userErrors: Array<{ code: UserErrorCode, message: string, facts: Array<{ name: string, value: string }> }> } };

export type LiveSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type LiveSubscription = { memberChanged: { cursor: string, kind: MemberChangeKind, member: { displayName: string | null, tier: { key: string | null, name: string | null, validUntil: string | null, nextTier: { name: string } | null, progress: Array<{ metric: string, actual: number, required: number, missing: number }> } | null, benefits: Array<{ key: string, kind: BenefitKind, name: string }> | null, points: { currency: string, available: number, pending: number, held: number, debt: number, expiringSoon: Array<{ points: number, expiresAt: string }> } | null, entries: { nodes: Array<{ id: string, type: EntryType, currency: string, change: number, occurredAt: string }> } | null, consents: Array<{ purpose: string, state: ConsentState, decidedAt: string | null }> | null } } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { displayName: string | null, tier: { key: string | null, name: string | null, validUntil: string | null, nextTier: { name: string } | null, progress: Array<{ metric: string, actual: number, required: number, missing: number }> } | null, benefits: Array<{ key: string, kind: BenefitKind, name: string }> | null, points: { currency: string, available: number, pending: number, held: number, debt: number, expiringSoon: Array<{ points: number, expiresAt: string }> } | null, entries: { nodes: Array<{ id: string, type: EntryType, currency: string, change: number, occurredAt: string }> } | null, consents: Array<{ purpose: string, state: ConsentState, decidedAt: string | null }> | null } | null };

export type OverviewFragment = { displayName: string | null, tier: { key: string | null, name: string | null, validUntil: string | null, nextTier: { name: string } | null, progress: Array<{ metric: string, actual: number, required: number, missing: number }> } | null, benefits: Array<{ key: string, kind: BenefitKind, name: string }> | null, points: { currency: string, available: number, pending: number, held: number, debt: number, expiringSoon: Array<{ points: number, expiresAt: string }> } | null, entries: { nodes: Array<{ id: string, type: EntryType, currency: string, change: number, occurredAt: string }> } | null, consents: Array<{ purpose: string, state: ConsentState, decidedAt: string | null }> | null };

export type PurposesQueryVariables = Exact<{
  locale: Locale;
}>;


export type PurposesQuery = { consentPurposes: Array<{ key: string, name: string, description: string, lawfulBasis: LawfulBasis, notices: Array<{ id: string, locale: string, title: string, body: string, digest: string }> }> };

export type RedeemMutationVariables = Exact<{
  input: RedeemPointsInput;
}>;


export type RedeemMutation = { redeemPoints: { redemption: { points: number, balanceAfter: number, worth: { formatted: string } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string, facts: Array<{ name: string, value: string }> }> } };

export type WithdrawMutationVariables = Exact<{
  input: WithdrawConsentInput;
}>;


export type WithdrawMutation = { withdrawConsent: { consents: Array<{ purpose: string, state: ConsentState, decidedAt: string | null }>, userErrors: Array<{ code: UserErrorCode, message: string, facts: Array<{ name: string, value: string }> }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const OverviewFragmentDoc = new TypedDocumentString(`
    fragment Overview on Member {
  displayName
  tier {
    key
    name
    validUntil
    nextTier {
      name
    }
    progress {
      metric
      actual
      required
      missing
    }
  }
  benefits {
    key
    kind
    name
  }
  points {
    currency
    available
    pending
    held
    debt
    expiringSoon {
      points
      expiresAt
    }
  }
  entries(first: 20) {
    nodes {
      id
      type
      currency
      change
      occurredAt
    }
  }
  consents {
    purpose
    state
    decidedAt
  }
}
    `, {"fragmentName":"Overview"}) as unknown as TypedDocumentString<OverviewFragment, unknown>;
export const GiveDocument = {"__meta__":{"hash":"d4218438c7cc3a82647e59ec21e74c5ff9ca30d3ddc96dc7825f91eb34692891"}} as unknown as TypedDocumentString<GiveMutation, GiveMutationVariables>;
export const LiveDocument = {"__meta__":{"hash":"3484db6f85c4e75ec81e005b0d4f9cf0504e9fdbcb1272dbafe7ed6b8b15d9cb"}} as unknown as TypedDocumentString<LiveSubscription, LiveSubscriptionVariables>;
export const MeDocument = {"__meta__":{"hash":"04f25eacd63b7df7f3b7ee232956b132d0a32b24291c643ac9fa62a5be639131"}} as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const PurposesDocument = {"__meta__":{"hash":"a810be6fbe15b7bba7df51af9e5e069bfd3bbd2687c6e45d8d4bb4419913db52"}} as unknown as TypedDocumentString<PurposesQuery, PurposesQueryVariables>;
export const RedeemDocument = {"__meta__":{"hash":"2d3d507a7108dd2a64d9636d6c3c1b898761a7699bfa68042150fa963c85e5dc"}} as unknown as TypedDocumentString<RedeemMutation, RedeemMutationVariables>;
export const WithdrawDocument = {"__meta__":{"hash":"e3ba0925116f7c30cfbb31b87404d9049cd21011eb1173a538a93e20187ee892"}} as unknown as TypedDocumentString<WithdrawMutation, WithdrawMutationVariables>;