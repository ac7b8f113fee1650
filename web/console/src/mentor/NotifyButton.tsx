import { useAct } from "../service/useAct.ts";
import { NotifyDocument, StopNotifyDocument } from "../generated/graphql.ts";
import { Wrong } from "../ui/Wrong.tsx";

interface Props {
  mentorId: string;
  waiting: boolean;
  name?: string;
}

/** Hear when a mentor can be asked again, or do so no longer. */
export function NotifyButton({ mentorId, waiting, name }: Props) {
  const notify = useAct(NotifyDocument);
  const stop = useAct(StopNotifyDocument);
  const { run, busy, wrong } = waiting ? stop : notify;
  return (
    <>
      <button type="button" className="button" aria-disabled={busy} onClick={() => run({ input: { mentorId } })}>
        {waiting ? "Stop waiting" : "Tell me when they can be asked"}
        {waiting && name && <span className="unseen"> for {name}</span>}
      </button>
      <Wrong message={wrong} />
    </>
  );
}
