/** The gateway: typed operations over HTTP, and subscriptions over server-sent events. */
import { createClient, type RequestParams } from "graphql-sse";
import type { TypedDocumentString } from "./gql/graphql";
import { locale, token } from "./session";

const URL = "/graphql";

/** The gateway says something at least every 15 s; a stream silent for longer leads nowhere any more. */
const LONGEST_SILENCE_MS = 40_000;

const SIGNED_OUT = ["UNAUTHENTICATED", "TOKEN_REFUSED", "TOKEN_EXPIRED", "WRONG_AUDIENCE"];

/**
 * What an operation could not do; `code` is the gateway's, or NETWORK when it did not answer. Where the gateway said
 * when to come back (429 and 503), nobody asks it before `waitMs`.
 */
export class GatewayError extends Error {
  constructor(
    readonly code: string,
    readonly waitMs = 0,
  ) {
    super(code);
  }

  /** Whether the member has to sign in again. */
  get isSignedOut(): boolean {
    return SIGNED_OUT.includes(this.code);
  }
}

interface Body<Result> {
  data?: Result | null;
  errors?: readonly { message: string; extensions?: { code?: string } }[];
}

/** The data of a query or a mutation. Fields of a service that is away are null; without any data it throws. */
export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const request = await named(document, variables);
  const response = await fetch(URL, {
    method: "POST",
    headers: {
      ...headers(),
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
    },
    body: JSON.stringify(request),
  }).catch(() => {
    throw new GatewayError("NETWORK");
  });
  return dataOf((await response.json().catch(() => ({}))) as Body<Result>, response);
}

/** The data of a subscription, one after another, until the connection ends. */
export async function* watch<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  ended: AbortSignal,
): AsyncGenerator<Result> {
  const client = createClient({ url: URL, headers, fetchFn: fetchUnlessSilent, retryAttempts: 0 });
  ended.addEventListener("abort", client.dispose, { once: true });
  try {
    // The types know documents by their text alone; what is sent is the same.
    const request = (await named(document, variables)) as unknown as RequestParams;
    for await (const body of client.iterate<Result>(request)) yield dataOf(body as Body<Result>);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw await refusalOf(error);
  } finally {
    ended.removeEventListener("abort", client.dispose);
    client.dispose();
  }
}

/** `fetch`, whose answer fails once it has been silent for too long: half-open connections do not say so. */
async function fetchUnlessSilent(url: string, init: RequestInit): Promise<Response> {
  let timer: ReturnType<typeof setTimeout>;
  const silent = new AbortController();
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), LONGEST_SILENCE_MS);
  };
  heard();
  const signal = AbortSignal.any([silent.signal, init.signal!]);
  const response = await fetch(url, { ...init, signal }).finally(() => clearTimeout(timer));
  if (!response.ok || response.body === null) return response;
  heard();
  const listening = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, stream) {
      heard();
      stream.enqueue(chunk);
    },
    flush: () => clearTimeout(timer),
  });
  return new Response(response.body.pipeThrough(listening), response);
}

function headers(): Record<string, string> {
  const said: Record<string, string> = { "accept-language": locale.value };
  if (token.value !== null) said.authorization = `Bearer ${token.value}`;
  return said;
}

/** In production a document goes by its hash alone; `npm run dev` sends its text, which any gateway at home takes. */
async function named<Variables>(document: TypedDocumentString<unknown, Variables>, variables: Variables) {
  const hash = document.__meta__?.hash as string;
  if (!import.meta.env.DEV) return { documentId: hash, variables };
  const { default: texts } = await import("./gql/persisted-documents.json");
  return { query: texts[hash as keyof typeof texts], variables };
}

function dataOf<Result>(body: Body<Result>, response?: Response): Result {
  const nothing = body.data == null || Object.values(body.data).every((field) => field === null);
  if (!nothing) return body.data as Result;
  const code = body.errors?.[0]?.extensions?.code;
  if (code !== undefined) throw new GatewayError(code, waitMs(response));
  if (body.data == null) throw new GatewayError(response?.status === 429 ? "THROTTLED" : "NETWORK", waitMs(response));
  return body.data;
}

/** graphql-sse throws what it could not stream together with the response that says why. */
async function refusalOf(error: unknown): Promise<GatewayError> {
  const { response } = error as { response?: Response };
  const body = (await response?.json().catch(() => undefined)) as Body<unknown> | undefined;
  return new GatewayError(body?.errors?.[0]?.extensions?.code ?? "NETWORK", waitMs(response));
}

/** What `Retry-After` asks for; the gateway says it in seconds. */
function waitMs(response?: Response): number {
  const seconds = Number(response?.headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0;
}
