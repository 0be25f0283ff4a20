/** The tier held, and how far the next one is. */
import type { Member } from "../live";
import { lastDay, number, texts } from "../texts";
import { Away, Card } from "./card";

export function Tier({ member: { tier } }: { member: Member }) {
  const t = texts.value;
  return (
    <Card name="tier" title={t.tier}>
      {tier === null ? (
        <Away />
      ) : (
        <>
          <p class="held" data-testid="tier">
            {tier.name ?? t.noTier}
            {tier.validUntil && <small>{t.validUntil(lastDay(tier.validUntil))}</small>}
          </p>
          {tier.nextTier === null ? (
            <p class="quiet">{t.top}</p>
          ) : (
            <>
              <p class="quiet">{t.towards(tier.nextTier.name)}</p>
              {tier.progress.map((condition) => (
                <Condition key={condition.metric} {...condition} />
              ))}
            </>
          )}
        </>
      )}
    </Card>
  );
}

type ConditionProps = NonNullable<Member["tier"]>["progress"][number];

function Condition({ metric, actual, required, missing }: ConditionProps) {
  const name = texts.value.metrics[metric] ?? metric;
  // Money comes in minor units; members think in whole ones.
  const shown = (amount: number) => number(metric === "SPEND" ? amount / 100 : amount);
  const id = `progress-${metric}`;
  return (
    <div class="condition">
      <progress id={id} value={Math.min(actual, required)} max={required} data-testid={id} />
      <label for={id}>
        <span>
          {shown(actual)} / {shown(required)}
        </span>
        <span>{texts.value.missing(shown(missing), name)}</span>
      </label>
    </div>
  );
}
