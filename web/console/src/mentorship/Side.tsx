import type { PersonLineFragment } from "../generated/graphql.ts";
import { PersonLine } from "../ui/PersonLine.tsx";

interface Props {
  role: string;
  person: PersonLineFragment & { email?: string | null | undefined };
  own: boolean;
}

/** One side of a mentorship, and how to reach them while it goes on. */
export function Side({ role, person, own }: Props) {
  return (
    <div className="panel person-panel">
      <p className="meta">{own ? `${role}, you` : role}</p>
      <h2 className="name">{person.name}</h2>
      <PersonLine person={person} />
      {person.email ? (
        <p>
          <a href={`mailto:${person.email}`}>{person.email}</a>
        </p>
      ) : (
        <p className="meta">How to reach them is no longer yours to see.</p>
      )}
    </div>
  );
}
