import type { OptionFragment } from "../generated/graphql.ts";

interface Props {
  options: readonly OptionFragment[];
  /** Those that the viewer wants too. */
  shared?: readonly OptionFragment[];
}

/** Options that somebody offers or wants, to read. */
export function Tags({ options, shared = [] }: Props) {
  const wanted = new Set(shared.map((option) => option.id));
  return (
    <ul className="tags">
      {options.map((option) => (
        <li key={option.id} className={wanted.has(option.id) ? "tag shared" : "tag"}>
          {option.label}
          {wanted.has(option.id) && <span className="unseen">, which you want</span>}
        </li>
      ))}
    </ul>
  );
}
