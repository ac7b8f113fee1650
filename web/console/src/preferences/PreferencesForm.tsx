import { type FormEvent, useState } from "react";

import { succeeded, useAct } from "../service/useAct.ts";
import { type OptionFragment, SavePreferencesDocument } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Chips } from "../ui/Chips.tsx";
import { Saved } from "../ui/Saved.tsx";
import { Wrong } from "../ui/Wrong.tsx";

interface Props {
  own: readonly (OptionFragment & { retired: boolean })[];
  options: readonly OptionFragment[];
}

export function PreferencesForm({ own, options }: Props) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(own.map((option) => option.id)));
  const [saved, setSaved] = useState<string | null>(null);
  const save = useAct(SavePreferencesDocument);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaved(null);
    if (succeeded(await save.run({ input: { optionIds: [...chosen] } }))) setSaved("Your preferences are saved.");
  };

  return (
    <form className="panel form" onSubmit={submit} noValidate>
      <Chips
        legend="I want a mentor for"
        options={[...options, ...own.filter((option) => option.retired)]}
        chosen={chosen}
        onChange={setChosen}
      />
      <Wrong message={save.wrong} />
      <div className="buttons">
        <button type="submit" className="button primary" aria-disabled={save.busy}>
          Save preferences
        </button>
        <Link className="button" to="/find">
          Find a Mentor
        </Link>
        <Saved message={saved} />
      </div>
    </form>
  );
}
