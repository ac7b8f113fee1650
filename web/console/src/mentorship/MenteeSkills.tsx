import { count } from "../service/format.ts";
import type { OneMentorshipQuery } from "../generated/graphql.ts";
import { Empty } from "../ui/Empty.tsx";
import { Legend } from "../ui/Legend.tsx";
import { Levels } from "../ui/Levels.tsx";

type Mentee = Extract<NonNullable<OneMentorshipQuery["node"]>, { __typename: "Mentorship" }>["mentee"];

/** What a mentor sees of their mentee: gaps first, then what they hold. */
export function MenteeSkills({ mentee }: { mentee: Mentee }) {
  const gaps = mentee.skillGaps ?? [];
  const lacking = new Set(gaps.map((gap) => gap.skill.id));
  const others = (mentee.skills ?? []).filter((each) => !lacking.has(each.skill.id));
  return (
    <section aria-labelledby="gaps">
      <h2 id="gaps">
        What {mentee.name} lacks{mentee.roleProfile ? ` as ${mentee.roleProfile.name}` : ""}
      </h2>
      {gaps.length === 0 ? (
        <Empty title="No level is missing." />
      ) : (
        <div className="panel">
          <Legend />
          <ul className="skill-rows" aria-label={`Gaps of ${mentee.name}`}>
            {gaps.map((gap) => (
              <li key={gap.skill.id} className="skill-row">
                <div className="skill-name">
                  <span className="code">{gap.skill.code}</span> {gap.skill.name}
                </div>
                <Levels skill={gap.skill.name} held={gap.currentLevel} required={gap.requiredLevel} whose="They hold" />
                <div className="skill-note">
                  <strong>
                    {gap.currentLevel} → {gap.requiredLevel}
                  </strong>
                </div>
              </li>
            ))}
          </ul>
        </div>
      )}
      {others.length > 0 && (
        <details className="besides">
          <summary>{count(others.length, "further skill")} that {mentee.name} holds</summary>
          <div className="panel">
            <ul className="skill-rows" aria-label={`Further skills of ${mentee.name}`}>
              {others.map(({ skill, level }) => (
                <li key={skill.id} className="skill-row">
                  <div className="skill-name">
                    <span className="code">{skill.code}</span> {skill.name}
                  </div>
                  <Levels skill={skill.name} held={level} required={0} whose="They hold" />
                  <div className="skill-note">{level}</div>
                </li>
              ))}
            </ul>
          </div>
        </details>
      )}
    </section>
  );
}
