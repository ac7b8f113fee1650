import { useState } from "react";

import { useData } from "../service/useData.ts";
import { ActionHistoryDocument } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { When } from "../ui/When.tsx";
import { FIELD_WORDS, said } from "./fields.ts";
import type { PlanScene } from "./scene.ts";

interface Props {
  actionId: string;
  title: string;
  scene: PlanScene;
}

const DID = { ADDED: "added it", CHANGED: "changed it", REMOVED: "removed it" };

/** Who changed what and when, for the plan's owner. */
export function History({ actionId, title, scene }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="quiet" onClick={() => setOpen(true)}>
        History<span className="unseen"> of {title}</span>
      </button>
      {open && (
        <Dialog title={`History of “${title}”`} onClose={() => setOpen(false)}>
          <Changes actionId={actionId} scene={scene} />
          <div className="buttons">
            <button type="button" className="button" onClick={() => setOpen(false)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Changes({ actionId, scene }: { actionId: string; scene: PlanScene }) {
  const answer = useData(ActionHistoryDocument, { id: actionId }, ["ActionPlanChanged"]);
  return (
    <Loaded answer={answer} rows={1}>
      {({ node }) => (
        <ol className="history">
          {(node?.__typename === "Action" ? (node.history?.nodes ?? []) : []).map((change) => (
            <li key={change.id}>
              <p>
                <strong>{change.changedBy.id === scene.viewerId ? "You" : change.changedBy.name}</strong>{" "}
                {DID[change.kind]}, <When at={change.changedAt} />
              </p>
              {change.fields.map(({ field, before, after }) => (
                <p key={field} className="meta">
                  {FIELD_WORDS[field] ?? field}: {said(field, before, scene)} → {said(field, after, scene)}
                </p>
              ))}
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}
