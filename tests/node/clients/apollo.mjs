// Apollo Client 4: queries, mutations and, as multipart, subscriptions over HttpLink; over a socket by GraphQLWsLink.

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { ServerError } from "@apollo/client/errors";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { resuming } from "./resume.mjs";

export const overHttp = ({ url, token }) =>
  new HttpLink({ uri: url, headers: token ? { authorization: `Bearer ${token}` } : {} });

export const overSocket = ({ url, token }) =>
  new GraphQLWsLink(
    createClient({
      url: url.replace(/^http/, "ws"),
      connectionParams: { authorization: `Bearer ${token}` },
      // To come back after the last entry rather than to where the subscription first began.
      retryAttempts: 0,
    }),
  );

export const split = (options) =>
  ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    overSocket(options),
    overHttp(options),
  );

export function adapter(link) {
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return {
    async ask(text, variables) {
      const document = gql(text);
      const mutation = document.definitions[0].operation === "mutation";
      try {
        const asked = mutation
          ? client.mutate({ mutation: document, variables })
          : client.query({ query: document, variables, fetchPolicy: "network-only" });
        return { data: (await asked).data, codes: [] };
      } catch (error) {
        if (CombinedGraphQLErrors.is(error)) return { codes: error.errors.map(({ extensions }) => extensions.code) };
        if (ServerError.is(error))
          return { codes: JSON.parse(error.bodyText).errors.map(({ extensions }) => extensions.code) };
        throw error;
      }
    },
    follow(text, variables, onData) {
      resuming((done) =>
        client.subscribe({ query: gql(text), variables: { ...variables } }).subscribe({
          next: ({ data, error }) => (error ? done() : onData(data)),
          error: done,
          complete: done,
        }),
      );
    },
  };
}
