import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { type ReactNode, useState } from "react";

import { useData } from "../service/useData.ts";
import type { Kind } from "../live/entries.ts";
import { Loaded } from "./Loaded.tsx";

interface Props<Data, Variables, Node> {
  query: TypedDocumentNode<Data, Variables>;
  variablesAt: (cursor: string | null) => Variables;
  /** The entries of an answer, and where the next page begins; null where there is none. */
  pageOf: (data: Data) => { nodes: readonly Node[]; next: string | null };
  concerns: readonly Kind[] | null;
  row: (node: Node) => ReactNode;
  empty: ReactNode;
  cursor?: string | null;
}

/** A list, page after page: each asks for itself anew, and begins where the one before it ends. */
export function Pages<Data, Variables extends AnyVariables, Node>(props: Props<Data, Variables, Node>) {
  const { query, variablesAt, pageOf, concerns, row, empty, cursor = null } = props;
  const answer = useData(query, variablesAt(cursor), concerns);
  const [more, setMore] = useState(false);
  return (
    <Loaded answer={answer}>
      {(data) => {
        const { nodes, next } = pageOf(data);
        if (nodes.length === 0) return cursor === null ? empty : null;
        return (
          <div className="list">
            {nodes.map(row)}
            {next !== null && more && <Pages {...props} cursor={next} />}
            {next !== null && !more && (
              <button type="button" className="button more" onClick={() => setMore(true)}>
                Show more
              </button>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
