import type { StartQuery } from "../generated/graphql.ts";
import { usePlace } from "../router/router.ts";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Alerts } from "./Alerts.tsx";
import { ConnectionState } from "./ConnectionState.tsx";
import { MainNav } from "./MainNav.tsx";
import { More } from "./More.tsx";
import { pageAt } from "./pages.tsx";

/** What stands around every page. */
export function Shell({ start }: { start: StartQuery | undefined }) {
  const { path } = usePlace();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side">
        <p className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect className="brand-back" width="32" height="32" rx="8" />
            <path className="brand-bars" d="M7 19.500h4.500V25H7zM13.750 13.500h4.500V25h-4.500zM20.500 7H25v18h-4.500z" />
          </svg>
          Mentoring
        </p>
        <ConnectionState />
        <MainNav unread={start?.unread.totalCount ?? 0} pending={start?.viewer.pendingRequestCount ?? 0} />
        <More start={start} />
      </header>
      <main id="main" tabIndex={-1}>
        <div className="page" key={path}>
          {start ? pageAt(path, start) : <Skeleton rows={3} />}
        </div>
      </main>
      <Alerts viewerId={start?.viewer.id ?? ""} />
    </div>
  );
}
