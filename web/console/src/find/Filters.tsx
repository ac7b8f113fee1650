import { useEffect, useId, useState } from "react";

import type { FindingQuery } from "../generated/graphql.ts";
import { Chips } from "../ui/Chips.tsx";
import { NOTHING, type Wishes, isSet } from "./filter.ts";

interface Props {
  known: FindingQuery | undefined;
  filter: Wishes;
  onChange: (filter: Wishes) => void;
}

const TYPING_MS = 300;

/** Limits on the list. What is typed counts once it rests. */
export function Filters({ known, filter, onChange }: Props) {
  const id = useId();
  const [search, setSearch] = useState(filter.search);
  const [location, setLocation] = useState(filter.location);
  const gaps = known?.viewer.skillGaps ?? [];

  useEffect(() => {
    if (search === filter.search && location === filter.location) return undefined;
    const rest = setTimeout(() => onChange({ ...filter, search, location }), TYPING_MS);
    return () => clearTimeout(rest);
  }, [search, location, filter, onChange]);

  const clear = () => {
    setSearch("");
    setLocation("");
    onChange(NOTHING);
  };

  return (
    <details className="filters" open={isSet(filter) || undefined}>
      <summary>Filters{isSet(filter) && <span className="count"> on</span>}</summary>
      <div className="filter-grid">
        <div className="field">
          <label htmlFor={`${id}-search`}>Name or job title</label>
          <input
            id={`${id}-search`}
            type="search"
            maxLength={200}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-location`}>
            Location<span className="optional"> as it stands on the card</span>
          </label>
          <input
            id={`${id}-location`}
            type="search"
            value={location}
            onChange={(event) => setLocation(event.target.value)}
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
        <button type="button" className="quiet" onClick={clear}>
          Clear the filters
        </button>
      )}
    </details>
  );
}
