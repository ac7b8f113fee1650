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

export function signOut(reason: string | null = null): void {
  if (session.get().token === null) return;
  keep(TOKEN, null);
  session.set({ token: null, reason });
}
