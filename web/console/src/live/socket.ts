import type { SubscriptionForwarder } from "@urql/core";
import { createClient } from "graphql-ws";

/** What becomes of the socket. */
export interface Heard {
  opened(): void;
  closed(code: number | null, reason: string): void;
}

const SILENCE_MS = 30_000;

/**
 * A socket of its own for each subscription, of which there is one at a time. The client's own retries are off: they
 * would send the cursor of the beginning again.
 */
export function overSocket(token: string, heard: Heard): SubscriptionForwarder {
  return (request) => ({
    subscribe(sink) {
      let alarm: ReturnType<typeof setTimeout> | undefined;
      const listen = () => {
        clearTimeout(alarm);
        alarm = setTimeout(() => socket.terminate(), SILENCE_MS);
      };
      const socket = createClient({
        url: `${window.location.origin.replace(/^http/, "ws")}/graphql`,
        connectionParams: { authorization: `Bearer ${token}` },
        retryAttempts: 0,
        keepAlive: SILENCE_MS / 3,
        on: {
          connected: () => heard.opened(),
          message: listen,
          closed: (event) => {
            clearTimeout(alarm);
            const { code = null, reason = "" } = event as { code?: number; reason?: string };
            heard.closed(code, reason);
          },
        },
      });
      listen();
      const stop = socket.subscribe(
        { query: request.query ?? "", variables: request.variables ?? {} },
        {
          next: (answer) => sink.next(answer as Parameters<typeof sink.next>[0]),
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
        },
      );
      return {
        unsubscribe() {
          clearTimeout(alarm);
          stop();
          void Promise.resolve(socket.dispose()).catch(() => undefined); // it never came to a connection
        },
      };
    },
  });
}
