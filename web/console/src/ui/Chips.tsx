import type { OptionFragment } from "../generated/graphql.ts";

interface Props {
  legend: string;
  hint?: string;
  options: readonly OptionFragment[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
  quietLegend?: boolean;
}

/** Options to tick, as many as one likes. */
export function Chips({ legend, hint, options, chosen, onChange, quietLegend = false }: Props) {
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className="chips">
      <legend className={quietLegend ? "unseen" : undefined}>{legend}</legend>
      {hint && <p className="hint">{hint}</p>}
      <div className="chip-row">
        {options.map((option) => (
          <label key={option.id} className="chip">
            <input type="checkbox" checked={chosen.has(option.id)} onChange={() => toggle(option.id)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
