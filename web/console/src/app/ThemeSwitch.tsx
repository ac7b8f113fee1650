import { useStore } from "../service/store.ts";
import { THEMES, chooseTheme, theme } from "./theme.ts";

const NAMES = { system: "System", light: "Light", dark: "Dark" };

export function ThemeSwitch() {
  const chosen = useStore(theme);
  return (
    <select
      className="theme"
      aria-label="Colours"
      value={chosen}
      onChange={(event) => chooseTheme(THEMES.find((each) => each === event.target.value) ?? "system")}
    >
      {THEMES.map((each) => (
        <option key={each} value={each}>
          {NAMES[each]}
        </option>
      ))}
    </select>
  );
}
