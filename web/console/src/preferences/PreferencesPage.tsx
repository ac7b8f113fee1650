import { useData } from "../service/useData.ts";
import { PreferencesDocument } from "../generated/graphql.ts";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { PreferencesForm } from "./PreferencesForm.tsx";

export function PreferencesPage() {
  const answer = useData(PreferencesDocument, {}, []);
  return (
    <Page
      title="Preferences"
      lead={<p>What you want in a mentor. Only mentors who offer at least one of it are listed; with none chosen, all are.</p>}
    >
      <Loaded answer={answer} rows={1}>
        {({ viewer, organisation }) => (
          <PreferencesForm own={viewer.mentorPreferences ?? []} options={organisation.preferenceOptions} />
        )}
      </Loaded>
    </Page>
  );
}
