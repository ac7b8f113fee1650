import type { PersonLineFragment } from "../generated/graphql.ts";

/** What is public about somebody, below their name. */
export function PersonLine({ person }: { person: PersonLineFragment }) {
  const zone = person.timeZone?.replace(/^.*\//, "").replaceAll("_", " ");
  const place = person.location ?? (zone ? `${zone} time` : null);
  const said = [person.jobTitle, place].filter(Boolean);
  return said.length ? <p className="person-line">{said.join(" · ")}</p> : null;
}
