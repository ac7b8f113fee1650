import { useData } from "../service/useData.ts";
import { OverviewDocument } from "../generated/graphql.ts";
import { MentorshipList } from "../mentorship/MentorshipList.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { Mentoring } from "./Mentoring.tsx";
import { MyRole } from "./MyRole.tsx";

export function OverviewPage() {
  const answer = useData(OverviewDocument, {});
  const viewer = answer.data?.viewer;
  const lead = [viewer?.jobTitle, answer.data?.organisation.name, viewer?.location].filter(Boolean).join(" · ");
  return (
    <Page title={viewer?.name ?? "Overview"} lead={<p>{lead || " "}</p>}>
      <Loaded answer={answer} rows={4}>
        {({ viewer, organisation }) => {
          const active = [...(viewer.mentors ?? []), ...(viewer.mentees ?? [])].filter((each) => each.active);
          return (
            <>
              {!organisation.mentoringEnabled && (
                <p className="panel notice">Your organisation has mentoring switched off at the moment.</p>
              )}
              <Mentoring viewer={viewer} enabled={organisation.mentoringEnabled} />
              {active.length > 0 && (
                <section aria-labelledby="active">
                  <h2 id="active">Mentorships that go on</h2>
                  <MentorshipList mentorships={active} viewerId={viewer.id} />
                </section>
              )}
              <MyRole viewer={viewer} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
