import { useStore } from "../service/store.ts";
import { useLive } from "../live/LiveContext.ts";
import { wordsOf } from "../live/entries.ts";
import { Toast } from "./Toast.tsx";

const MOST_ONE_BY_ONE = 2;
const MOST_AT_ONCE = 3;

/** Toasts, above the page and not in it, so that nothing moves when one arrives. */
export function Alerts({ viewerId }: { viewerId: string }) {
  const live = useLive();
  const arrivals = useStore(live.arrivals);
  const away = useStore(live.away);

  const missed = arrivals.filter((entry) => away.has(entry.id));
  const summed = missed.length > MOST_ONE_BY_ONE ? missed : [];
  const single = arrivals.filter((entry) => !summed.includes(entry)).slice(-MOST_AT_ONCE);
  const dismissSummed = () => summed.forEach((entry) => live.dismiss(entry.id));

  return (
    <section className="toasts" aria-label="Alerts">
      <div role="status" aria-live="polite" aria-relevant="additions">
        {summed.length > 0 && (
          <Toast
            words={{
              title: `${summed.length} things came while you were away`,
              text: null,
              to: "/notifications",
              action: "See them",
            }}
            onDismiss={dismissSummed}
          />
        )}
        {single.map((entry) => (
          <Toast key={entry.id} words={wordsOf(entry, viewerId)} onDismiss={() => live.dismiss(entry.id)} />
        ))}
      </div>
    </section>
  );
}
