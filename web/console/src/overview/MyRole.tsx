import { count, percent } from "../service/format.ts";
import type { OverviewQuery } from "../generated/graphql.ts";
import { Empty } from "../ui/Empty.tsx";
import { Legend } from "../ui/Legend.tsx";
import { Ring } from "../ui/Ring.tsx";
import { SkillTable } from "./SkillTable.tsx";
import { skillsOf } from "./skills.ts";

/** What the role asks for, and how much of it is held. */
export function MyRole({ viewer }: { viewer: OverviewQuery["viewer"] }) {
  const { asked, besides, requiredLevels, missingLevels } = skillsOf(viewer);
  const gaps = asked.filter((row) => row.held < row.required).length;
  const share = requiredLevels ? (100 * (requiredLevels - missingLevels)) / requiredLevels : 100;
  return (
    <section aria-labelledby="role">
      <h2 id="role">{viewer.roleProfile ? `My role: ${viewer.roleProfile.name}` : "My skills"}</h2>
      {asked.length > 0 ? (
        <div className="panel">
          <div className="role-summary">
            <Ring value={share} label="Required levels that you hold" />
            <p>
              {missingLevels === 0 ? (
                <strong>You hold every level that your role asks for.</strong>
              ) : (
                <strong>
                  {count(missingLevels, "level")} missing in {count(gaps, "skill")}
                </strong>
              )}
              <br />
              {percent(share)}% of the {requiredLevels} required levels are yours.
            </p>
          </div>
          <Legend confirmed />
          <SkillTable rows={asked} label="Skills that the role asks for" />
        </div>
      ) : (
        <Empty title="Your role asks for no skills yet.">
          <p>Without gaps, mentors are found by preferences.</p>
        </Empty>
      )}
      {besides.length > 0 && (
        <details className="besides">
          <summary>{count(besides.length, "further skill")} and attributes that you hold</summary>
          <div className="panel">
            <SkillTable rows={besides} label="Further skills" />
          </div>
        </details>
      )}
    </section>
  );
}
