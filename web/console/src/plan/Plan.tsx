import { useData } from "../service/useData.ts";
import { PlanDocument } from "../generated/graphql.ts";
import { Empty } from "../ui/Empty.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { useDialog } from "../ui/dialogs.tsx";
import { ActionDialog } from "./ActionDialog.tsx";
import { ActionItem } from "./ActionItem.tsx";
import { Suggestion } from "./Suggestion.tsx";
import type { PlanScene } from "./scene.ts";

interface Props {
  ownerId: string;
  viewerId: string;
  /** The mentorship that new actions belong to. */
  mentorshipId: string | null;
  /** Whether the page is about nothing else, and has said so. */
  alone?: boolean;
}

const ALL = 100;

/** Somebody's action plan, to read and to change. */
export function Plan({ ownerId, viewerId, mentorshipId, alone = false }: Props) {
  const answer = useData(PlanDocument, { owner: ownerId, first: ALL }, ["ActionPlanChanged", "MentorshipEnded"]);
  const open = useDialog();
  return (
    <section aria-label="Action plan">
      <Loaded answer={answer} rows={2}>
        {({ node, organisation }) => {
          const owner = node?.__typename === "Person" ? node : null;
          const plan = owner?.actionPlan;
          if (!owner || !plan) return <p className="meta">This action plan is not yours to see.</p>;
          const scene: PlanScene = {
            ownerId,
            viewerId,
            mentorshipId,
            types: organisation.actionTypes,
            skills: (owner.skillGaps ?? []).map((gap) => gap.skill),
          };
          return (
            <>
              <div className="section-head">
                <h2>{alone ? "Actions" : ownerId === viewerId ? "My action plan" : `Action plan of ${owner.name}`}</h2>
                <button
                  type="button"
                  className="button"
                  onClick={() => open((close) => <ActionDialog scene={scene} onClose={close} />)}
                >
                  Add an action
                </button>
              </div>
              <Suggestion scene={scene} />
              {plan.actions.nodes.length === 0 ? (
                <Empty title="Nothing is on the plan yet.">
                  <p>A first step could be a date to meet.</p>
                </Empty>
              ) : (
                <ul className="cards">
                  {plan.actions.nodes.map((action) => (
                    <ActionItem key={action.id} action={action} scene={scene} />
                  ))}
                </ul>
              )}
              {plan.actions.totalCount > ALL && <p className="meta">The first {ALL} are shown.</p>}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
