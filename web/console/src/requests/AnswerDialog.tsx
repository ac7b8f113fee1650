import { type FormEvent, useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { AcceptDocument, DeclineDocument, type RequestCardFragment } from "../generated/graphql.ts";
import { navigate } from "../router/router.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Words } from "../ui/Words.tsx";
import { Wrong } from "../ui/Wrong.tsx";

interface Props {
  request: RequestCardFragment;
  answer: "accept" | "decline";
  onClose: () => void;
}

/** Yes or no, with the comment that every answer needs. */
export function AnswerDialog({ request, answer, onClose }: Props) {
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const accept = useAct(AcceptDocument);
  const decline = useAct(DeclineDocument);
  const accepting = answer === "accept";
  const { name } = request.mentee;
  const input = { requestId: request.id, comment };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(!comment.trim());
    if (!comment.trim()) return;
    if (!accepting) {
      if (succeeded(await decline.run({ input }))) onClose();
      return;
    }
    const done = await accept.run({ input });
    if (!succeeded(done)) return;
    onClose();
    const draft = done.draft ?? null;
    const mentorship = done.request?.mentorship?.id;
    if (mentorship) navigate(`/mentorships/${mentorship}`, draft && { draft });
  };

  return (
    <Dialog title={accepting ? `Accept ${name} as your mentee?` : `Decline ${name}?`} onClose={onClose}>
      <form className="form" onSubmit={submit} noValidate>
        {accepting && (
          <p>A mentorship begins. You see their skills and their action plan, and each of you how to reach the other.</p>
        )}
        <Words
          label="Comment"
          hint={accepting ? `${name} reads it. When and how shall you begin?` : `${name} reads it. Why not, or who else?`}
          value={comment}
          onChange={setComment}
          wrong={missing ? "An answer needs a comment; a sentence is enough." : null}
          required
        />
        <Wrong message={accepting ? accept.wrong : decline.wrong} />
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={accept.busy || decline.busy}>
            {accepting ? "Accept" : "Decline"}
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
