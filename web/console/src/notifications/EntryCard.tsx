import { useStore } from "../service/store.ts";
import type { EntryFragment } from "../generated/graphql.ts";
import { useLive } from "../live/LiveContext.ts";
import { wordsOf } from "../live/entries.ts";
import { Link } from "../router/Link.tsx";
import { When } from "../ui/When.tsx";

interface Props {
  entry: EntryFragment;
  viewerId: string;
}

/** One entry of the log. */
export function EntryCard({ entry, viewerId }: Props) {
  const away = useStore(useLive().away);
  const { title, text, to, action } = wordsOf(entry, viewerId);
  const unread = entry.readAt == null;
  return (
    <article className={unread ? "panel entry unread" : "panel entry"}>
      <h2>
        {unread && <span className="unseen">Unread: </span>}
        {title}
      </h2>
      {text && <p className="entry-text">{text}</p>}
      <p className="meta">
        <When at={entry.createdAt} />
        {unread && away.has(entry.id) && <span className="away">came while you were away</span>}
        {to && (
          <Link to={to}>
            {action}
            <span className="unseen">: {title}</span>
          </Link>
        )}
      </p>
    </article>
  );
}
