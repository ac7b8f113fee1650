import { type FormEvent, useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { type ActionRowFragment, SaveActionDocument } from "../generated/graphql.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Wrong } from "../ui/Wrong.tsx";
import { ActionForm } from "./ActionForm.tsx";
import { Conflict } from "./Conflict.tsx";
import { changesIn, fieldsOf, newFields } from "./fields.ts";
import type { PlanScene } from "./scene.ts";

interface Props {
  scene: PlanScene;
  /** The one to change; none to add one. */
  action?: ActionRowFragment;
  onClose: () => void;
}

/** Add an action, or change one. Where somebody else came first, their change is shown, and one can try again. */
export function ActionDialog({ scene, action, onClose }: Props) {
  // What the dialog was opened on: a change that arrives meanwhile is shown before it is written over.
  const [base, setBase] = useState(action);
  const [theirs, setTheirs] = useState<{ before: ActionRowFragment; now: ActionRowFragment } | null>(null);
  const [fields, setFields] = useState(() => (action ? fieldsOf(action) : newFields(scene)));
  const [untitled, setUntitled] = useState(false);
  const save = useAct(SaveActionDocument);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setUntitled(!fields.title.trim());
    if (!fields.title.trim()) return;
    const done = await save.run({
      input: base
        ? { id: base.id, version: base.version, ...changesIn(fields, fieldsOf(base)) }
        : { ownerId: scene.ownerId, mentorshipId: scene.mentorshipId, ...changesIn(fields, newFields(scene)), typeId: fields.typeId },
    });
    if (succeeded(done)) return onClose();
    const now = done?.action;
    if (base && now && done.errors.some((each) => each.code === "STALE_VERSION")) {
      save.clear();
      const mine = changesIn(fields, fieldsOf(base));
      setTheirs({ before: base, now });
      setBase(now);
      setFields({ ...fieldsOf(now), ...Object.fromEntries(Object.keys(mine).map((name) => [name, fields[name as keyof typeof fields]])) });
    }
  };

  return (
    <Dialog title={action ? "Change the action" : "Add an action"} onClose={onClose}>
      <form className="form" onSubmit={submit} noValidate>
        {theirs && <Conflict before={theirs.before} now={theirs.now} scene={scene} onTake={() => setFields(fieldsOf(theirs.now))} />}
        <ActionForm fields={fields} scene={scene} untitled={untitled} onChange={setFields} kept={action} />
        <Wrong message={save.wrong} />
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={save.busy}>
            {theirs ? "Save all the same" : action ? "Save" : "Add to the plan"}
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
