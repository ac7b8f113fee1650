import { dateOf } from "../service/format.ts";
import type { OneMentorshipQuery } from "../generated/graphql.ts";

type Mentorship = Extract<NonNullable<OneMentorshipQuery["node"]>, { __typename: "Mentorship" }>;

const WHO = { MENTEE: "the mentee", MENTOR: "the mentor", ADMINISTRATOR: "whoever runs mentoring in your organisation" };

/** That it is over, by whom, and what went with it. */
export function Ended({ mentorship, mentoring }: { mentorship: Mentorship; mentoring: boolean }) {
  const { endedAt, endedBy, endReason, mentee } = mentorship;
  return (
    <section className="panel notice" aria-labelledby="ended">
      <h2 id="ended">This mentorship has ended</h2>
      <p>
        {endedAt && `On ${dateOf(endedAt)}`}
        {endedBy && `, by ${WHO[endedBy]}`}.
      </p>
      {endReason && <blockquote>{endReason}</blockquote>}
      {mentoring && <p>The skills and the action plan of {mentee.name} are no longer yours to see.</p>}
    </section>
  );
}
