import { Store } from "../service/store.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "mentoring:theme";

export const theme = new Store<Theme>("system");

export function restoreTheme(): void {
  apply(kept());
  // Other tabs, and the other frame of the demo.
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) apply(kept());
  });
}

export function chooseTheme(chosen: Theme): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A browser that keeps nothing: it holds until the page is reloaded.
  }
  apply(chosen);
}

function apply(chosen: Theme): void {
  theme.set(chosen);
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

function kept(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return THEMES.find((each) => each === found) ?? "system";
  } catch {
    return "system";
  }
}
