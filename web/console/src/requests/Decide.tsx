import type { RequestCardFragment } from "../generated/graphql.ts";
import { useDialog } from "../ui/dialogs.tsx";
import { AnswerDialog } from "./AnswerDialog.tsx";

/** The mentor's answer. */
export function Decide({ request }: { request: RequestCardFragment }) {
  const open = useDialog();
  const ask = (answer: "accept" | "decline") =>
    open((close) => <AnswerDialog request={request} answer={answer} onClose={close} />);
  const { name } = request.mentee;
  return (
    <div className="buttons">
      <button type="button" className="button primary" onClick={() => ask("accept")}>
        Accept<span className="unseen"> {name}</span>
      </button>
      <button type="button" className="button" onClick={() => ask("decline")}>
        Decline<span className="unseen"> {name}</span>
      </button>
    </div>
  );
}
