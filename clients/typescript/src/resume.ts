import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { type FormattedExecutionResult, type GraphQLFormattedError, print } from "graphql";

import { type Link, answersTo } from "./connection.js";
import { type ComeBack, Interrupted, verdictOn } from "./endings.js";
import { type LatestCursorQuery, LatestCursorDocument } from "./generated/graphql.js";
import type { CursorStore } from "./stores.js";

export interface ResumeOptions<Data, Variables> {
  /** Of the endpoint: `wss://…/graphql`, or `https://…/graphql`. */
  url: string;
  /** Asked before each connection: give a fresh one where the last has expired. */
  token: () => string | Promise<string>;
  /** A subscription that has a variable `after` and asks for `cursor`. */
  document: TypedDocumentNode<Data, Variables>;
  /** `after` is where to begin while the store holds nothing; without it, at what happens from now on. */
  variables?: Variables;
  cursorOf: (data: Data) => string;
  store: CursorStore;
  /** Awaited, one event after another. Its cursor is saved afterwards: whatever throws here ends the subscription. */
  onEvent: (data: Data, errors: readonly GraphQLFormattedError[]) => void | Promise<void>;
  /** The cursor fits no more: load your data anew. What is still kept after `cursor` is told again from there. */
  onReset?: (cursor: string) => void | Promise<void>;
  /** The connection is away, and will be tried again. 4403 again and again: whoever it is has to sign in anew. */
  onRetry?: (retry: Retry) => void;
  /** Where there is no global `WebSocket`, as in Node 20: that of npm `ws`. */
  webSocketImpl?: unknown;
  timing?: Partial<Timing>;
}

export interface Retry {
  /** Of the socket's closing or of GraphQL, where there is one. */
  code?: number | string;
  why: string;
  /** How many times in a row nothing came of it. */
  failures: number;
  waitMs: number;
}

/** Milliseconds. */
export interface Timing {
  firstWaitMs: number;
  longestWaitMs: number;
  /** How long nothing may be heard, pongs included, before the connection counts as lost. */
  silenceMs: number;
}

export interface ResumingSubscription {
  /** End it. An event that is being handled is handled to its end, and its cursor saved. */
  stop: () => void;
  /** Fulfilled once it has ended after `stop`; rejected with what ended it otherwise, such as `SubscriptionStopped`. */
  finished: Promise<void>;
}

const TIMING: Timing = { firstWaitMs: 500, longestWaitMs: 15_000, silenceMs: 30_000 };
const REMEMBERED = 1_000;

/** Follow a person's log: each event handled once and in order, whatever becomes of connections, servers and tokens. */
export function subscribeWithResume<Data, Variables extends { after?: string | null | undefined }>(
  options: ResumeOptions<Data, Variables>,
): ResumingSubscription {
  const stopping = new AbortController();
  return { stop: () => stopping.abort(), finished: new Follower(options, stopping.signal).follow() };
}

class Follower<Data, Variables extends { after?: string | null | undefined }> {
  readonly #options: ResumeOptions<Data, Variables>;
  readonly #signal: AbortSignal;
  readonly #timing: Timing;
  readonly #handled = new Set<string>();
  #cursor: string | null | undefined;
  #failures = 0;

  constructor(options: ResumeOptions<Data, Variables>, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#timing = { ...TIMING, ...options.timing };
  }

  async follow(): Promise<void> {
    this.#cursor = (await this.#options.store.load()) || this.#options.variables?.after;
    while (!this.#signal.aborted) {
      const began = Date.now();
      try {
        const link = await this.#link();
        if (!this.#cursor) await this.#moveTo(await latestCursor(link));
        await this.#handleEvents(link);
      } catch (ending) {
        if (!(ending instanceof Interrupted)) throw ending;
        if (this.#signal.aborted) return;
        // One that was never opened ends sooner than this.
        if (Date.now() - began > 2 * this.#timing.silenceMs) this.#failures = 0;
        await this.#prepareToComeBack(verdictOn(ending));
      }
    }
  }

  async #link(): Promise<Link> {
    const { url, token, webSocketImpl } = this.#options;
    try {
      return { url, token: await token(), webSocketImpl, silenceMs: this.#timing.silenceMs, signal: this.#signal };
    } catch (error) {
      // Tokens come over the same network.
      throw new Interrupted(`There is no token: ${String(error)}`, "TOKEN");
    }
  }

  async #handleEvents(link: Link): Promise<void> {
    const variables = { ...this.#options.variables, after: this.#cursor };
    for await (const answer of answersTo<Data>({ query: print(this.#options.document), variables }, link)) {
      const data = dataOf(answer);
      const cursor = this.#options.cursorOf(data);
      if (this.#handled.has(cursor)) continue;
      await this.#options.onEvent(data, answer.errors ?? []);
      this.#remember(cursor);
      await this.#moveTo(cursor);
      this.#failures = 0;
      if (this.#signal.aborted) return;
    }
  }

  async #moveTo(cursor: string): Promise<void> {
    this.#cursor = cursor;
    await this.#options.store.save(cursor);
  }

  #remember(cursor: string): void {
    this.#handled.add(cursor);
    const [oldest] = this.#handled;
    if (this.#handled.size > REMEMBERED && oldest !== undefined) this.#handled.delete(oldest);
  }

  async #prepareToComeBack({ startOver, ...reason }: ComeBack): Promise<void> {
    if (startOver !== undefined) {
      // Data were restored or trimmed: a cursor may stand for another event than before.
      this.#handled.clear();
      await this.#options.onReset?.(startOver);
      await this.#moveTo(startOver);
    }
    const { firstWaitMs, longestWaitMs } = this.#timing;
    const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#failures);
    // Half of it by chance, so that a server which comes back is not met by everybody at once.
    const waitMs = Math.round(longest * (0.5 + Math.random() / 2));
    this.#failures += 1;
    this.#options.onRetry?.({ ...reason, failures: this.#failures, waitMs });
    await pause(waitMs, this.#signal);
  }
}

async function latestCursor(link: Link): Promise<string> {
  const query = print(LatestCursorDocument);
  for await (const answer of answersTo<LatestCursorQuery>({ query }, link)) return dataOf(answer).latestCursor;
  throw new Interrupted("There was no answer.");
}

/** An answer without data is no event: it says why there is none. */
function dataOf<Data>(answer: FormattedExecutionResult<Data>): Data {
  if (answer.data) return answer.data;
  throw new Interrupted("refused", undefined, answer.errors ?? []);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
