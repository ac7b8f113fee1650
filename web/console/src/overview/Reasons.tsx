import type { OverviewQuery } from "../generated/graphql.ts";
import { Levels } from "../ui/Levels.tsx";

type Reason = NonNullable<OverviewQuery["viewer"]["mentorEligibility"]>["reasons"][number];

const SHOWN = 4;

/** What stands in the way of becoming a mentor, drawn where it is about a level. */
export function Reasons({ reasons, all = false }: { reasons: readonly Reason[]; all?: boolean }) {
  const drawn = reasons.filter((reason) => reason.attribute);
  const first = all ? drawn : drawn.slice(0, SHOWN);
  const rest = drawn.slice(first.length);
  return (
    <>
      {reasons
        .filter((reason) => !reason.attribute)
        .map((reason) => (
          <p key={reason.code}>{reason.message}</p>
        ))}
      {first.length > 0 && <Rows reasons={first} />}
      {rest.length > 0 && (
        <details>
          <summary>and {rest.length} more</summary>
          <Rows reasons={rest} />
        </details>
      )}
    </>
  );
}

function Rows({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <ul className="reasons">
      {reasons.map((reason) => (
        <li key={reason.attribute?.id} title={reason.message}>
          <span className="reason-name">
            {reason.attribute?.name}
            <span className="unseen">: {reason.message}</span>
          </span>
          <Levels
            skill={reason.attribute?.name ?? ""}
            held={reason.heldLevel ?? 0}
            required={reason.requiredLevel ?? 0}
          />
          <span className="reason-note">
            {reason.heldLevel == null ? "not assessed" : `${reason.heldLevel} → ${reason.requiredLevel}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
