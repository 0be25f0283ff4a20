/** What the tier held gives. */
import type { Member } from "../live";
import { texts } from "../texts";
import { Away, Card } from "./card";

export function Benefits({ member: { benefits } }: { member: Member }) {
  const t = texts.value;
  return (
    <Card name="benefits" title={t.benefits}>
      {benefits === null && <Away />}
      {benefits?.length === 0 && <p class="quiet">{t.noBenefits}</p>}
      <ul>
        {benefits?.map(({ key, kind, name }) => (
          <li key={key}>
            <span class={`kind ${kind.toLowerCase()}`}>{t.kinds[kind] ?? kind}</span>
            {name}
          </li>
        ))}
      </ul>
    </Card>
  );
}
