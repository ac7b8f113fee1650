/** What stands after the `#` of a link. Browsers keep that part to themselves, so that no server sees a token. */
export function takeFragment(...names: string[]): (string | null)[] {
  const given = new URLSearchParams(window.location.hash.slice(1));
  const found = names.map((name) => given.get(name)?.replace(/^Bearer\s+/i, "").trim() || null);
  if (found.some((value) => value !== null)) {
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }
  return found;
}
