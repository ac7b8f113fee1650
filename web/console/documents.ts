import { createHash } from "node:crypto";

import { formatDocument, stringifyDocument, type TypedDocumentNode } from "@urql/core";
import type { Plugin } from "vite";

import * as generated from "./src/generated/graphql.ts";

/** Writes down every operation as it will be sent, by its hash: with them a server can trust documents alone. */
export function documents(): Plugin {
  return {
    name: "documents",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "documents.json", source: `${JSON.stringify(manifest(), null, 1)}\n` });
    },
  };
}

function manifest(): Record<string, string> {
  const texts = Object.values(generated as Record<string, TypedDocumentNode>)
    .filter((each) => each.definitions.some((definition) => definition.kind === "OperationDefinition"))
    // Subscriptions go past the cache, which asks for the type of everything.
    .flatMap((document) => [stringifyDocument(document), stringifyDocument(formatDocument(document))]);
  const named = [...new Set(texts)].map((text) => [createHash("sha256").update(text).digest("hex"), text] as const);
  return Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1)));
}
