import { listed, points } from "../service/format.ts";
import type { MatchCardFragment } from "../generated/graphql.ts";
import { Levels } from "../ui/Levels.tsx";

/** A percentage, gap by gap: the levels, those that the mentor covers, and the points which that makes. */
export function Explained({ match }: { match: MatchCardFragment }) {
  const missing = match.gaps.reduce((sum, { gap }) => sum + gap.levels.length, 0);
  const covered = match.gaps.reduce((sum, { coveredLevels }) => sum + coveredLevels.length, 0);
  const gaps = [...match.gaps].sort((one, other) => other.points - one.points);
  return (
    <div className="explained">
      <ul className="skill-rows" aria-label="Gaps, one by one">
        {gaps.map(({ gap, mentorLevel, coveredLevels, points: made }) => (
          <li key={gap.skill.id} className="skill-row">
            <div className="skill-name">
              <span className="code">{gap.skill.code}</span> {gap.skill.name}
              <span className="covers">
                {coveredLevels.length
                  ? `covers ${listed(coveredLevels)} of ${gap.currentLevel} → ${gap.requiredLevel}`
                  : `covers none of ${gap.currentLevel} → ${gap.requiredLevel}`}
              </span>
            </div>
            <Levels
              skill={gap.skill.name}
              held={gap.currentLevel}
              required={gap.requiredLevel}
              covered={coveredLevels}
              mentorLevel={mentorLevel}
            />
            <div className="skill-note">
              <strong className={made ? undefined : "zero"}>{points(made)}</strong>
              <span className="unseen"> points</span>
            </div>
          </li>
        ))}
      </ul>
      <p className="sum">
        <span>
          {covered} of {missing} missing levels covered
        </span>
        <strong>{points(match.skillPercent ?? 0)}%</strong>
      </p>
    </div>
  );
}
