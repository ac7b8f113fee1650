import { NotificationsDocument, type StartQuery } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Empty } from "../ui/Empty.tsx";
import { Page } from "../ui/Page.tsx";
import { Pages } from "../ui/Pages.tsx";
import { EntryCard } from "./EntryCard.tsx";
import { MarkRead } from "./MarkRead.tsx";

const AT_ONCE = 20;

/** The viewer's log, newest first. */
export function NotificationsPage({ start }: { start: StartQuery }) {
  const unread = start.unread.totalCount;
  return (
    <Page
      title="Notifications"
      lead={
        <p>
          {unread ? `${unread} unread.` : "Everything is read."} Some are mailed too:{" "}
          <Link to="/settings/notifications">mail settings</Link>.
        </p>
      }
      aside={unread > 0 && <MarkRead />}
    >
      <Pages
        query={NotificationsDocument}
        variablesAt={(before) => ({ last: AT_ONCE, before })}
        pageOf={({ notifications }) => ({
          nodes: [...notifications.nodes].reverse(),
          next: notifications.pageInfo.hasPreviousPage ? (notifications.pageInfo.startCursor ?? null) : null,
        })}
        concerns={null}
        row={(entry) => <EntryCard key={entry.id} entry={entry} viewerId={start.viewer.id} />}
        empty={
          <Empty title="Nothing has happened yet.">
            <p>Requests, answers and changes of plans appear here, also those that come while you are away.</p>
          </Empty>
        }
      />
    </Page>
  );
}
