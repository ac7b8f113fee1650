import { day } from "../service/format.ts";
import type { ActionRowFragment, ActionStatus, SaveActionInput } from "../generated/graphql.ts";
import type { PlanScene } from "./scene.ts";

export const STATUSES: readonly [ActionStatus, string][] = [
  ["PLANNED", "Planned"],
  ["IN_PROGRESS", "In progress"],
  ["DONE", "Done"],
  ["CANCELLED", "Given up"],
];

export const STATUS_WORDS: Record<string, string> = Object.fromEntries(STATUSES);

/** An action as the form holds it: everything is text, and nothing is "". */
export interface ActionFields {
  title: string;
  details: string;
  typeId: string;
  skillId: string;
  status: ActionStatus;
  dueOn: string;
}

export const FIELD_WORDS: Record<string, string> = {
  title: "Title",
  details: "Details",
  typeId: "Type",
  skillId: "Skill",
  status: "Status",
  dueOn: "Due",
  mentorshipId: "Mentorship",
};

export function fieldsOf(action: ActionRowFragment): ActionFields {
  return {
    title: action.title,
    details: action.details ?? "",
    typeId: action.type.id,
    skillId: action.skill?.id ?? "",
    status: action.status,
    dueOn: action.dueOn ?? "",
  };
}

export function newFields(scene: PlanScene): ActionFields {
  const fitting = scene.types.find((type) => type.mentorship === (scene.mentorshipId !== null)) ?? scene.types[0];
  return { title: "", details: "", typeId: fitting?.id ?? "", skillId: "", status: "PLANNED", dueOn: "" };
}

/** What is different, as it is to be sent: what somebody left alone stays as others made it. */
export function changesIn(fields: ActionFields, base: ActionFields): Partial<SaveActionInput> {
  const changed = Object.entries(fields).filter(([name, value]) => value !== base[name as keyof ActionFields]);
  return Object.fromEntries(changed.map(([name, value]) => [name, value || null]));
}

/** A value as people read it. */
export function said(name: string, value: string | null | undefined, scene: PlanScene): string {
  if (!value) return "nothing";
  if (name === "status") return STATUS_WORDS[value] ?? value;
  if (name === "dueOn") return day(value);
  if (name === "typeId") return scene.types.find((type) => type.id === value)?.label ?? "another type";
  if (name === "skillId") return scene.skills.find((skill) => skill.id === value)?.name ?? "another skill";
  if (name === "mentorshipId") return "a mentorship";
  return `“${value}”`;
}
