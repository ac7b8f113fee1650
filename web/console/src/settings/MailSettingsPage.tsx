import { useData } from "../service/useData.ts";
import { MailSettingsDocument } from "../generated/graphql.ts";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { MailSwitch } from "./MailSwitch.tsx";

/** Which notifications are mailed as well: where each mail's last link leads. */
export function MailSettingsPage() {
  const answer = useData(MailSettingsDocument, {}, []);
  return (
    <Page title="Mail settings" lead={<p>Everything appears here, live. Choose what comes by mail as well.</p>}>
      <Loaded answer={answer} rows={1}>
        {({ viewer }) => (
          <ul className="panel switches" aria-label="Mails">
            {(viewer.notificationSettings ?? []).map((setting) => (
              <MailSwitch key={setting.kind} setting={setting} />
            ))}
          </ul>
        )}
      </Loaded>
    </Page>
  );
}
