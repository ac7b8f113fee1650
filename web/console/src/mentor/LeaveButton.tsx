import { useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { SaveProfileDocument } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Wrong } from "../ui/Wrong.tsx";

/** Offer nothing any more. */
export function LeaveButton({ onLeft }: { onLeft: () => void }) {
  const [asking, setAsking] = useState(false);
  const save = useAct(SaveProfileDocument);
  const leave = async () => {
    if (!succeeded(await save.run({ input: { optionIds: [] } }))) return;
    setAsking(false);
    onLeft();
  };
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        Leave the search
      </button>
      {asking && (
        <Dialog title="Leave the search?" onClose={() => setAsking(false)}>
          <p>Nobody finds you any more. Your mentees stay, and you can come back.</p>
          <Wrong message={save.wrong} />
          <div className="buttons">
            <button type="button" className="button primary" aria-disabled={save.busy} onClick={leave}>
              Leave the search
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Stay
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
