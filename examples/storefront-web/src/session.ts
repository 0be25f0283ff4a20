/** The session: whose page this is, and in which language it speaks. */
import { computed, effect, signal } from "@preact/signals";

export type Language = "zh" | "en";

const KEPT_TOKEN = "storefront.token";
const KEPT_LANGUAGE = "storefront.language";

/** The member's bearer token, for as long as the tab lives; null when nobody is signed in. */
export const token = signal<string | null>(handedOver() ?? sessionStorage.getItem(KEPT_TOKEN));

export const language = signal<Language>(preferredLanguage());

/** As `Accept-Language` and the formatters want it. */
export const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en"));

export function signIn(given: string): void {
  token.value = given.trim().replace(/^bearer\s+/i, "") || null;
}

export function signOut(): void {
  token.value = null;
}

effect(() => {
  if (token.value === null) sessionStorage.removeItem(KEPT_TOKEN);
  else sessionStorage.setItem(KEPT_TOKEN, token.value);
});

effect(() => {
  localStorage.setItem(KEPT_LANGUAGE, language.value);
  document.documentElement.lang = locale.value;
});

addEventListener("hashchange", () => {
  token.value = handedOver() ?? token.value;
});

/** A sign-in page hands the token over behind `#`, which no server sees, and it does not stay in the address. */
function handedOver(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) history.replaceState(null, "", location.pathname + location.search);
  return given;
}

function preferredLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = asked ?? localStorage.getItem(KEPT_LANGUAGE) ?? navigator.language;
  return kept.toLowerCase().startsWith("en") ? "en" : "zh";
}
