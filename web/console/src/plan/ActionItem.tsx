import { day } from "../service/format.ts";
import type { ActionRowFragment } from "../generated/graphql.ts";
import { When } from "../ui/When.tsx";
import { useDialog } from "../ui/dialogs.tsx";
import { ActionDialog } from "./ActionDialog.tsx";
import { History } from "./History.tsx";
import { RemoveButton } from "./RemoveButton.tsx";
import { STATUS_WORDS } from "./fields.ts";
import type { PlanScene } from "./scene.ts";

interface Props {
  action: ActionRowFragment;
  scene: PlanScene;
}

/** One entry of a plan. */
export function ActionItem({ action, scene }: Props) {
  const open = useDialog();
  const own = scene.ownerId === scene.viewerId;
  const underWay = action.status === "PLANNED" || action.status === "IN_PROGRESS";
  const late = underWay && action.dueOn != null && action.dueOn < new Date().toISOString().slice(0, 10);
  return (
    <li className={underWay ? "panel action" : "panel action over"}>
      <div className="action-head">
        <h3>{action.title}</h3>
        <span className={`status ${action.status.toLowerCase()}`}>{STATUS_WORDS[action.status]}</span>
      </div>
      {action.details && <p className="details">{action.details}</p>}
      <p className="meta">
        {[action.type.label, action.skill?.code].filter(Boolean).join(" · ")}
        {action.dueOn && (
          <>
            {" · "}
            <span className={late ? "late" : undefined}>
              {late ? "was due" : "due"} {day(action.dueOn)}
            </span>
          </>
        )}
      </p>
      <p className="meta">
        {action.version === 1 ? "Added" : "Changed"} by{" "}
        {action.updatedBy.id === scene.viewerId ? "you" : action.updatedBy.name}, <When at={action.updatedAt} />
      </p>
      <div className="buttons small">
        <button
          type="button"
          className="quiet"
          onClick={() => open((close) => <ActionDialog scene={scene} action={action} onClose={close} />)}
        >
          Change<span className="unseen"> {action.title}</span>
        </button>
        <RemoveButton action={action} />
        {own && <History actionId={action.id} title={action.title} scene={scene} />}
      </div>
    </li>
  );
}
