/** What the gateway wrote into the page, and the token that a link from the terminal brought. */

interface Told {
  surface: string;
  /** Documents by name; the first line of one may be a comment that holds its variables. */
  examples: Record<string, string>;
}

export interface Example {
  name: string;
  query: string;
  variables: string;
}

const told = JSON.parse(document.getElementById("told")!.textContent!) as Told;

export const { surface } = told;

export const examples: Example[] = Object.entries(told.examples).map(([name, text]) => {
  const [, variables, query] = /^(?:# variables (.*)\n)?([^]*)$/.exec(text)!;
  return {
    name: name.replaceAll("_", " "),
    query: query!.trim(),
    variables: variables === undefined ? "" : JSON.stringify(JSON.parse(variables), null, 2),
  };
});

// Another link, opened in this tab, begins anew.
addEventListener("hashchange", () => location.reload());

/** The headers to begin with: the token of the link, or the one from before. */
export function headers(): string {
  const kept = `huiyuan.${surface}.token`;
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    localStorage.setItem(kept, given);
    history.replaceState(null, "", location.pathname);
  }
  const token = (given ?? localStorage.getItem(kept) ?? "").replace(/^Bearer\s+/i, "");
  const said = token === "" ? {} : { Authorization: `Bearer ${token}` };
  return JSON.stringify({ ...said, "Accept-Language": "zh-CN" }, null, 2);
}

/** Storage of this surface's own: the storefront's page and the admin's share an origin. */
export const storage = {
  get length() {
    return localStorage.length;
  },
  getItem: (key: string) => localStorage.getItem(`huiyuan.${surface}.${key}`),
  setItem: (key: string, value: string) => localStorage.setItem(`huiyuan.${surface}.${key}`, value),
  removeItem: (key: string) => localStorage.removeItem(`huiyuan.${surface}.${key}`),
  clear: () => Object.keys(localStorage).filter(isOurs).forEach((key) => localStorage.removeItem(key)),
};

function isOurs(key: string): boolean {
  return key.startsWith(`huiyuan.${surface}.graphiql:`);
}
