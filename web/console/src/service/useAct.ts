import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useRef, useState } from "react";
import { useClient } from "urql";

import type { RefusalFragment } from "../generated/graphql.ts";
import { EVERYTHING } from "./client.ts";

interface Payload {
  errors: RefusalFragment[];
}

export interface Act<Done, Variables> {
  /** What the server answers, refused or not; null where it could not be asked. */
  run: (variables: Variables) => Promise<Done | null>;
  busy: boolean;
  /** What was wrong with the last attempt, for people. */
  wrong: string | null;
  clear: () => void;
}

export const succeeded = <Done extends Payload>(done: Done | null): done is Done & { errors: never[] } =>
  done?.errors.length === 0;

/** Something that a person does. Nothing is sent twice at once. */
export function useAct<Done extends Payload, Variables extends AnyVariables>(
  document: TypedDocumentNode<{ done: Done }, Variables>,
): Act<Done, Variables> {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const [wrong, setWrong] = useState<string | null>(null);

  const run = async (variables: Variables): Promise<Done | null> => {
    if (running.current) return null;
    running.current = true;
    setBusy(true);
    setWrong(null);
    const { data, error } = await client.mutation(document, variables, EVERYTHING).toPromise();
    running.current = false;
    setBusy(false);
    if (!data) {
      const message = error?.graphQLErrors[0]?.message;
      setWrong(message ?? "The server could not be reached. Nothing is lost; try again.");
      return null;
    }
    if (data.done.errors.length) setWrong(data.done.errors.map((each) => each.message).join(" "));
    return data.done;
  };
  return { run, busy, wrong, clear: () => setWrong(null) };
}
