// npm graphql-sse, in distinct connections mode, which is its default. It comes back by itself.

import { createClient } from "graphql-sse";
import { codesOf } from "./codes.mjs";
import { fail } from "./fail.mjs";

/** A refusal, read to its end: in single connection mode the client drops what it came over before it tells of it. */
async function readable(...asked) {
  const response = await fetch(...asked);
  return response.ok ? response : new Response(await response.arrayBuffer(), response);
}

export function adapter({ url, token }, options = {}) {
  const client = createClient({
    url,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    // Without a token there is nothing to come back for: by default it would ask six times before it tells.
    retryAttempts: token ? 5 : 0,
    fetchFn: readable,
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
                ? response.json().then(({ errors }) => resolve({ codes: codesOf(errors) }), reject)
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
