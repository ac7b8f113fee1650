import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rollup } from "vite";

/** What Monaco contains, but leaves out of its own notices. */
const WITHIN_MONACO = [
  "Codicons, the icon font: (c) Microsoft Corporation, CC-BY-4.0, https://github.com/microsoft/vscode-codicons",
  "DOMPurify: (c) Cure53 and other contributors, Apache-2.0 OR MPL-2.0, https://github.com/cure53/DOMPurify",
];

/** Collects the packages that end up in the built files, and writes their licences next to them. */
class Licences {
  readonly #folders = new Set<string>();

  worker(): Plugin {
    return { name: "licences-of-worker", generateBundle: (_options, bundle) => this.#collect(bundle) };
  }

  page(): Plugin {
    const licences = this;
    return {
      name: "licences",
      enforce: "post",
      generateBundle(_options, bundle) {
        licences.#collect(bundle);
        this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: licences.#text() });
      },
    };
  }

  #collect(bundle: Rollup.OutputBundle): void {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue;
      for (const id of [...output.moduleIds, ...Object.keys(output.modules)]) {
        const folder = id.replace(/^\0+/, "").match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/?]+/)?.[0];
        if (folder && existsSync(join(folder, "package.json"))) this.#folders.add(folder);
      }
    }
  }

  #text(): string {
    const packages = [...this.#folders].map(describe).sort((a, b) => a.title.localeCompare(b.title, "en"));
    const list = packages.map(({ title, licence }) => `  ${title}: ${licence}`);
    const within = WITHIN_MONACO.map((part) => `  ${part}`);
    const sharing = new Map<string, string[]>();
    for (const { text, title } of packages) sharing.set(text, [...(sharing.get(text) ?? []), title]);
    const texts = [...sharing].map(([text, titles]) => `${"=".repeat(78)}\n${titles.join("\n")}\n\n${text}`);
    return `GraphiQL, as built here, contains these packages:\n\n${list.join("\n")}\n\nand, within monaco-editor:\n\n${within.join("\n")}\n\n${texts.join("\n\n")}\n`;
  }
}

function describe(folder: string): { title: string; licence: string; text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[sc]e|thirdpartynotices)/i.test(file)).sort();
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  const text = texts.join("\n\n") || `(${license}: the package comes without a licence file.)`;
  return { title: `${name} ${version}`, licence: license, text };
}

export const licences = new Licences();
