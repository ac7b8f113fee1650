/**
 * What GraphiQL remembers between visits: tabs, sizes and the theme, never headers, for they hold tokens.
 *
 * Tabs are kept twice: for this browser tab, so that a reload finds its own again whatever other browser tabs did,
 * and for the next visit.
 */
type Storage = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
  readonly length: number;
};

const PREFIX = "graphiql:";
const TABS = `${PREFIX}tabState`;
/** GraphiQL would keep these a second time, out of step with the tabs once two browser tabs are open. */
const OF_ACTIVE_TAB = new Map([`${PREFIX}query`, `${PREFIX}variables`].map((key) => [key, key.slice(PREFIX.length)]));
const NEVER_KEPT = new Set([...OF_ACTIVE_TAB.keys(), `${PREFIX}headers`, `${PREFIX}shouldPersistHeaders`]);

export const storage: Storage = {
  getItem(key) {
    const field = OF_ACTIVE_TAB.get(key);
    if (field) return fieldOfActiveTab(field);
    if (key === TABS) return sessionStorage.getItem(TABS) ?? localStorage.getItem(TABS);
    return localStorage.getItem(key);
  },
  setItem(key, value) {
    if (NEVER_KEPT.has(key)) return;
    if (key === TABS) sessionStorage.setItem(key, value);
    localStorage.setItem(key, value);
  },
  removeItem(key) {
    if (key === TABS) sessionStorage.removeItem(key);
    localStorage.removeItem(key);
  },
  clear() {
    for (const kept of [sessionStorage, localStorage]) {
      for (const key of Object.keys(kept)) if (key.startsWith(PREFIX)) kept.removeItem(key);
    }
  },
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).length;
  },
};

function fieldOfActiveTab(field: string): string | null {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem(TABS) ?? "");
    return tabs[activeTabIndex][field] ?? null;
  } catch {
    return null; // nothing remembered yet
  }
}
