// The reference client of graphql-transport-ws with its default settings for retries, which follows one person's log and
// prints each entry.
// usage: node follow-ws.mjs URL TOKEN CURSOR

import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, token, cursor] = process.argv.slice(2);

const client = createClient({
  url: url.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
});

// The client sends this again whenever it comes back: the cursor in it is that of the last entry handled.
const operation = {
  query: "subscription ($after: String) { notificationReceived(after: $after) { id cursor } }",
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
