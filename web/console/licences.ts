import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Writes the licences of the packages that end up in the built files next to them. */
export function licences(): Plugin {
  return {
    name: "licences",
    enforce: "post",
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const output of Object.values(bundle)) {
        if (output.type !== "chunk") continue;
        for (const id of [...output.moduleIds, ...Object.keys(output.modules)]) {
          const folder = id.replace(/^\0+/, "").match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/?]+/)?.[0];
          if (folder && existsSync(join(folder, "package.json"))) folders.add(folder);
        }
      }
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: textOf(folders) });
    },
  };
}

function textOf(folders: Set<string>): string {
  const packages = [...folders].map(describe).sort((a, b) => a.title.localeCompare(b.title, "en"));
  const list = packages.map(({ title, licence }) => `  ${title}: ${licence}`);
  const sharing = new Map<string, string[]>();
  for (const { text, title } of packages) sharing.set(text, [...(sharing.get(text) ?? []), title]);
  const texts = [...sharing].map(([text, titles]) => `${"=".repeat(78)}\n${titles.join("\n")}\n\n${text}`);
  return `The console, as built here, contains these packages:\n\n${list.join("\n")}\n\n${texts.join("\n\n")}\n`;
}

function describe(folder: string): { title: string; licence: string; text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^licen[sc]e/i.test(file)).sort();
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  const text = texts.join("\n\n") || `(${license}: the package comes without a licence file.)`;
  return { title: `${name} ${version}`, licence: license, text };
}
