import { useData } from "../service/useData.ts";
import { MentorProfileDocument } from "../generated/graphql.ts";
import { Reasons } from "../overview/Reasons.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { ProfileForm } from "./ProfileForm.tsx";

/** Become a mentor, change how one mentors, or leave. */
export function ProfilePage() {
  const answer = useData(MentorProfileDocument, {}, []);
  const actions = answer.data?.viewer.mentorActions ?? [];
  const offering = actions.includes("UPDATE_MENTOR_PROFILE");
  const title = answer.data === undefined || offering ? "Mentor profile" : "Become a Mentor";
  return (
    <Page title={title} lead={<p>What you offer is public within your organisation.</p>}>
      <Loaded answer={answer}>
        {({ viewer, organisation }) =>
          offering || actions.includes("BECOME_A_MENTOR") ? (
            <ProfileForm mentor={viewer.mentor ?? null} offering={offering} options={organisation.preferenceOptions} />
          ) : (
            <section className="panel" aria-labelledby="why">
              <h2 id="why">You cannot become a mentor yet</h2>
              <Reasons reasons={viewer.mentorEligibility?.reasons ?? []} all />
            </section>
          )
        }
      </Loaded>
    </Page>
  );
}
