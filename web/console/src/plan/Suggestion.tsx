import { useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { type AcceptMutation, SaveActionDocument } from "../generated/graphql.ts";
import { usePlace } from "../router/router.ts";
import { Wrong } from "../ui/Wrong.tsx";
import type { PlanScene } from "./scene.ts";

type Draft = NonNullable<AcceptMutation["done"]["draft"]>;

/** The action that the service drafted when the request was accepted, to be put on the plan by a click. */
export function Suggestion({ scene }: { scene: PlanScene }) {
  const { state } = usePlace();
  const [done, setDone] = useState(false);
  const save = useAct(SaveActionDocument);
  const draft = draftIn(state);
  if (done || !draft || draft.mentorship.id !== scene.mentorshipId) return null;

  const add = async () => {
    const { ownerId, mentorshipId } = scene;
    const skillId = draft.gaps[0]?.skill.id ?? null;
    const input = { ownerId, mentorshipId, skillId, title: draft.title, typeId: draft.type.id };
    if (!succeeded(await save.run({ input }))) return;
    setDone(true);
    window.history.replaceState(null, "");
  };
  return (
    <div className="panel suggestion">
      <p>
        <span className="meta">A first action, if you like:</span> {draft.title}
      </p>
      <button type="button" className="button" aria-disabled={save.busy} onClick={add}>
        Put it on the plan
      </button>
      <Wrong message={save.wrong} />
    </div>
  );
}

function draftIn(state: unknown): Draft | null {
  return typeof state === "object" && state !== null && "draft" in state ? (state.draft as Draft) : null;
}
