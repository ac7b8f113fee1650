import { useState } from "react";
import { useClient } from "urql";

import { useAct } from "../service/useAct.ts";
import { MarkReadDocument, NotificationsDocument } from "../generated/graphql.ts";
import { Wrong } from "../ui/Wrong.tsx";

/** Mark all that is in the log now: what arrives after the click stays unread. */
export function MarkRead() {
  const client = useClient();
  const mark = useAct(MarkReadDocument);
  const [unreached, setUnreached] = useState(false);
  const run = async () => {
    const { data } = await client.query(NotificationsDocument, { last: 1 }, { requestPolicy: "network-only" }).toPromise();
    setUnreached(data === undefined);
    const upTo = data?.notifications.nodes.at(-1)?.cursor;
    if (upTo) await mark.run({ input: { upTo } });
  };
  return (
    <div>
      <button type="button" className="button" aria-disabled={mark.busy} onClick={run}>
        Mark all as read
      </button>
      <Wrong message={unreached ? "The server could not be reached. Try again." : mark.wrong} />
    </div>
  );
}
