// npm graphql-ws for everything, queries and mutations too. It comes back by itself, with the variables as they are then.
// By default it does so only where a connection was closed, and gives up where one is refused, as while a server starts.

import { CloseCode } from "graphql-ws";
import { codesOf } from "./codes.mjs";
import { fail } from "./fail.mjs";
import { socketTo } from "./socket.mjs";

export default ({ url, token }) => {
  // Without a token there is nothing to come back for: by default it would ask five times before it tells.
  const client = socketTo({ url, token }, token ? { shouldRetry: () => true } : { retryAttempts: 0 });
  return {
    ask: (query, variables) =>
      new Promise((resolve, reject) => {
        let answer;
        client.subscribe(
          { query, variables },
          {
            next({ data, errors }) {
              answer = { data, codes: codesOf(errors) };
            },
            // A list of errors is the operation's, anything else the connection's.
            error(error) {
              if (Array.isArray(error)) resolve({ codes: codesOf(error) });
              else if (error.code === CloseCode.Forbidden) resolve({ codes: ["UNAUTHENTICATED"] });
              else reject(error);
            },
            // Not before: what is not complete when a connection breaks is sent once more, mutations too.
            complete: () => resolve(answer),
          },
        );
      }),
    follow(query, variables, onData) {
      client.subscribe({ query, variables }, { next: ({ data }) => onData(data), error: fail, complete: fail });
    },
  };
};
