/** A card: a titled section of the page, and what it shows while its part of the answer is away. */
import type { ComponentChildren } from "preact";
import { texts } from "../texts";

interface CardProps {
  name: string;
  title: string;
  children: ComponentChildren;
}

export function Card({ name, title, children }: CardProps) {
  return (
    <section class={`card ${name}`} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** In place of what a service that is away would have said. */
export function Away() {
  return <p class="quiet">{texts.value.away}</p>;
}
