import { useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { type RequestCardFragment, WithdrawDocument } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Wrong } from "../ui/Wrong.tsx";

export function WithdrawButton({ request }: { request: RequestCardFragment }) {
  const [asking, setAsking] = useState(false);
  const withdraw = useAct(WithdrawDocument);
  const { name } = request.mentor.person;
  const submit = async () => {
    if (succeeded(await withdraw.run({ input: { requestId: request.id } }))) setAsking(false);
  };
  return (
    <div className="buttons">
      <button type="button" className="button" onClick={() => setAsking(true)}>
        Withdraw<span className="unseen"> the request to {name}</span>
      </button>
      {asking && (
        <Dialog title={`Take back your request to ${name}?`} onClose={() => setAsking(false)}>
          <p>{name} is told. You can ask again later.</p>
          <Wrong message={withdraw.wrong} />
          <div className="buttons">
            <button type="button" className="button primary" aria-disabled={withdraw.busy} onClick={submit}>
              Withdraw
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
