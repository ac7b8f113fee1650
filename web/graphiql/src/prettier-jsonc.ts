/**
 * GraphiQL's "prettify" brings half a megabyte of JavaScript parsers along, to lay out the JSON of two small panes.
 * This takes their place, see vite.config.ts: a Prettier plugin for JSON with comments.
 */
import { applyEdits, format } from "jsonc-parser";

const FORMAT = "jsonc-text";

type Root = { text: string };

export const parsers = {
  jsonc: {
    parse: (text: string): Root => ({ text }),
    astFormat: FORMAT,
    locStart: () => 0,
    locEnd: ({ text }: Root) => text.length,
  },
};

export const printers = {
  [FORMAT]: {
    print({ node: { text } }: { node: Root }): string {
      return applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2, keepLines: false })).trim();
    },
  },
};
