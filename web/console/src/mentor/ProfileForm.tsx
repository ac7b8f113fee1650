import { type FormEvent, useId, useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { type MentorProfileQuery, type OptionFragment, SaveProfileDocument } from "../generated/graphql.ts";
import { Chips } from "../ui/Chips.tsx";
import { Saved } from "../ui/Saved.tsx";
import { Wrong } from "../ui/Wrong.tsx";
import { LeaveButton } from "./LeaveButton.tsx";

interface Props {
  mentor: MentorProfileQuery["viewer"]["mentor"] | null;
  offering: boolean;
  options: readonly OptionFragment[];
}

export function ProfileForm({ mentor, offering, options }: Props) {
  const id = useId();
  const own = mentor?.options ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(own.map((option) => option.id)));
  const [capacity, setCapacity] = useState(() => mentor?.capacity?.toString() ?? "");
  const [paused, setPaused] = useState(mentor?.paused ?? false);
  const [wrong, setWrong] = useState<{ options?: string; capacity?: string }>({});
  const [saved, setSaved] = useState<string | null>(null);
  const save = useAct(SaveProfileDocument);
  // Whoever has chosen one that was retired since keeps it.
  const retired = own.filter((option) => option.retired);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const most = capacity.trim() === "" ? null : Number(capacity);
    const found = {
      ...(chosen.size === 0 && { options: "Choose at least one." }),
      ...(most !== null && !(Number.isInteger(most) && most >= 1 && most <= 1000) && { capacity: "A whole number from 1 to 1,000, or nothing." }),
    };
    setWrong(found);
    setSaved(null);
    if (Object.keys(found).length) return;
    if (succeeded(await save.run({ input: { optionIds: [...chosen], capacity: most, paused } }))) {
      setSaved(offering ? "Your profile is saved." : "You are a mentor now, and can be found.");
    }
  };

  return (
    <form className="panel form" onSubmit={submit} noValidate>
      <Chips
        legend="What I offer"
        hint="At least one. Mentees find you by it, and by the skills that you hold."
        options={[...options, ...retired]}
        chosen={chosen}
        onChange={setChosen}
      />
      <Wrong message={wrong.options ?? null} />
      <div className="field">
        <label htmlFor={id}>
          Most mentees at once<span className="optional"> (optional)</span>
        </label>
        <p id={`${id}-hint`} className="hint">
          Without a number there is no limit.{mentor ? ` You have ${mentor.activeMentees} now.` : ""}
        </p>
        <input
          id={id}
          className="short-input"
          inputMode="numeric"
          value={capacity}
          aria-invalid={wrong.capacity !== undefined}
          aria-describedby={`${id}-hint ${id}-wrong`}
          onChange={(event) => setCapacity(event.target.value)}
        />
        <Wrong id={`${id}-wrong`} message={wrong.capacity ?? null} />
      </div>
      <label className="tick">
        <input type="checkbox" checked={paused} onChange={(event) => setPaused(event.target.checked)} />
        <span>
          Take a break from new requests
          <span className="hint">Your mentees stay, and you can still answer what is open.</span>
        </span>
      </label>
      <Wrong message={save.wrong} />
      <div className="buttons">
        <button type="submit" className="button primary" aria-disabled={save.busy}>
          {offering ? "Save profile" : "Become a Mentor"}
        </button>
        {offering && <LeaveButton onLeft={() => setSaved("You have left the search. Your mentees stay.")} />}
        <Saved message={saved} />
      </div>
    </form>
  );
}
