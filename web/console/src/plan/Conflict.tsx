import type { ActionRowFragment } from "../generated/graphql.ts";
import { FIELD_WORDS, changesIn, fieldsOf, said } from "./fields.ts";
import type { PlanScene } from "./scene.ts";

interface Props {
  before: ActionRowFragment;
  now: ActionRowFragment;
  scene: PlanScene;
  onTake: () => void;
}

/** What somebody else changed while one was at it. */
export function Conflict({ before, now, scene, onTake }: Props) {
  const was = fieldsOf(before);
  const is = fieldsOf(now);
  const changed = Object.keys(changesIn(is, was)) as (keyof typeof is)[];
  return (
    <div className="notice conflict" role="alert">
      <p>
        <strong>{now.updatedBy.name} changed it meanwhile.</strong> Nothing of yours is saved yet.
      </p>
      <ul>
        {changed.map((name) => (
          <li key={name}>
            {FIELD_WORDS[name]}: {said(name, was[name], scene)} → {said(name, is[name], scene)}
          </li>
        ))}
      </ul>
      <p>Below stands theirs, with what you changed. Save it, or put theirs in place of yours.</p>
      <button type="button" className="quiet" onClick={onTake}>
        Put theirs in place of mine
      </button>
    </div>
  );
}
