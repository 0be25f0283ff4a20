/** Points: what the member can spend, changing on the screen as it changes in the ledger. */
import { connection, type Member } from "../live";
import { lastDay, number, texts } from "../texts";
import { Away } from "./card";

export function Points({ member }: { member: Member }) {
  const { points } = member;
  const t = texts.value;
  const soon = points?.expiringSoon[0];
  return (
    <section class="card points" aria-labelledby="points-title">
      <h2 id="points-title">{t.points}</h2>
      {points === null ? (
        <Away />
      ) : (
        <>
          {/* A new key makes a new element, which draws the eye once. */}
          <p class="balance" aria-live="polite" aria-atomic="true" data-testid="points">
            <span key={points.available}>{number(points.available)}</span>
          </p>
          <ul class="notes">
            {points.pending > 0 && <li>{t.pending(number(points.pending))}</li>}
            {points.held > 0 && <li>{t.held(number(points.held))}</li>}
            {points.debt > 0 && <li>{t.debt(number(points.debt))}</li>}
            {soon && <li>{t.expiring(number(soon.points), lastDay(soon.expiresAt))}</li>}
          </ul>
        </>
      )}
      <p class={`connection ${connection.value}`} role="status" data-testid="connection">
        {t[connection.value]}
      </p>
    </section>
  );
}
