/** What moved the points lately, newest first. */
import type { Member } from "../live";
import { recentDay, signed, texts } from "../texts";
import { Away, Card } from "./card";

const SHOWN = 6;

export function Entries({ member: { entries, points } }: { member: Member }) {
  const t = texts.value;
  const ofPoints = entries?.nodes.filter((entry) => entry.currency === points?.currency).slice(0, SHOWN);
  return (
    <Card name="entries" title={t.entries}>
      {ofPoints === undefined && <Away />}
      {ofPoints?.length === 0 && <p class="quiet">{t.noEntries}</p>}
      <ol>
        {ofPoints?.map(({ id, type, change, occurredAt }) => (
          <li key={id}>
            <span>{t.types[type] ?? t.types.OTHER}</span>
            <time dateTime={occurredAt}>{recentDay(occurredAt)}</time>
            <strong class={change < 0 ? "less" : "more"}>{signed(change)}</strong>
          </li>
        ))}
      </ol>
    </Card>
  );
}
