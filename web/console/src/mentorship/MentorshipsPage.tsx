import { useData } from "../service/useData.ts";
import { MentorshipsDocument } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Empty } from "../ui/Empty.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { MentorshipList } from "./MentorshipList.tsx";

export function MentorshipsPage() {
  const answer = useData(MentorshipsDocument, {}, ["RequestDecided", "MentorshipEnded"]);
  return (
    <Page title="Mentorships">
      <Loaded answer={answer}>
        {({ viewer }) => {
          const all = [...(viewer.mentors ?? []), ...(viewer.mentees ?? [])];
          const active = all.filter((each) => each.active);
          const past = all.filter((each) => !each.active).reverse();
          return (
            <>
              {active.length > 0 ? (
                <section aria-labelledby="active">
                  <h2 id="active">Going on</h2>
                  <MentorshipList mentorships={active} viewerId={viewer.id} />
                </section>
              ) : (
                <Empty title="No mentorship goes on at the moment.">
                  <p>One begins when a mentor says yes.</p>
                  <Link className="button" to="/find">
                    Find a Mentor
                  </Link>
                </Empty>
              )}
              {past.length > 0 && (
                <section aria-labelledby="past">
                  <h2 id="past">Ended</h2>
                  <MentorshipList mentorships={past} viewerId={viewer.id} />
                </section>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
