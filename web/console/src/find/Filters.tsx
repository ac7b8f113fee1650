import { useId, useState } from "react";

import type { FindingQuery } from "../generated/graphql.ts";
import { Chips } from "../ui/Chips.tsx";
import { NOTHING, type Wishes, isSet } from "./filter.ts";

interface Props {
  known: FindingQuery | undefined;
  filter: Wishes;
  onChange: (filter: Wishes) => void;
}

/** Limits on the list. */
export function Filters({ known, filter, onChange }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const gaps = known?.viewer.skillGaps ?? [];

  return (
    <details className="filters" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Filters{isSet(filter) && <span className="count"> on</span>}</summary>
      <div className="filter-grid">
        <div className="field">
          <label htmlFor={`${id}-search`}>Name or job title</label>
          <input
            id={`${id}-search`}
            type="search"
            maxLength={200}
            value={filter.search}
            onChange={(event) => onChange({ ...filter, search: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-location`}>
            Location<span className="optional"> as it stands on the card</span>
          </label>
          <input
            id={`${id}-location`}
            type="search"
            value={filter.location}
            onChange={(event) => onChange({ ...filter, location: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-skill`}>Holds the skill</label>
          <select
            id={`${id}-skill`}
            value={filter.skill}
            onChange={(event) => onChange({ ...filter, skill: event.target.value })}
          >
            <option value="">Any</option>
            {gaps.map(({ skill }) => (
              <option key={skill.id} value={skill.id}>
                {skill.code} {skill.name}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-level`}>At level</label>
          <select
            id={`${id}-level`}
            value={filter.minimumLevel}
            onChange={(event) => onChange({ ...filter, minimumLevel: event.target.value })}
          >
            <option value="">Any</option>
            {[1, 2, 3, 4, 5, 6, 7].map((level) => (
              <option key={level} value={level}>
                {level < 7 ? `${level} or above` : "7"}
              </option>
            ))}
          </select>
        </div>
      </div>
      <Chips
        legend="Offers any of"
        options={known?.organisation.preferenceOptions ?? []}
        chosen={filter.options}
        onChange={(options) => onChange({ ...filter, options })}
      />
      {isSet(filter) && (
        <button type="button" className="quiet" onClick={() => onChange(NOTHING)}>
          Clear the filters
        </button>
      )}
    </details>
  );
}
