import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

import { licences } from "./licences.ts";

const PRETTIER_JSONC = fileURLToPath(new URL("./src/prettier-jsonc.ts", import.meta.url));

export default defineConfig({
  base: "/graphiql/",
  resolve: {
    alias: {
      "prettier/parser-babel": PRETTIER_JSONC,
      "prettier/plugins/estree": PRETTIER_JSONC,
      "prettier/parser-graphql": "prettier/plugins/graphql", // the same under its older name: once is enough
    },
  },
  plugins: [licences.page()],
  worker: { format: "es", plugins: () => [licences.worker()] },
  build: {
    outDir: "../../api/static/graphiql",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000, // Monaco, the editor, is most of it
    modulePreload: { polyfill: false },
    sourcemap: false,
    target: "es2022",
    rolldownOptions: { checks: { moduleLevelDirective: false } }, // "use client" means nothing in a page like this
  },
});
