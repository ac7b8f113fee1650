/** What a link hands over after the `#`. Browsers keep that part to themselves, so no server sees the token. */
export type Fragment = {
  headers: string;
  query: string | undefined;
  variables: string;
};

/** Reads `#token=…&query=…&variables=…` and takes it out of the address bar; without any of them: undefined. */
export function takeFragment(): Fragment | undefined {
  const given = new URLSearchParams(window.location.hash.slice(1));
  if (!["token", "query", "variables"].some((name) => given.has(name))) return undefined;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);

  const token = given.get("token")?.replace(/^Bearer\s+/i, "").trim();
  return {
    headers: token ? pretty({ Authorization: `Bearer ${token}` }) : "",
    query: given.get("query") ?? undefined,
    variables: prettyJson(given.get("variables") ?? ""),
  };
}

function prettyJson(text: string): string {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text; // shown as it came, for the reader to mend
  }
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
