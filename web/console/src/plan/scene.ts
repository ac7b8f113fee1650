import type { SkillNameFragment } from "../generated/graphql.ts";

/** Whose plan it is, who looks at it, and what can be chosen. */
export interface PlanScene {
  ownerId: string;
  viewerId: string;
  mentorshipId: string | null;
  types: readonly { id: string; label: string; mentorship: boolean }[];
  skills: readonly SkillNameFragment[];
}
