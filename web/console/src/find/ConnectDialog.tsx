import { type FormEvent, useState } from "react";

import { newKey } from "../service/key.ts";
import { succeeded, useAct } from "../service/useAct.ts";
import { ConnectDocument, type RefusalFragment } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Words } from "../ui/Words.tsx";
import { Wrong } from "../ui/Wrong.tsx";
import { NotifyButton } from "../mentor/NotifyButton.tsx";

interface Props {
  mentor: { id: string; person: { name: string } };
  onClose: () => void;
}

/** The confirmation before somebody is asked. */
export function ConnectDialog({ mentor, onClose }: Props) {
  const [message, setMessage] = useState("");
  // Sent again after a lost connection, it is one request. Once it was answered, or with other words, it is another try.
  const [key, setKey] = useState(newKey);
  const [refused, setRefused] = useState<RefusalFragment[]>([]);
  const connect = useAct(ConnectDocument);
  const { name } = mentor.person;

  const write = (words: string) => {
    setMessage(words);
    setKey(newKey());
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = { mentorId: mentor.id, message: message.trim() || null, idempotencyKey: key };
    const done = await connect.run({ input });
    if (succeeded(done)) return onClose();
    if (done) setKey(newKey());
    setRefused(done?.errors ?? []);
  };

  return (
    <Dialog title={`Ask ${name} to mentor you?`} onClose={onClose}>
      <form className="form" onSubmit={submit} noValidate>
        <p>
          {name} sees your request at once, with the gaps that they could help you with, and answers with a comment. You can
          take it back until then.
        </p>
        <Words
          label="Message"
          hint="What would you like to learn, and how do you like to work?"
          value={message}
          onChange={write}
        />
        <Wrong message={connect.wrong} />
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={connect.busy}>
            Send request
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          {refused.some((each) => each.code === "MENTOR_UNAVAILABLE") && (
            <NotifyButton mentorId={mentor.id} waiting={false} />
          )}
        </div>
      </form>
    </Dialog>
  );
}
