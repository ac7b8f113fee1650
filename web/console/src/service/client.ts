import { Client, type CombinedError, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";

import { type Heard, overSocket } from "../live/socket.ts";

/** Every question is about this and every act changes it: one act, and all that is on screen is asked anew. */
export const EVERYTHING = { additionalTypenames: ["Everything"] };

export function clientFor(token: string, heard: Heard, onRefused: (why: string) => void): Client {
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store" },
    exchanges: [
      mapExchange({
        onError(error) {
          if (isUnauthenticated(error)) onRefused(refusalOf(error));
        },
      }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({ forwardSubscription: overSocket(token, heard) }),
    ],
  });
}

export function codeOf(error: CombinedError | undefined): unknown {
  return error?.graphQLErrors[0]?.extensions["code"];
}

function isUnauthenticated(error: CombinedError): boolean {
  const response = error.response as Response | undefined;
  return response?.status === 401 || codeOf(error) === "UNAUTHENTICATED";
}

function refusalOf(error: CombinedError): string {
  return error.graphQLErrors[0]?.message ?? "This token is not accepted.";
}
