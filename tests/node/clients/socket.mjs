// graphql-ws, for itself and under the clients that leave sockets to it.

import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

// A browser has one, and Node from version 22 on. Apollo's link looks for it there, too, once a connection breaks.
globalThis.WebSocket ??= WebSocket;

export const socketTo = ({ url, token }, options = {}) =>
  createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    ...options,
  });

// For clients that copy the variables: it would come back by itself, but to where the subscription first began.
export const socketOnce = (options) => socketTo(options, { retryAttempts: 0 });
