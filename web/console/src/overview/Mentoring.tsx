import type { OverviewQuery } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Reasons } from "./Reasons.tsx";

type Viewer = OverviewQuery["viewer"];

const BUTTONS = {
  BECOME_A_MENTOR: { to: "/profile", label: "Become a Mentor" },
  UPDATE_MENTOR_PROFILE: { to: "/profile", label: "Update Mentor Profile" },
  MENTEE_REQUESTS: { to: "/requests", label: "Mentee Requests" },
} as const;

/** The buttons that the service says are to be shown, and where one may not mentor, why. */
export function Mentoring({ viewer, enabled }: { viewer: Viewer; enabled: boolean }) {
  const actions = viewer.mentorActions ?? [];
  const eligibility = viewer.mentorEligibility;
  return (
    <div className="two">
      <section className="panel" aria-labelledby="mentee">
        <h2 id="mentee">Find somebody to learn from</h2>
        <p>
          {viewer.mentorPreferences?.length
            ? `You want: ${viewer.mentorPreferences.map((option) => option.label).join(", ")}.`
            : "Say what you want in a mentor, and the list is ranked by it too."}
        </p>
        <div className="buttons">
          {enabled && (
            <Link className="button primary" to="/find">
              Find a Mentor
            </Link>
          )}
          <Link className="button" to="/preferences">
            Set preferences
          </Link>
        </div>
      </section>
      <section className="panel" aria-labelledby="mentor">
        <h2 id="mentor">Mentor others</h2>
        <p>{standing(viewer)}</p>
        {eligibility && !eligibility.eligible && <Reasons reasons={eligibility.reasons} />}
        <div className="buttons">
          {actions.map((action) => (
            <Link key={action} className="button" to={BUTTONS[action].to}>
              {BUTTONS[action].label}
            </Link>
          ))}
        </div>
      </section>
    </div>
  );
}

function standing({ mentor, mentorEligibility, mentorActions }: Viewer): string {
  const offering = mentorActions?.includes("UPDATE_MENTOR_PROFILE") ?? false;
  if (mentor && offering) {
    const room = mentor.capacity === null || mentor.capacity === undefined ? "" : ` of ${mentor.capacity}`;
    const state = mentor.paused ? "You take a break from new requests." : mentor.available ? "You can be found." : "You cannot be found at the moment.";
    return `${state} Mentees now: ${mentor.activeMentees}${room}.`;
  }
  if (mentorEligibility?.eligible) return "You hold the Business skills that mentors need.";
  const levels = mentorEligibility?.reasons.filter((reason) => reason.attribute) ?? [];
  if (levels.length === 0) return "You cannot become a mentor yet.";
  return `You cannot become a mentor yet: ${levels.length} of your Business skills ${levels.length === 1 ? "is" : "are"} below the level that mentors hold.`;
}
