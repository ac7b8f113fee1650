// graphql-ws, for itself and under the clients that leave sockets to it.

import { createClient } from "graphql-ws";
import WebSocket from "ws";

export const socketTo = ({ url, token }, options = {}) =>
  createClient({
    url: url.replace(/^http/, "ws"),
    // A browser has its own, and Node from version 22 on.
    webSocketImpl: WebSocket,
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    ...options,
  });

// For clients that copy the variables: it would come back by itself, but to where the subscription first began.
export const socketOnce = (options) => socketTo(options, { retryAttempts: 0 });
