// @urql/core: queries and mutations by fetchExchange, subscriptions over a socket or as server-sent events.

import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { resuming } from "./resume.mjs";

export const overSocket = ({ url, token }) => {
  const socket = createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: { authorization: `Bearer ${token}` },
    // To come back after the last entry rather than to where the subscription first began.
    retryAttempts: 0,
  });
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
      const asked = text.startsWith("mutation")
        ? client.mutation(text, variables)
        : client.query(text, variables, { requestPolicy: "network-only" });
      const { data, error } = await asked.toPromise();
      return { data, codes: error?.graphQLErrors.map(({ extensions }) => extensions.code) ?? [] };
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
