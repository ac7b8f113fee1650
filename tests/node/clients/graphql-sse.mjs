// npm graphql-sse, in distinct connections mode, which is its default. It comes back by itself.

import { createClient } from "graphql-sse";
import { codesOf } from "./codes.mjs";
import { fail } from "./fail.mjs";

export function adapter({ url, token }, options = {}) {
  const client = createClient({
    url,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    // Without a token there is nothing to come back for: by default it would ask six times before it tells.
    retryAttempts: token ? 5 : 0,
    ...options,
  });
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
            // What is no stream is given to the client's user as the response itself.
            error: ({ response }) =>
              response
                ? response.json().then(
                    ({ errors }) => resolve({ codes: codesOf(errors) }),
                    // A reservation that is refused is aborted by the client, body and all: the status is left.
                    (error) => (response.status === 401 ? resolve({ codes: ["UNAUTHENTICATED"] }) : reject(error)),
                  )
                : reject(new Error("the stream failed")),
            // Not before: what is not complete when a connection breaks is sent once more, mutations too.
            complete: () => resolve(answer),
          },
        );
      }),
    follow(query, variables, onData) {
      client.subscribe({ query, variables }, { next: ({ data }) => onData(data), error: fail, complete: fail });
    },
  };
}

export default (options) => adapter(options);
