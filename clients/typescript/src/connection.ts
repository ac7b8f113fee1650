import type { FormattedExecutionResult } from "graphql";
import { createClient, type SubscribePayload } from "graphql-ws";

import { Interrupted } from "./endings.js";

export interface Link {
  url: string;
  /** As it is to be sent; asked for anew before each connection. */
  token: string;
  webSocketImpl: unknown;
  /** How long nothing may be heard, pongs included, before the connection counts as lost. */
  silenceMs: number;
  signal: AbortSignal;
}

/**
 * The answers to one operation, over a socket of its own. Whatever was received is yielded before the end is told.
 * Throws `Interrupted` however the socket or the operation ends.
 *
 * The client's own retries are off: they send the cursor of the beginning again, and do not wait for handlers.
 */
export async function* answersTo<Data>(
  payload: SubscribePayload,
  link: Link,
): AsyncGenerator<FormattedExecutionResult<Data>, never> {
  if (link.signal.aborted) throw new Interrupted("stopped");
  const inbox: FormattedExecutionResult<Data>[] = [];
  let ending: Interrupted | undefined;
  let wake = (): void => {};
  const end = (how: Interrupted): void => {
    ending ??= how;
    wake();
  };

  let alarm: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(alarm);
    alarm = setTimeout(() => end(new Interrupted("Nothing was heard for too long.")), link.silenceMs);
  };
  const stop = (): void => {
    inbox.length = 0;
    end(new Interrupted("stopped"));
  };
  link.signal.addEventListener("abort", stop);

  const client = createClient({
    url: socketUrl(link.url),
    connectionParams: { authorization: `Bearer ${link.token}` },
    webSocketImpl: link.webSocketImpl,
    retryAttempts: 0,
    keepAlive: link.silenceMs / 3,
    on: {
      message: listen,
      error: (error) => end(new Interrupted(messageOf(error))),
      closed: (event) => {
        end(closedBy(event));
        // A normal closure would make the client come back by itself, with the old cursor.
        void dispose();
      },
    },
  });
  const dispose = async (): Promise<void> => {
    try {
      await client.dispose();
    } catch {
      // It never came to a connection.
    }
  };

  listen();
  client.subscribe<Data>(payload, {
    next: (answer) => {
      inbox.push(answer as FormattedExecutionResult<Data>);
      wake();
    },
    error: (error) => end(Array.isArray(error) ? new Interrupted("refused", undefined, error) : closedBy(error)),
    complete: () => end(new Interrupted("The server said that this is all.")),
  });
  try {
    for (;;) {
      for (let answer = inbox.shift(); answer; answer = inbox.shift()) yield answer;
      if (ending) throw ending;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearTimeout(alarm);
    link.signal.removeEventListener("abort", stop);
    void dispose();
  }
}

/** The URL of the socket, from that of the endpoint. */
function socketUrl(url: string): string {
  if (!/^(http|ws)s?:\/\//.test(url)) throw new TypeError(`Give the whole URL, such as wss://example.com/graphql: ${url}`);
  return url.replace(/^http/, "ws");
}

function closedBy(event: unknown): Interrupted {
  if (typeof event !== "object" || event === null || !("code" in event) || typeof event.code !== "number") {
    return new Interrupted(messageOf(event));
  }
  const reason = "reason" in event && event.reason ? String(event.reason) : "The connection was lost.";
  return new Interrupted(reason, event.code);
}

function messageOf(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
  return message || "The connection failed.";
}
