import { count } from "../service/format.ts";
import { Confirmed } from "../ui/Confirmed.tsx";
import { Levels } from "../ui/Levels.tsx";
import type { SkillRow } from "./skills.ts";

/** Skills, one a row, with their levels drawn. */
export function SkillTable({ rows, label }: { rows: readonly SkillRow[]; label: string }) {
  return (
    <ul className="skill-rows" aria-label={label}>
      {rows.map((row) => {
        const missing = Math.max(0, row.required - row.held);
        return (
          <li key={row.id} className="skill-row">
            <div className="skill-name">
              <span className="code">{row.code}</span> {row.name}
            </div>
            <Levels skill={row.name} held={row.held} required={row.required} />
            <div className="skill-note">
              {row.endorsed && <Confirmed />}
              {missing > 0 ? (
                <strong>
                  {row.held} → {row.required}
                  <span className="unseen">, {count(missing, "level")} missing</span>
                </strong>
              ) : (
                <span>
                  {row.required > 0 && row.held > row.required ? `${row.held}, ${row.required} asked` : `${row.held}`}
                </span>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
