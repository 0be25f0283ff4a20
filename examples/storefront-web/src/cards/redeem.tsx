/** Redeeming points. A retry sends the same id, so that points are never spent twice. */
import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { ask, GatewayError } from "../gateway";
import { RedeemDocument, type RedeemMutation } from "../gql/graphql";
import type { Member } from "../live";
import { explained, number, texts } from "../texts";
import { Card } from "./card";

type Payload = RedeemMutation["redeemPoints"];

export function Redeem({ member: { points } }: { member: Member }) {
  const t = texts.value;
  const asked = useSignal(100);
  const busy = useSignal(false);
  const said = useSignal<{ text: string; good: boolean } | null>(null);
  // One id for one intention: kept while nobody knows what became of it, new after every answer.
  const intention = useSignal({ points: 0, id: "" });

  async function redeem(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    busy.value = true;
    said.value = null;
    if (intention.value.points !== asked.value) {
      intention.value = { points: asked.value, id: crypto.randomUUID() };
    }
    const { points, id } = intention.value;
    try {
      const payload = (await ask(RedeemDocument, { input: { points, redemptionId: id } })).redeemPoints;
      intention.value = { points: 0, id: "" };
      said.value = outcome(payload);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      said.value = { text: explained(error.code), good: false };
    } finally {
      busy.value = false;
    }
  }

  return (
    <Card name="redeem" title={t.redeem}>
      <form onSubmit={redeem}>
        <label for="redeem-points">{t.howMany}</label>
        <input
          id="redeem-points"
          type="number"
          inputMode="numeric"
          min={1}
          step={1}
          required
          value={asked.value}
          onInput={(event) => (asked.value = event.currentTarget.valueAsNumber)}
          aria-describedby="redeem-hint redeem-said"
        />
        <button type="submit" disabled={busy.value || points === null}>
          {t.redeemNow}
        </button>
      </form>
      <p class="quiet" id="redeem-hint">
        {t.redeemHint}
      </p>
      <p id="redeem-said" class={said.value?.good ? "good" : "bad"} role="status" data-testid="redeem-said">
        {said.value?.text}
      </p>
    </Card>
  );
}

function outcome({ redemption, userErrors }: Payload): { text: string; good: boolean } {
  const t = texts.value;
  const [error] = userErrors;
  if (redemption !== null) {
    return { text: t.redeemed(number(redemption.points), redemption.worth?.formatted ?? null), good: true };
  }
  const available = error?.facts.find((fact) => fact.name === "available")?.value;
  if (error?.code === "NOT_ENOUGH_POINTS" && available !== undefined) {
    return { text: t.notEnough(number(Number(available))), good: false };
  }
  return { text: error?.message ?? t.fault, good: false };
}
