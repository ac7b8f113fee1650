import { useId } from "react";

import type { ActionRowFragment } from "../generated/graphql.ts";
import { Words } from "../ui/Words.tsx";
import { Wrong } from "../ui/Wrong.tsx";
import { type ActionFields, STATUSES } from "./fields.ts";
import type { PlanScene } from "./scene.ts";

interface Props {
  fields: ActionFields;
  scene: PlanScene;
  untitled: boolean;
  onChange: (fields: ActionFields) => void;
  /** The action before: its type may be on the list no more, and its skill no gap any more. */
  kept?: ActionRowFragment | undefined;
}

export function ActionForm({ fields, scene, untitled, onChange, kept }: Props) {
  const id = useId();
  const set = <Name extends keyof ActionFields>(name: Name, value: ActionFields[Name]) =>
    onChange({ ...fields, [name]: value });
  const types = withKept(scene.types, kept?.type);
  const skills = withKept(scene.skills, kept?.skill);
  return (
    <>
      <div className="field">
        <label htmlFor={`${id}-title`}>What is to be done</label>
        <input
          id={`${id}-title`}
          maxLength={200}
          value={fields.title}
          aria-required="true"
          aria-invalid={untitled}
          aria-describedby={untitled ? `${id}-wrong` : undefined}
          onChange={(event) => set("title", event.target.value)}
        />
        <Wrong id={`${id}-wrong`} message={untitled ? "Say what is to be done, in a line." : null} />
      </div>
      <Words label="Details" rows={3} value={fields.details} onChange={(details) => set("details", details)} />
      <div className="filter-grid">
        <div className="field">
          <label htmlFor={`${id}-status`}>Status</label>
          <select
            id={`${id}-status`}
            value={fields.status}
            onChange={(event) => set("status", event.target.value as ActionFields["status"])}
          >
            {STATUSES.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-due`}>Due</label>
          <input
            id={`${id}-due`}
            type="date"
            value={fields.dueOn}
            onChange={(event) => set("dueOn", event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-type`}>Type</label>
          <select id={`${id}-type`} value={fields.typeId} onChange={(event) => set("typeId", event.target.value)}>
            {types.map((type) => (
              <option key={type.id} value={type.id}>
                {type.label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-skill`}>Gap that it addresses</label>
          <select id={`${id}-skill`} value={fields.skillId} onChange={(event) => set("skillId", event.target.value)}>
            <option value="">None in particular</option>
            {skills.map((skill) => (
              <option key={skill.id} value={skill.id}>
                {skill.code} {skill.name}
              </option>
            ))}
          </select>
        </div>
      </div>
    </>
  );
}

function withKept<Each extends { id: string }, Own extends { id: string }>(
  all: readonly Each[],
  own: Own | null | undefined,
): readonly (Each | Own)[] {
  return own && !all.some((each) => each.id === own.id) ? [...all, own] : all;
}
