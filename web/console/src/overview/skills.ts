import type { OverviewQuery } from "../generated/graphql.ts";

type Viewer = OverviewQuery["viewer"];

export interface SkillRow {
  id: string;
  code: string;
  name: string;
  held: number;
  required: number;
  endorsed: boolean;
}

export interface Skills {
  /** What the role asks for, the widest gaps first. */
  asked: SkillRow[];
  /** What is held besides. */
  besides: SkillRow[];
  requiredLevels: number;
  missingLevels: number;
}

export function skillsOf(viewer: Viewer): Skills {
  const held = new Map([...(viewer.skills ?? []), ...(viewer.attributes ?? [])].map((each) => [each.skill.id, each]));
  const requirements = viewer.roleProfile?.requirements ?? [];
  const required = new Set(requirements.map((each) => each.skill.id));
  const asked = requirements.map(({ skill, level }) => {
    const own = held.get(skill.id);
    return { ...skill, held: own?.level ?? 0, required: level, endorsed: own?.endorsed ?? false };
  });
  const gap = (row: SkillRow) => Math.max(0, row.required - row.held);
  return {
    asked: asked.sort((one, other) => gap(other) - gap(one) || one.code.localeCompare(other.code)),
    besides: [...held.values()]
      .filter((each) => !required.has(each.skill.id))
      .map((each) => ({ ...each.skill, held: each.level, required: 0, endorsed: each.endorsed })),
    requiredLevels: asked.reduce((sum, row) => sum + row.required, 0),
    missingLevels: asked.reduce((sum, row) => sum + gap(row), 0),
  };
}
