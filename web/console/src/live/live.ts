import type { Client } from "@urql/core";

import { clientFor } from "../service/client.ts";
import { Store } from "../service/store.ts";
import type { EntryFragment } from "../generated/graphql.ts";
import { LiveDocument, MissedDocument } from "../generated/graphql.ts";
import { signOut } from "../session/session.ts";
import { keep, recall } from "../session/storage.ts";
import type { Kind } from "./entries.ts";
import { pause, waitAfter } from "./pause.ts";

export type Connection = { state: "connecting" | "live" | "offline" } | { state: "waiting"; until: number };

/** Kind null: everything may have changed. */
type Listener = (kind: Kind | null) => void;

const STEADY_MS = 10_000;
const FORBIDDEN = 4403;

/** One person's log, followed for as long as they are signed in: each entry once and in order, whatever breaks. */
export class Live {
  readonly client: Client;
  readonly connection = new Store<Connection>({ state: "connecting" });
  /** What is to be shown as a toast. */
  readonly arrivals = new Store<readonly EntryFragment[]>([]);
  /** Ids of what came while nobody listened. */
  readonly away = new Store<ReadonlySet<string>>(new Set());

  readonly #listeners = new Set<Listener>();
  #person = "";
  #cursor = "";
  #stopped = new AbortController();
  #hurry = new AbortController();
  #end: ((refused: string | null) => void) | null = null;

  constructor(token: string) {
    const heard = {
      opened: () => this.connection.set({ state: "live" }),
      closed: (code: number | null, reason: string) => this.#end?.(code === FORBIDDEN ? reason : null),
    };
    this.client = clientFor(token, heard, (why) => signOut(why, token));
  }

  /** `latest` came with what the page shows; `unread` are the entries that waited before it. */
  start(person: string, latest: string, unread: readonly string[]): () => void {
    this.#person = person;
    const kept = recall(`cursor:${person}`);
    this.#moveTo(kept ?? latest);
    this.#markAway(unread);
    this.#stopped = new AbortController();
    const cut = () => this.#end?.(null);
    window.addEventListener("offline", cut);
    void this.#follow(this.#stopped.signal, kept !== null && kept !== latest);
    return () => {
      window.removeEventListener("offline", cut);
      this.#stopped.abort();
      this.#hurry.abort();
      this.#end?.(null);
    };
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly hurry = (): void => this.#hurry.abort();

  dismiss(id: string): void {
    this.arrivals.set(this.arrivals.get().filter((entry) => entry.id !== id));
  }

  async #follow(stopped: AbortSignal, resumed: boolean): Promise<void> {
    let failures = 0;
    let catchingUp = resumed;
    while (!stopped.aborted) {
      const began = Date.now();
      this.connection.set({ state: "connecting" });
      const refused = !catchingUp || (await this.#readMissed()) ? await this.#subscribe(stopped) : null;
      if (stopped.aborted) return;
      if (refused !== null) return signOut(refused);
      catchingUp = true;
      failures = Date.now() - began > STEADY_MS ? 0 : failures + 1;
      const wait = waitAfter(failures);
      this.connection.set(navigator.onLine ? { state: "waiting", until: Date.now() + wait } : { state: "offline" });
      this.#hurry = new AbortController();
      await pause(wait, AbortSignal.any([this.#hurry.signal, stopped]));
    }
  }

  /** Whether it makes sense to go on. */
  async #readMissed(): Promise<boolean> {
    const options = { requestPolicy: "network-only" } as const;
    const { data, error } = await this.client.query(MissedDocument, { after: this.#cursor }, options).toPromise();
    if (data) this.#markAway(data.notifications.nodes.map((entry) => entry.id));
    if (data?.notifications.nodes.length === 0) this.#tell(null); // what others see may have changed all the same
    return data !== undefined || (error !== undefined && !error.networkError);
  }

  /** Until it ends; returns why this person is not let in any more, or null where it is worth coming back. */
  #subscribe(stopped: AbortSignal): Promise<string | null> {
    return new Promise((resolve) => {
      if (stopped.aborted) return resolve(null);
      const { unsubscribe } = this.client.subscription(LiveDocument, { after: this.#cursor }).subscribe((answer) => {
        const entry = answer.data?.notificationReceived;
        if (entry) this.#handle(entry);
        else if (answer.error) this.#fail(answer.error.graphQLErrors[0]?.extensions);
      });
      this.#end = (refused) => {
        this.#end = null;
        queueMicrotask(unsubscribe);
        resolve(refused);
      };
    });
  }

  #fail(extensions: Record<string, unknown> | undefined): void {
    if (extensions?.["code"] === "CURSOR_RESET" && typeof extensions["cursor"] === "string") {
      this.#moveTo(extensions["cursor"]);
      this.#tell(null);
    }
    this.#end?.(null);
  }

  #handle(entry: EntryFragment): void {
    this.#moveTo(entry.cursor);
    this.arrivals.set([...this.arrivals.get(), entry]);
    this.#tell(entry.__typename ?? null);
  }

  #moveTo(cursor: string): void {
    this.#cursor = cursor;
    keep(`cursor:${this.#person}`, cursor);
  }

  #markAway(ids: readonly string[]): void {
    if (ids.length) this.away.set(new Set([...this.away.get(), ...ids]));
  }

  #tell(kind: Kind | null): void {
    for (const listener of this.#listeners) listener(kind);
  }
}
