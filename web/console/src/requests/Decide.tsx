import { useState } from "react";

import type { RequestCardFragment } from "../generated/graphql.ts";
import { AnswerDialog } from "./AnswerDialog.tsx";

/** The mentor's answer. */
export function Decide({ request }: { request: RequestCardFragment }) {
  const [answer, setAnswer] = useState<"accept" | "decline" | null>(null);
  const { name } = request.mentee;
  return (
    <div className="buttons">
      <button type="button" className="button primary" onClick={() => setAnswer("accept")}>
        Accept<span className="unseen"> {name}</span>
      </button>
      <button type="button" className="button" onClick={() => setAnswer("decline")}>
        Decline<span className="unseen"> {name}</span>
      </button>
      {answer !== null && <AnswerDialog request={request} answer={answer} onClose={() => setAnswer(null)} />}
    </div>
  );
}
