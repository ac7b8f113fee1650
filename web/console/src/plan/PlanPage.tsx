import { Page } from "../ui/Page.tsx";
import { Plan } from "./Plan.tsx";

/** The viewer's own plan, whatever mentorship it belongs to. */
export function PlanPage({ viewerId }: { viewerId: string }) {
  return (
    <Page title="Action plan" lead={<p>What you do about your gaps. Your mentors and your line manager see it too.</p>}>
      <Plan ownerId={viewerId} viewerId={viewerId} mentorshipId={null} alone />
    </Page>
  );
}
