import { useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { type ActionRowFragment, RemoveActionDocument } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Wrong } from "../ui/Wrong.tsx";

export function RemoveButton({ action }: { action: ActionRowFragment }) {
  const [asking, setAsking] = useState(false);
  const remove = useAct(RemoveActionDocument);
  const submit = async () => {
    // The version of now: whoever confirms sees the action as it is, also where it changed meanwhile.
    if (succeeded(await remove.run({ input: { id: action.id, version: action.version } }))) setAsking(false);
  };
  return (
    <>
      <button type="button" className="quiet" onClick={() => setAsking(true)}>
        Remove<span className="unseen"> {action.title}</span>
      </button>
      {asking && (
        <Dialog title="Take this off the plan?" onClose={() => setAsking(false)}>
          <blockquote>{action.title}</blockquote>
          <Wrong message={remove.wrong} />
          <div className="buttons">
            <button type="button" className="button primary" aria-disabled={remove.busy} onClick={submit}>
              Remove
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
