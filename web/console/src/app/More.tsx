import { useEffect, useState } from "react";

import type { StartQuery } from "../generated/graphql.ts";
import { usePlace } from "../router/router.ts";
import { signOut } from "../session/session.ts";
import { Icon } from "../ui/Icon.tsx";
import { NavLink } from "./NavLink.tsx";
import { ThemeSwitch } from "./ThemeSwitch.tsx";

/** The rest of the navigation, and who one is: open where there is room, behind a button where there is not. */
export function More({ start }: { start: StartQuery | undefined }) {
  const [open, setOpen] = useState(false);
  const { path } = usePlace();
  useEffect(() => setOpen(false), [path]);

  return (
    <div
      className="more-menu"
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
    >
      <button
        type="button"
        className="menu-button"
        aria-expanded={open}
        aria-controls="more"
        onClick={() => setOpen(!open)}
      >
        <Icon name={open ? "close" : "menu"} />
        Menu
      </button>
      <div id="more" className={open ? "more-panel open" : "more-panel"}>
        <nav aria-label="Yours">
          <ul>
            <NavLink to="/plan" icon="plan" label="Action plan" />
            <NavLink to="/preferences" icon="preferences" label="Preferences" />
            <NavLink to="/profile" icon="profile" label="Mentor profile" />
            <NavLink to="/settings/notifications" icon="mail" label="Mail settings" />
          </ul>
        </nav>
        <div className="who">
          <p>
            <span className="unseen">Signed in as </span>
            <strong>{start?.viewer.name ?? "…"}</strong>
            <span className="who-where">{start?.organisation.name ?? " "}</span>
          </p>
          <div className="who-row">
            <ThemeSwitch />
            <button type="button" className="quiet" onClick={() => signOut()}>
              Sign out
            </button>
          </div>
        </div>
      </div>
    </div>
  );
}
