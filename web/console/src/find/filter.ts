import type { MentorFilter } from "../generated/graphql.ts";

/** What somebody has typed and ticked. */
export interface Wishes {
  search: string;
  location: string;
  skill: string;
  minimumLevel: string;
  options: ReadonlySet<string>;
}

export const NOTHING: Wishes = { search: "", location: "", skill: "", minimumLevel: "", options: new Set() };

export function filterOf(wishes: Wishes): MentorFilter | null {
  if (!isSet(wishes)) return null;
  return {
    search: wishes.search.trim() || null,
    location: wishes.location.trim() || null,
    skills: wishes.skill ? [wishes.skill] : null,
    minimumLevel: wishes.minimumLevel ? Number(wishes.minimumLevel) : null,
    options: wishes.options.size ? [...wishes.options] : null,
  };
}

export function isSet({ search, location, skill, minimumLevel, options }: Wishes): boolean {
  return Boolean(search.trim() || location.trim() || skill || minimumLevel || options.size);
}
