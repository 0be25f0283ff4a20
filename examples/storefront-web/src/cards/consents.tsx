/** Consents: what data is used for, read before it is agreed to, and withdrawn as easily as given. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ask, GatewayError } from "../gateway";
import { GiveDocument, WithdrawDocument } from "../gql/graphql";
import { member as shown, purposes, type Member, type Purpose } from "../live";
import { language, locale } from "../session";
import { day, explained, texts } from "../texts";
import { Away, Card } from "./card";

type Consent = NonNullable<Member["consents"]>[number];

const CHANNEL = "web";

export function Consents({ member: { consents } }: { member: Member }) {
  const t = texts.value;
  // What can be decided comes first.
  const listed = purposes.value.toSorted((one, other) => Number(isAsked(other)) - Number(isAsked(one)));
  // Without the one or the other, nothing is claimed.
  const isAway = consents === null || listed.length === 0;
  const decided = new Map(consents?.map((consent) => [consent.purpose, consent]));
  return (
    <Card name="consents" title={t.consents}>
      <p class="quiet">{t.consentsHint}</p>
      {isAway && <Away />}
      <ul>
        {!isAway &&
          listed.map((purpose) => (
            <PurposeRow key={purpose.key} purpose={purpose} consent={decided.get(purpose.key)} />
          ))}
      </ul>
    </Card>
  );
}

function isAsked(purpose: Purpose): boolean {
  return purpose.lawfulBasis === "CONSENT";
}

function PurposeRow({ purpose, consent }: { purpose: Purpose; consent: Consent | undefined }) {
  const t = texts.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  const said = useSignal<string | null>(null);
  const act = useSignal("");
  const notice = purpose.notices.find((one) => one.locale === language.value) ?? purpose.notices[0];
  const asked = isAsked(purpose);
  const given = consent?.state === "GIVEN";

  /** One act has one key, which a retry sends again. */
  async function decide(decision: (key: string) => Promise<Decided>) {
    busy.value = true;
    said.value = null;
    act.value ||= crypto.randomUUID();
    try {
      const { consents, userErrors } = await decision(act.value);
      act.value = "";
      said.value = userErrors[0]?.message ?? null;
      apply(consents);
      dialog.current?.close();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      said.value = explained(error.code);
    } finally {
      busy.value = false;
    }
  }

  return (
    <li data-testid={`consent-${purpose.key}`}>
      <div>
        <h3>{purpose.name}</h3>
        <p class="quiet">{purpose.description}</p>
        <p class={given ? "good" : "quiet"} data-testid={`state-${purpose.key}`}>
          {!asked ? t.core : given ? t.given(day(consent.decidedAt ?? "")) : t.notGiven}
        </p>
        {!dialog.current?.open && <Said text={said.value} />}
      </div>
      {asked && given && (
        <button class="plain" disabled={busy.value} onClick={() => decide((key) => withdraw(purpose, key))}>
          {t.withdraw}
        </button>
      )}
      {asked && !given && notice && (
        <button class="plain" onClick={() => dialog.current?.showModal()}>
          {t.give}
        </button>
      )}
      {notice && (
        <dialog ref={dialog} aria-labelledby={`notice-${purpose.key}`}>
          <h3 id={`notice-${purpose.key}`}>{notice.title}</h3>
          <div class="notice" tabIndex={0}>
            {notice.body.split("\n").map((line) => (
              <p key={line}>{line}</p>
            ))}
          </div>
          <Said text={said.value} />
          <div class="choices">
            <button class="plain" onClick={() => dialog.current?.close()}>
              {t.notNow}
            </button>
            <button disabled={busy.value} onClick={() => decide((key) => give(purpose, notice, key))}>
              {t.agree}
            </button>
          </div>
        </dialog>
      )}
    </li>
  );
}

function Said({ text }: { text: string | null }) {
  return (
    <p class="bad" role="status">
      {text}
    </p>
  );
}

interface Decided {
  consents: Consent[];
  userErrors: { message: string }[];
}

async function give(purpose: Purpose, notice: Purpose["notices"][number], key: string): Promise<Decided> {
  const input = {
    purposes: [purpose.key],
    noticeId: notice.id,
    noticeDigest: notice.digest,
    affirmativeAct: true,
    channel: CHANNEL,
    language: locale.value,
    idempotencyKey: key,
  };
  return (await ask(GiveDocument, { input })).giveConsent;
}

async function withdraw(purpose: Purpose, key: string): Promise<Decided> {
  const input = { purposes: [purpose.key], channel: CHANNEL, idempotencyKey: key };
  return (await ask(WithdrawDocument, { input })).withdrawConsent;
}

/** What was decided shows at once; the live change that follows says the same. */
function apply(decided: Consent[]): void {
  const before = shown.value;
  if (before?.consents == null || decided.length === 0) return;
  const changed = new Map(decided.map((consent) => [consent.purpose, consent]));
  shown.value = { ...before, consents: before.consents.map((one) => changed.get(one.purpose) ?? one) };
}
