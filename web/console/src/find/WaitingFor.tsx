import type { FindingQuery } from "../generated/graphql.ts";
import { NotifyButton } from "../mentor/NotifyButton.tsx";
import { Link } from "../router/Link.tsx";

interface Props {
  watches: NonNullable<FindingQuery["viewer"]["availabilityWatches"]>;
}

/** Mentors of whom one hears once they can be asked again. */
export function WaitingFor({ watches }: Props) {
  if (watches.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="waiting">
      <h2 id="waiting">You hear when they can be asked again</h2>
      <ul className="plain">
        {watches.map(({ mentor }) => (
          <li key={mentor.id} className="row">
            <Link to={`/mentors/${mentor.id}`}>{mentor.person.name}</Link>
            <NotifyButton mentorId={mentor.id} waiting name={mentor.person.name} />
          </li>
        ))}
      </ul>
    </section>
  );
}
