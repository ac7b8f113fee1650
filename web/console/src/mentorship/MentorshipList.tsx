import { dateOf } from "../service/format.ts";
import type { MentorshipLineFragment } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Icon } from "../ui/Icon.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";

interface Props {
  mentorships: readonly MentorshipLineFragment[];
  viewerId: string;
}

export function MentorshipList({ mentorships, viewerId }: Props) {
  return (
    <ul className="cards">
      {mentorships.map((mentorship) => {
        const mentoring = mentorship.mentor.id === viewerId;
        const other = mentoring ? mentorship.mentee : mentorship.mentor;
        return (
          <li key={mentorship.id} className="panel row-card">
            <div>
              <h3>
                <Link className="card-link" to={`/mentorships/${mentorship.id}`}>
                  {other.name}
                </Link>
              </h3>
              <PersonLine person={other} />
              <p className="meta">
                {mentoring ? "Your mentee" : "Your mentor"}
                {mentorship.endedAt
                  ? `, until ${dateOf(mentorship.endedAt)}`
                  : `, since ${dateOf(mentorship.startedAt)}`}
              </p>
            </div>
            <Icon name="chevron" />
          </li>
        );
      })}
    </ul>
  );
}
