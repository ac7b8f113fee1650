import type { MentorCardQuery } from "../generated/graphql.ts";
import { Confirmed } from "../ui/Confirmed.tsx";
import { Levels } from "../ui/Levels.tsx";

/** The skills that a mentor offers to teach, and up to which level. */
export function Offered({ skills }: { skills: NonNullable<MentorCardQuery["mentor"]>["skills"] }) {
  if (skills.length === 0) return null;
  return (
    <ul className="skill-rows" aria-label="Skills they teach">
      {skills.map(({ skill, level, endorsed }) => (
        <li key={skill.id} className="skill-row">
          <div className="skill-name">
            <span className="code">{skill.code}</span> {skill.name}
          </div>
          <Levels skill={skill.name} held={level} required={0} whose="They hold" />
          <div className="skill-note">
            {endorsed && <Confirmed />}
            {level}
          </div>
        </li>
      ))}
    </ul>
  );
}
