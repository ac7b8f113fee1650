// A reference client with its default settings for retries, which follows one person's log and prints each entry.
// usage: node follow.mjs ws|sse URL TOKEN CURSOR

import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";

const [kind, url, token, cursor] = process.argv.slice(2);
const authorization = `Bearer ${token}`;

const client =
  kind === "ws"
    ? createSocketClient({
        url: url.replace(/^http/, "ws"),
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
      })
    : createSseClient({ url, headers: { authorization } });

// The clients send this again whenever they come back: the cursor in it is that of the last entry handled.
const operation = {
  query: "subscription ($after: String) { notificationReceived(after: $after) { id cursor __typename } }",
  variables: { after: cursor },
};

client.subscribe(operation, {
  next({ data, errors }) {
    if (errors) throw new Error(JSON.stringify(errors));
    operation.variables.after = data.notificationReceived.cursor;
    console.log(data.notificationReceived.id);
  },
  error(error) {
    console.error(error);
    process.exit(1);
  },
  complete() {
    console.error("the server said that this is all");
    process.exit(1);
  },
});
