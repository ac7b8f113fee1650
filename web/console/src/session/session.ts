import { Store } from "../service/store.ts";
import { takeFragment } from "./fragment.ts";
import { keep, recall } from "./storage.ts";

export interface Session {
  token: string | null;
  /** Why one has to sign in again, where one was signed in. */
  reason: string | null;
}

const TOKEN = "token";

export const session = new Store<Session>({ token: null, reason: null });

export function restoreSession(): void {
  const [given] = takeFragment("token");
  if (given) signIn(given);
  else session.set({ token: recall(TOKEN), reason: null });
}

export function signIn(token: string): void {
  keep(TOKEN, token);
  session.set({ token, reason: null });
}

/** Where a server refuses a `token`, somebody else may have signed in since it was sent: they stay. */
export function signOut(reason: string | null = null, token = session.get().token): void {
  if (token === null || session.get().token !== token) return;
  keep(TOKEN, null);
  session.set({ token: null, reason });
}
