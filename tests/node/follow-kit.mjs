// The TypeScript kit, which says as JSON what it is at: see tests/acceptance/kits.py.
// usage: node follow-kit.mjs URL CURSOR TOKEN...

import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

import WebSocket from "ws";

import {
  NotificationReceivedDocument,
  SubscriptionStopped,
  subscribeWithResume,
} from "../../clients/typescript/dist/index.js";

const [url, cursor, ...tokens] = process.argv.slice(2);
const say = (word) => console.log(JSON.stringify(word));
const cursorOf = (data) => data.notificationReceived.cursor;

const following = subscribeWithResume({
  url,
  // The next; the last of them for ever.
  async token() {
    const token = tokens.length > 1 ? tokens.shift() : tokens[0];
    say({ token });
    await pause(100);
    return token;
  },
  document: NotificationReceivedDocument,
  cursorOf,
  store: { load: () => cursor, save: async (latest) => say({ saved: latest }) },
  async onEvent(data) {
    say({ begun: cursorOf(data) });
    await pause(50);
    say({ handled: cursorOf(data) });
  },
  onReset: (latest) => say({ reset: latest }),
  onRetry: ({ code, why }) => say({ retry: code ?? null, why }),
  webSocketImpl: WebSocket,
  timing: { firstWaitMs: 20, longestWaitMs: 200, silenceMs: 2_000 },
});

const commands = createInterface({ input: process.stdin }).once("line", () => following.stop());
try {
  await following.finished;
  say({ ended: true });
} catch (error) {
  if (!(error instanceof SubscriptionStopped)) throw error;
  say({ stopped: error.code, message: error.message });
} finally {
  commands.close();
}
