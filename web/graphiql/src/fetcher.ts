import type { Fetcher, FetcherOpts, FetcherParams, Observable } from "@graphiql/toolkit";
import { type ExecutionResult, getOperationAST, parse } from "graphql";
import { type Client, createClient } from "graphql-ws/client";

const HTTP_URL = "/graphql";
const SOCKET_URL = new URL(HTTP_URL, window.location.origin.replace(/^http/, "ws")).href;

type Headers = Record<string, string>;
type Sink = { next(result: unknown): void; error(error: unknown): void; complete(): void };
type Problem = { message: string; [detail: string]: unknown };

/** Queries and mutations go by HTTP; each subscription gets a WebSocket of its own, with the headers of that moment. */
export class Transport {
  /** Used until the headers pane is on screen: the schema is asked for a little earlier. */
  headersBeforePane: Headers | undefined;

  #running: { client: Client; sink: Sink } | undefined;

  readonly fetch: Fetcher = (params: FetcherParams, options?: FetcherOpts) => {
    const headers = textHeaders(options?.headers ?? this.headersBeforePane);
    if (isSubscription(params)) return this.#observe(params, headers);
    return post(params, headers);
  };

  /** Ends the running subscription, as if the server had completed it. */
  stop(): void {
    const running = this.#running;
    this.#close(running?.client);
    running?.sink.complete();
  }

  #observe(params: FetcherParams, headers: Headers): Observable<ExecutionResult> {
    const subscribe = (sink: Sink) => this.#subscribe(params, headers, sink);
    return { subscribe: subscribe as Observable<ExecutionResult>["subscribe"] }; // GraphiQL calls it with a sink only
  }

  #subscribe(params: FetcherParams, headers: Headers, sink: Sink): { unsubscribe(): void } {
    this.stop();
    const client = createClient({
      url: SOCKET_URL,
      connectionParams: headers,
      retryAttempts: 0, // a lost connection is something to see here, not something to paper over
    });
    this.#running = { client, sink };
    const isCurrent = () => this.#running?.client === client;

    client.subscribe(
      { query: params.query, variables: params.variables, operationName: params.operationName },
      {
        next: (result) => {
          if (isCurrent()) sink.next(result);
        },
        error: (error) => {
          if (!isCurrent()) return;
          this.#close(client);
          sink.error(socketProblem(error));
        },
        complete: () => {
          if (!isCurrent()) return;
          this.#close(client);
          sink.complete();
        },
      },
    );
    return { unsubscribe: () => this.#close(client) };
  }

  #close(client: Client | undefined): void {
    if (this.#running?.client === client) this.#running = undefined;
    void client?.dispose();
  }
}

function isSubscription({ query, operationName }: FetcherParams): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === "subscription";
  } catch {
    return false; // the server says what is wrong with it
  }
}

/** HTTP header names know no case; the socket's server is spared the guessing by lower-case keys. */
export function textHeaders(headers: Record<string, unknown> = {}): Headers {
  const given = Object.entries(headers).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

async function post(params: FetcherParams, headers: Headers): Promise<ExecutionResult> {
  let status = "";
  let text = "";
  try {
    const response = await fetch(HTTP_URL, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
        ...headers,
      },
      body: JSON.stringify(params),
    });
    status = `${response.status} ${response.statusText}`.trim();
    text = await response.text();
  } catch (error) {
    return failed({ message: `The request did not come through: ${(error as Error).message}` });
  }
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null) return answer as ExecutionResult;
  } catch {
    // told below
  }
  return failed({ message: `The server answered ${status}, but not with JSON.`, answer: text.slice(0, 1000) });
}

function failed(problem: Problem): ExecutionResult {
  return { errors: [problem] } as unknown as ExecutionResult;
}

/** For codes that came without a reason. */
const CLOSE_CODES: Record<number, string> = {
  1001: "the server is going away.",
  1006: "the connection was lost, or not accepted.",
  1011: "something went wrong inside the server.",
  1012: "the server is restarting.",
  1013: "the server is busy: try again later.",
  4400: "the server did not understand a message.",
  4401: "not signed in.",
  4403: "the token is missing, or not valid any more.",
  4408: "setting up the connection took too long.",
};
const ABOUT_THE_TOKEN = [4401, 4403];

/** GraphiQL prints this as `{"errors": …}`: one object, or a list when the server sent GraphQL errors. */
function socketProblem(error: unknown): unknown {
  if (Array.isArray(error)) return error;
  if (isClose(error)) return closeProblem(error);
  if (error instanceof Error) return { message: error.message };
  return { message: "The WebSocket failed or was lost. Is the server running, and does it accept this origin?" };
}

function closeProblem({ code, reason }: { code: number; reason: string }): Problem {
  const why = reason || CLOSE_CODES[code] || "no reason given.";
  const message = `The socket was closed with ${code}: ${why}`;
  return ABOUT_THE_TOKEN.includes(code)
    ? { message, hint: "Put a valid token into the headers pane, and run this again.", code }
    : { message, code };
}

function isClose(error: unknown): error is { code: number; reason: string } {
  return typeof error === "object" && error !== null && "code" in error && "reason" in error;
}
