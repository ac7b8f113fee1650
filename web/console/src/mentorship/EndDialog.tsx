import { type FormEvent, useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { EndMentorshipDocument } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Words } from "../ui/Words.tsx";
import { Wrong } from "../ui/Wrong.tsx";

interface Props {
  id: string;
  other: string;
  onClose: () => void;
}

export function EndDialog({ id, other, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const end = useAct(EndMentorshipDocument);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(!reason.trim());
    if (!reason.trim()) return;
    if (succeeded(await end.run({ input: { mentorshipId: id, reason } }))) onClose();
  };

  return (
    <Dialog title={`End the mentorship with ${other}?`} onClose={onClose}>
      <form className="form" onSubmit={submit} noValidate>
        <p>It cannot be taken back. What it let the mentor see of the mentee closes at once, and both of you are told.</p>
        <Words
          label="Reason"
          hint={`${other} reads it.`}
          value={reason}
          onChange={setReason}
          wrong={missing ? "Say why; a sentence is enough." : null}
          required
        />
        <Wrong message={end.wrong} />
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={end.busy}>
            End mentorship
          </button>
          <button type="button" className="button" onClick={onClose}>
            Keep it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
