// @urql/core: queries and mutations by fetchExchange, subscriptions over a socket or as server-sent events.

import { Client, subscriptionExchange } from "@urql/core";
import { codesOf } from "./codes.mjs";
import { resuming } from "./resume.mjs";
import { socketOnce } from "./socket.mjs";

export const overSocket = (options) => {
  const socket = socketOnce(options);
  return subscriptionExchange({
    forwardSubscription: (request) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
    }),
  });
};

export function adapter({ url, token }, exchanges, options = {}) {
  const client = new Client({
    url,
    exchanges,
    preferGetMethod: false,
    fetchOptions: { headers: token ? { authorization: `Bearer ${token}` } : {} },
    ...options,
  });
  return {
    async ask(text, variables = {}) {
      const asked = /^\s*mutation/.test(text)
        ? client.mutation(text, variables)
        : client.query(text, variables, { requestPolicy: "network-only" });
      const { data, error } = await asked.toPromise();
      return { data, codes: codesOf(error?.graphQLErrors) };
    },
    follow(text, variables, onData) {
      resuming((done) => {
        const { unsubscribe } = client.subscription(text, { ...variables }).subscribe(({ data, error }) => {
          if (!error) return onData(data);
          unsubscribe();
          done();
        });
      });
    },
  };
}
