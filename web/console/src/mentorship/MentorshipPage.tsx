import { useState } from "react";

import { NotFoundPage } from "../app/NotFoundPage.tsx";
import { dateOf } from "../service/format.ts";
import { useData } from "../service/useData.ts";
import { OneMentorshipDocument } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Plan } from "../plan/Plan.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { EndDialog } from "./EndDialog.tsx";
import { Ended } from "./Ended.tsx";
import { MenteeSkills } from "./MenteeSkills.tsx";
import { Side } from "./Side.tsx";

export function MentorshipPage({ id }: { id: string }) {
  const answer = useData(OneMentorshipDocument, { id }, ["MentorshipEnded", "RequestDecided"]);
  const [ending, setEnding] = useState(false);
  const node = answer.data?.node;
  const mentorship = node?.__typename === "Mentorship" ? node : null;
  if (answer.data && !mentorship) return <NotFoundPage what="mentorship" />;

  const mentoring = mentorship?.mentor.id === answer.data?.viewer.id;
  const other = mentoring ? mentorship?.mentee : mentorship?.mentor;
  return (
    <Page
      title={other ? `Mentorship with ${other.name}` : "Mentorship"}
      lead={<p>{mentorship ? `${mentoring ? "You mentor" : "You learn"}, since ${dateOf(mentorship.startedAt)}.` : " "}</p>}
      aside={
        mentorship?.active && (
          <button type="button" className="button" onClick={() => setEnding(true)}>
            End mentorship
          </button>
        )
      }
    >
      <Loaded answer={answer} rows={4}>
        {({ viewer }) =>
          mentorship && (
            <>
              {!mentorship.active && <Ended mentorship={mentorship} mentoring={mentoring} />}
              <section className="two" aria-label="Who it is between">
                <Side role="Mentor" person={mentorship.mentor} own={mentoring} />
                <Side role="Mentee" person={mentorship.mentee} own={!mentoring} />
              </section>
              {!mentoring && mentorship.mentor.mentor && (
                <p>
                  <Link to={`/mentors/${mentorship.mentor.mentor.id}`}>What {mentorship.mentor.name} offers</Link>
                </p>
              )}
              {mentorship.active && mentoring && <MenteeSkills mentee={mentorship.mentee} />}
              {(mentorship.active || !mentoring) && (
                <Plan ownerId={mentorship.mentee.id} viewerId={viewer.id} mentorshipId={mentorship.active ? id : null} />
              )}
              {ending && mentorship.active && <EndDialog id={id} other={other?.name ?? ""} onClose={() => setEnding(false)} />}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
