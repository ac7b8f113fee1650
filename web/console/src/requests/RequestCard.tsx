import { count } from "../service/format.ts";
import type { RequestCardFragment } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Ring } from "../ui/Ring.tsx";
import { When } from "../ui/When.tsx";
import { AskedGaps } from "./AskedGaps.tsx";
import { Decide } from "./Decide.tsx";
import { Status } from "./Status.tsx";
import { WithdrawButton } from "./WithdrawButton.tsx";

interface Props {
  request: RequestCardFragment;
  viewerId: string;
  heading: "h2" | "h3";
  /** Whether the gaps are shown from the beginning. */
  open?: boolean;
}

/** A request, with what its reader can do about it. */
export function RequestCard({ request, viewerId, heading: Heading, open = false }: Props) {
  const sent = request.mentee.id === viewerId;
  const other = sent ? request.mentor.person : request.mentee;
  const pending = request.status === "PENDING";
  return (
    <article className="panel request" aria-label={sent ? `To ${other.name}` : `From ${other.name}`}>
      <div className="match-head">
        {typeof request.percent === "number" && <Ring value={request.percent} label="Match when asked" />}
        <div className="match-who">
          <div className="name-row">
            <Heading>
              {sent ? <Link to={`/mentors/${request.mentor.id}`}>{other.name}</Link> : other.name}
            </Heading>
            <Status status={request.status} />
          </div>
          <PersonLine person={other} />
          <p className="meta">
            Asked <When at={request.createdAt} />
            {pending && request.expiresAt && (
              <>
                , to be answered <When at={request.expiresAt} />
              </>
            )}
            {request.decidedAt && (
              <>
                , {request.status.toLowerCase()} <When at={request.decidedAt} />
              </>
            )}
          </p>
        </div>
      </div>
      {request.message && (
        <blockquote>
          <span className="unseen">{sent ? "You wrote: " : `${request.mentee.name} wrote: `}</span>
          {request.message}
        </blockquote>
      )}
      {request.comment && (
        <div className="answer">
          <p className="meta">{sent ? `${request.mentor.person.name} answered` : "You answered"}</p>
          <blockquote>{request.comment}</blockquote>
        </div>
      )}
      {request.gaps.length > 0 && (
        <details className="why" open={open || (pending && !sent) || undefined}>
          <summary>
            {sent ? "What you asked for help with" : "What it is about"}: {count(request.gaps.length, "skill")}
          </summary>
          <AskedGaps gaps={request.gaps} sent={sent} />
        </details>
      )}
      {pending && sent && !request.mentor.available && (
        <p className="meta">They take no requests for now. Yours stands; an answer may take longer.</p>
      )}
      {pending && (sent ? <WithdrawButton request={request} /> : <Decide request={request} />)}
      {request.mentorship && (
        <p>
          <Link to={`/mentorships/${request.mentorship.id}`}>
            {request.mentorship.active ? "Open the mentorship" : "The mentorship that came of it"}
            <span className="unseen"> with {other.name}</span>
          </Link>
        </p>
      )}
    </article>
  );
}
