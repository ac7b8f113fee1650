// Apollo Client 4: queries, mutations and, as multipart, subscriptions over HttpLink; over a socket by GraphQLWsLink.

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { ServerError } from "@apollo/client/errors";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { codesOf } from "./codes.mjs";
import { resuming } from "./resume.mjs";
import { socketOnce } from "./socket.mjs";

export const overHttp = ({ url, token }, options = {}) =>
  new HttpLink({ uri: url, headers: token ? { authorization: `Bearer ${token}` } : {}, ...options });

export const split = (options) =>
  ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socketOnce(options)),
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
        if (CombinedGraphQLErrors.is(error)) return { codes: codesOf(error.errors) };
        if (ServerError.is(error)) return { codes: codesOf(JSON.parse(error.bodyText).errors) };
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
