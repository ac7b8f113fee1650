import type { MatchBasis } from "../generated/graphql.ts";

interface Props {
  basis: MatchBasis;
  onChange: (basis: MatchBasis) => void;
}

const CHOICES: readonly [MatchBasis, string][] = [
  ["SKILL_GAPS_AND_PREFERENCES", "Skill gaps, then preferences"],
  ["PREFERENCES_ONLY", "Preferences alone"],
];

/** What the list is ranked by. */
export function BasisSwitch({ basis, onChange }: Props) {
  return (
    <fieldset className="switch">
      <legend>Rank by</legend>
      <div className="switch-row">
        {CHOICES.map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="basis" checked={basis === value} onChange={() => onChange(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
