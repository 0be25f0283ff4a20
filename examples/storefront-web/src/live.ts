/** Live: what happens to the member, told as it happens; after a break it goes on where it was. */
import { ask, GatewayError, watch } from "./gateway";
import { LiveDocument, StorefrontDocument, type OverviewFragment, type StorefrontQuery } from "./gql/graphql";
import { effect, signal } from "@preact/signals";
import { language, signOut, token } from "./session";

export type Member = OverviewFragment;
export type Purpose = StorefrontQuery["consentPurposes"][number];

/** The member as last told; null until something was. */
export const member = signal<Member | null>(null);
export const purposes = signal<Purpose[]>([]);

/** Whether changes arrive by themselves right now. */
export const connection = signal<"connecting" | "live" | "waiting">("connecting");

/** Why nothing can be shown or told, as an error's code. */
export const trouble = signal<string | null>(null);

const LONGEST_PAUSE_MS = 8_000;

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
    void tell(ended.signal);
    return () => ended.abort();
  });
}

async function tell(ended: AbortSignal): Promise<void> {
  const listening = listen(ended);
  await Promise.all([listening, catalogue(ended)]);
}

/** What does not change by itself, and the member unless the first change was faster. */
async function catalogue(ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      const answer = await ask(StorefrontDocument, { locale: language.value === "zh" ? "ZH" : "EN" });
      if (ended.aborted) return;
      purposes.value = answer.consentPurposes;
      if (connection.value !== "live" && answer.me !== null) member.value = answer.me;
      return;
    } catch (error) {
      if (!endure(error, ended)) return;
      await pause(LONGEST_PAUSE_MS / 4, ended);
    }
  }
}

async function listen(ended: AbortSignal): Promise<void> {
  let cursor: string | null = null;
  let failures = 0;
  while (!ended.aborted) {
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
    }
    if (ended.aborted) return;
    connection.value = "waiting";
    await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures++), ended);
  }
}

/** Take note of an error; whether it is worth trying again. */
function endure(error: unknown, ended: AbortSignal): boolean {
  if (ended.aborted) return false;
  if (!(error instanceof GatewayError)) throw error;
  trouble.value = error.code;
  if (error.isSignedOut) signOut();
  return !error.isSignedOut;
}

/** Wait, by up to half as long again so that not all pages return at once. Being online again ends it. */
function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      ended.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms * (1 + Math.random() / 2));
    addEventListener("online", done);
    ended.addEventListener("abort", done);
  });
}
