import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useEffect, useRef } from "react";
import { useQuery } from "urql";

import { useLive } from "../live/LiveContext.ts";
import type { Kind } from "../live/entries.ts";
import { EVERYTHING } from "./client.ts";

export interface Answer<Data> {
  data: Data | undefined;
  /** Why there is nothing to show. Where there is something, it stays on screen. */
  failure: string | null;
  retry: () => void;
}

const GATHER_MS = 30;

/**
 * What the server answers, asked anew after every act, and after every arrival that `concerns` it; null: after any.
 * What is FORBIDDEN is null in the answer, and no failure.
 */
export function useData<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  concerns: readonly Kind[] | null = null,
): Answer<Data> {
  const live = useLive();
  const [{ data, error, fetching }, ask] = useQuery<Data, Variables>({
    query,
    variables,
    requestPolicy: "cache-and-network",
    context: EVERYTHING,
  } as Parameters<typeof useQuery<Data, Variables>>[0]);

  const names = concerns?.join() ?? null;
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    const stop = live.listen((kind) => {
      if (names !== null && kind !== null && !names.split(",").includes(kind)) return;
      clearTimeout(soon);
      soon = setTimeout(() => ask({ requestPolicy: "network-only" }), GATHER_MS);
    });
    return () => {
      clearTimeout(soon);
      stop();
    };
  }, [live, names, ask]);

  // What was answered once stays on screen while the server is away.
  const last = useRef(data);
  if (data) last.current = data;
  const shown = data ?? last.current;

  const retry = () => ask({ requestPolicy: "network-only" });
  if (shown || !error || fetching) return { data: shown, failure: null, retry };
  const failure = error.networkError
    ? "The server could not be reached."
    : (error.graphQLErrors[0]?.message ?? "The server gave no answer.");
  return { data: undefined, failure, retry };
}
