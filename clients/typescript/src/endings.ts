import type { GraphQLFormattedError } from "graphql";

/** Why a subscription cannot go on: `code` is that of the socket or of GraphQL, `message` says what to do. */
export class SubscriptionStopped extends Error {
  override readonly name = "SubscriptionStopped";

  constructor(
    readonly code: number | string,
    message: string,
  ) {
    super(message);
  }
}

/** A connection ended; what becomes of the subscription is decided by `verdictOn`. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(
    message: string,
    readonly code?: number | string,
    readonly errors: readonly GraphQLFormattedError[] = [],
  ) {
    super(message);
  }
}

/** Come back, from `startOver` where the server says that our cursor fits no more. */
export interface ComeBack {
  why: string;
  code?: number | string;
  startOver?: string;
}

const MISFIT =
  "The server and this client do not understand one another. Check that the URL is that of /graphql, that nothing in " +
  "between changes what is sent, and that mentoring-client is as new as the server.";

// Every other code is worth coming back: a network that broke, a deploy, a token that ran out.
const FINAL_CLOSE_CODES: Readonly<Record<number, string>> = {
  1002: MISFIT,
  1003: MISFIT,
  1007: MISFIT,
  1008: "The server takes nothing from this page. Add its origin to MENTORING_ALLOWED_ORIGINS.",
  1009: "A message was too large for something in between. Ask for fewer fields.",
  4400: MISFIT,
  4401: MISFIT,
  4406: "What answers does not speak graphql-transport-ws. Check that the URL is that of /graphql.",
  4409: MISFIT,
  4429: MISFIT,
};

const PASSING_ERROR_CODES: ReadonlySet<unknown> = new Set(["INTERNAL", "RATE_LIMITED", "UNAUTHENTICATED", "UNAVAILABLE"]);

/** Whether to come back. Throws `SubscriptionStopped` where it would end the same way each time. */
export function verdictOn(ending: Interrupted): ComeBack {
  const [error] = ending.errors;
  if (error) return verdictOnError(error);
  const advice = typeof ending.code === "number" ? FINAL_CLOSE_CODES[ending.code] : undefined;
  if (advice) throw new SubscriptionStopped(ending.code ?? "", `${ending.message || "The socket was closed."} ${advice}`);
  return { why: ending.message, ...(ending.code === undefined ? {} : { code: ending.code }) };
}

function verdictOnError(error: GraphQLFormattedError): ComeBack {
  const code = String(error.extensions?.["code"] ?? "UNKNOWN");
  const cursor = error.extensions?.["cursor"];
  if (code === "CURSOR_RESET" && typeof cursor === "string") return { why: error.message, code, startOver: cursor };
  if (PASSING_ERROR_CODES.has(code)) return { why: error.message, code };
  throw new SubscriptionStopped(code, `${error.message} Mend the operation or its variables, then subscribe again.`);
}
