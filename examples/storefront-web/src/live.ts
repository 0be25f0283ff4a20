/** Live: what happens to the member, told as it happens; after a break it goes on where it was. */
import { ask, GatewayError, watch } from "./gateway";
import {
  LiveDocument,
  MeDocument,
  PurposesDocument,
  type OverviewFragment,
  type PurposesQuery,
} from "./gql/graphql";
import { effect, signal, untracked } from "@preact/signals";
import { language, signOut, token } from "./session";

export type Member = OverviewFragment;
export type Purpose = PurposesQuery["consentPurposes"][number];

/** The member as last told; null until something was. */
export const member = signal<Member | null>(null);
export const purposes = signal<Purpose[]>([]);

/** Whether changes arrive by themselves right now. */
export const connection = signal<"connecting" | "live" | "waiting">("connecting");

/** Why nothing can be shown or told, as an error's code. */
export const trouble = signal<string | null>(null);

const LONGEST_PAUSE_MS = 8_000;
const MENDING_PAUSE_MS = 2_000;

/** Follow whoever is signed in, in the language chosen. */
export function follow(): void {
  let before: string | null = null;
  effect(() => {
    const [whose] = [token.value, language.value];
    connection.value = "connecting";
    if (whose !== before) member.value = null;
    before = whose;
    if (whose === null) return;
    trouble.value = null;
    const ended = new AbortController();
    // What is read on the way must not begin everything anew when it changes.
    void untracked(() => tell(ended.signal));
    return () => ended.abort();
  });
}

async function tell(ended: AbortSignal): Promise<void> {
  await Promise.all([listen(ended), keepWhole(ended), learnPurposes(ended)]);
}

/** Read the member at first, and again as long as a service that is away leaves something out. */
async function keepWhole(ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const before = member.value;
    let waitMs = 0;
    if (before === null || !isWhole(before)) {
      try {
        const { me } = await ask(MeDocument, {});
        // A change that was told meanwhile is newer.
        if (!ended.aborted && member.value === before) member.value = me;
        trouble.value = null;
      } catch (error) {
        if (!endure(error, ended)) return;
        waitMs = error.waitMs;
      }
    }
    await pause(MENDING_PAUSE_MS, ended, waitMs);
  }
}

function isWhole({ tier, benefits, points, entries, consents }: Member): boolean {
  return ![tier, benefits, points, entries, consents].includes(null);
}

/** Their card says by itself that they are not there yet. */
async function learnPurposes(ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      const answer = await ask(PurposesDocument, { locale: language.value === "zh" ? "ZH" : "EN" });
      if (!ended.aborted) purposes.value = answer.consentPurposes;
      return;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.isSignedOut) return;
      await pause(MENDING_PAUSE_MS, ended, error.waitMs);
    }
  }
}

async function listen(ended: AbortSignal): Promise<void> {
  let cursor: string | null = null;
  let failures = 0;
  while (!ended.aborted) {
    let waitMs = 0;
    try {
      for await (const { memberChanged } of watch(LiveDocument, { after: cursor }, ended)) {
        if (ended.aborted) return;
        ({ cursor } = memberChanged);
        member.value = memberChanged.member;
        connection.value = "live";
        trouble.value = null;
        failures = 0;
      }
    } catch (error) {
      if (!endure(error, ended)) return;
      waitMs = error.waitMs;
      // A cursor that is no longer taken: the member as of now holds whatever it would have told.
      if (error.code === "BAD_USER_INPUT") cursor = null;
    }
    if (ended.aborted) return;
    connection.value = "waiting";
    await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures++), ended, waitMs);
  }
}

/** Take note of an error; whether it is worth trying again, once the gateway says so. */
function endure(error: unknown, ended: AbortSignal): error is GatewayError {
  if (ended.aborted) return false;
  if (!(error instanceof GatewayError)) throw error;
  trouble.value = error.code;
  if (error.isSignedOut) signOut();
  return !error.isSignedOut;
}

/**
 * Wait, by up to half as long again so that not all pages return at once. Being online again ends it, but nothing ends
 * what the gateway asked for.
 */
function pause(ms: number, ended: AbortSignal, leastMs = 0): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      ended.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(ms, leastMs) * (1 + Math.random() / 2));
    if (leastMs === 0) addEventListener("online", done);
    ended.addEventListener("abort", done);
  });
}
