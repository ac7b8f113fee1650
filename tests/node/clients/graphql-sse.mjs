// npm graphql-sse, in distinct connections mode, which is its default. It comes back by itself.

import { createClient } from "graphql-sse";

// Without a token there is nothing to come back for: by default it would ask six times before it tells.
export default ({ url, token }) => {
  const client = createClient({ url, headers: token ? { authorization: `Bearer ${token}` } : {}, retryAttempts: token ? 5 : 0 });
  return {
    ask: (query, variables) =>
      new Promise((resolve, reject) => {
        client.subscribe(
          { query, variables },
          {
            next: ({ data, errors }) => resolve({ data, codes: errors?.map(({ extensions }) => extensions.code) ?? [] }),
            // What is no stream is given to the client's user as the response itself.
            error: ({ response }) =>
              response
                ? response.json().then(({ errors }) => resolve({ codes: errors.map(({ extensions }) => extensions.code) }), reject)
                : reject(new Error("the stream failed")),
            complete() {},
          },
        );
      }),
    follow(query, variables, onData) {
      client.subscribe({ query, variables }, { next: ({ data }) => onData(data), error: fail, complete: fail });
    },
  };
};

function fail(error) {
  console.error(error ?? "the server said that this is all");
  process.exit(1);
}
