import { listed } from "../service/format.ts";
import type { RequestCardFragment } from "../generated/graphql.ts";
import { Legend } from "../ui/Legend.tsx";
import { Levels } from "../ui/Levels.tsx";

interface Props {
  gaps: RequestCardFragment["gaps"];
  /** Whether the viewer is the mentee. */
  sent: boolean;
}

/** The gaps that a request is about, as they stood when it was made. */
export function AskedGaps({ gaps, sent }: Props) {
  return (
    <>
      <Legend coverage held={sent ? "you held" : "they held"} />
      <ul className="skill-rows" aria-label="Gaps asked about">
        {gaps.map((gap) => (
          <li key={gap.skill.id} className="skill-row">
            <div className="skill-name">
              <span className="code">{gap.skill.code}</span> {gap.skill.name}
              <span className="covers">
                {sent ? "they can" : "you can"} help with {listed(gap.coveredLevels)}
              </span>
            </div>
            <Levels
              skill={gap.skill.name}
              held={gap.currentLevel}
              required={gap.requiredLevel}
              covered={gap.coveredLevels}
              mentorLevel={gap.mentorLevel}
              whose={sent ? "You held" : "They held"}
            />
            <div className="skill-note">
              {gap.currentLevel} → {gap.requiredLevel}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
