import { defineConfig } from "vite";

import { documents } from "./documents.ts";
import { licences } from "./licences.ts";

export default defineConfig({
  plugins: [licences(), documents()],
  server: { proxy: { "/graphql": { target: "http://localhost:8000", ws: true } } },
  build: {
    outDir: "../../api/static/console",
    emptyOutDir: true,
    assetsInlineLimit: 0, // what is inlined, a strict Content-Security-Policy refuses
    modulePreload: { polyfill: false },
    sourcemap: false,
    target: "es2022",
  },
});
