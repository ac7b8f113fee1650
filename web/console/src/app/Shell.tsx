import type { StartQuery } from "../generated/graphql.ts";
import { usePlace } from "../router/router.ts";
import { Skeleton } from "../ui/Skeleton.tsx";
import { DialogHost } from "../ui/dialogs.tsx";
import { Alerts } from "./Alerts.tsx";
import { Boundary } from "./Boundary.tsx";
import { Brand } from "./Brand.tsx";
import { ConnectionState } from "./ConnectionState.tsx";
import { MainNav } from "./MainNav.tsx";
import { More } from "./More.tsx";
import { pageAt } from "./pages.tsx";
import { useRescuedFocus } from "./useRescuedFocus.ts";

/** What stands around every page. */
export function Shell({ start }: { start: StartQuery | undefined }) {
  const { path } = usePlace();
  useRescuedFocus();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side">
        <Brand />
        <ConnectionState />
        <MainNav unread={start?.unread.totalCount ?? 0} pending={start?.viewer.pendingRequestCount ?? 0} />
        <More start={start} />
      </header>
      <main id="main" tabIndex={-1}>
        <div className="page" key={path}>
          <Boundary>
            <DialogHost>{start ? pageAt(path, start) : <Skeleton rows={3} />}</DialogHost>
          </Boundary>
        </div>
      </main>
      <Alerts viewerId={start?.viewer.id ?? ""} />
    </div>
  );
}
