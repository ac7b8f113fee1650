/** Where the cursor of the last handled event is kept: one for each person and each purpose. */
export interface CursorStore {
  load(): string | null | undefined | Promise<string | null | undefined>;
  save(cursor: string): void | Promise<void>;
}

/** The part of Web Storage that is needed: `localStorage` and `sessionStorage` have it. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Kept as long as this object is: over every lost connection, not over a reload. */
export function memoryStore(cursor?: string): CursorStore {
  let kept = cursor;
  return {
    load: () => kept,
    save: (latest) => {
      kept = latest;
    },
  };
}

/** Kept over reloads, under a key that names the person: a cursor fits nobody else's log. */
export function webStore(storage: WebStorage, key: string): CursorStore {
  return { load: () => storage.getItem(key), save: (cursor) => storage.setItem(key, cursor) };
}
