/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation Give($input: GiveConsentInput!) {\n  giveConsent(input: $input) {\n    consents {\n      purpose\n      state\n      decidedAt\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}": typeof types.GiveDocument,
    "subscription Live($after: String) {\n  memberChanged(after: $after) {\n    cursor\n    kind\n    member {\n      ...Overview\n    }\n  }\n}": typeof types.LiveDocument,
    "query Me {\n  me {\n    ...Overview\n  }\n}": typeof types.MeDocument,
    "fragment Overview on Member {\n  displayName\n  tier {\n    key\n    name\n    validUntil\n    nextTier {\n      name\n    }\n    progress {\n      metric\n      actual\n      required\n      missing\n    }\n  }\n  benefits {\n    key\n    kind\n    name\n  }\n  points {\n    currency\n    available\n    pending\n    held\n    debt\n    expiringSoon {\n      points\n      expiresAt\n    }\n  }\n  entries(first: 20) {\n    nodes {\n      id\n      type\n      currency\n      change\n      occurredAt\n    }\n  }\n  consents {\n    purpose\n    state\n    decidedAt\n  }\n}": typeof types.OverviewFragmentDoc,
    "query Purposes($locale: Locale!) {\n  consentPurposes(locale: $locale) {\n    key\n    name\n    description\n    lawfulBasis\n    notices {\n      id\n      locale\n      title\n      body\n      digest\n    }\n  }\n}": typeof types.PurposesDocument,
    "mutation Redeem($input: RedeemPointsInput!) {\n  redeemPoints(input: $input) {\n    redemption {\n      points\n      balanceAfter\n      worth {\n        formatted\n      }\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}": typeof types.RedeemDocument,
    "mutation Withdraw($input: WithdrawConsentInput!) {\n  withdrawConsent(input: $input) {\n    consents {\n      purpose\n      state\n      decidedAt\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}": typeof types.WithdrawDocument,
};
const documents: Documents = {
    "mutation Give($input: GiveConsentInput!) {\n  giveConsent(input: $input) {\n    consents {\n      purpose\n      state\n      decidedAt\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}": types.GiveDocument,
    "subscription Live($after: String) {\n  memberChanged(after: $after) {\n    cursor\n    kind\n    member {\n      ...Overview\n    }\n  }\n}": types.LiveDocument,
    "query Me {\n  me {\n    ...Overview\n  }\n}": types.MeDocument,
    "fragment Overview on Member {\n  displayName\n  tier {\n    key\n    name\n    validUntil\n    nextTier {\n      name\n    }\n    progress {\n      metric\n      actual\n      required\n      missing\n    }\n  }\n  benefits {\n    key\n    kind\n    name\n  }\n  points {\n    currency\n    available\n    pending\n    held\n    debt\n    expiringSoon {\n      points\n      expiresAt\n    }\n  }\n  entries(first: 20) {\n    nodes {\n      id\n      type\n      currency\n      change\n      occurredAt\n    }\n  }\n  consents {\n    purpose\n    state\n    decidedAt\n  }\n}": types.OverviewFragmentDoc,
    "query Purposes($locale: Locale!) {\n  consentPurposes(locale: $locale) {\n    key\n    name\n    description\n    lawfulBasis\n    notices {\n      id\n      locale\n      title\n      body\n      digest\n    }\n  }\n}": types.PurposesDocument,
    "mutation Redeem($input: RedeemPointsInput!) {\n  redeemPoints(input: $input) {\n    redemption {\n      points\n      balanceAfter\n      worth {\n        formatted\n      }\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}": types.RedeemDocument,
    "mutation Withdraw($input: WithdrawConsentInput!) {\n  withdrawConsent(input: $input) {\n    consents {\n      purpose\n      state\n      decidedAt\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}": types.WithdrawDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Give($input: GiveConsentInput!) {\n  giveConsent(input: $input) {\n    consents {\n      purpose\n      state\n      decidedAt\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}"): typeof import('./graphql').GiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription Live($after: String) {\n  memberChanged(after: $after) {\n    cursor\n    kind\n    member {\n      ...Overview\n    }\n  }\n}"): typeof import('./graphql').LiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Me {\n  me {\n    ...Overview\n  }\n}"): typeof import('./graphql').MeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Overview on Member {\n  displayName\n  tier {\n    key\n    name\n    validUntil\n    nextTier {\n      name\n    }\n    progress {\n      metric\n      actual\n      required\n      missing\n    }\n  }\n  benefits {\n    key\n    kind\n    name\n  }\n  points {\n    currency\n    available\n    pending\n    held\n    debt\n    expiringSoon {\n      points\n      expiresAt\n    }\n  }\n  entries(first: 20) {\n    nodes {\n      id\n      type\n      currency\n      change\n      occurredAt\n    }\n  }\n  consents {\n    purpose\n    state\n    decidedAt\n  }\n}"): typeof import('./graphql').OverviewFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Purposes($locale: Locale!) {\n  consentPurposes(locale: $locale) {\n    key\n    name\n    description\n    lawfulBasis\n    notices {\n      id\n      locale\n      title\n      body\n      digest\n    }\n  }\n}"): typeof import('./graphql').PurposesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Redeem($input: RedeemPointsInput!) {\n  redeemPoints(input: $input) {\n    redemption {\n      points\n      balanceAfter\n      worth {\n        formatted\n      }\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}"): typeof import('./graphql').RedeemDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Withdraw($input: WithdrawConsentInput!) {\n  withdrawConsent(input: $input) {\n    consents {\n      purpose\n      state\n      decidedAt\n    }\n    userErrors {\n      code\n      message\n      facts {\n        name\n        value\n      }\n    }\n  }\n}"): typeof import('./graphql').WithdrawDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
