import { useAct } from "../service/useAct.ts";
import { type MailSettingsQuery, type NotificationKind, SaveMailSettingsDocument } from "../generated/graphql.ts";
import { Wrong } from "../ui/Wrong.tsx";

type Setting = NonNullable<MailSettingsQuery["viewer"]["notificationSettings"]>[number];

const WORDS: Record<NotificationKind, string> = {
  REQUEST_RECEIVED: "Somebody asks me to be their mentor",
  REQUEST_REMINDER: "A request still waits for my answer",
  REQUEST_DELAYED: "A mentor whom I asked takes no requests for now",
  REQUEST_DECIDED: "A mentor answers me",
  REQUEST_WITHDRAWN: "A mentee takes a request back",
  REQUEST_EXPIRED: "The time to answer a request is over",
  MENTORSHIP_ENDED: "A mentorship of mine ends",
  MENTOR_AVAILABLE: "A mentor whom I wait for can be asked again",
  ACTION_PLAN_CHANGED: "Somebody changes an action plan of mine or of a mentee",
};

/** One kind, saved the moment that it is switched. */
export function MailSwitch({ setting: { kind, email } }: { setting: Setting }) {
  const save = useAct(SaveMailSettingsDocument);
  const set = (on: boolean) => save.run({ input: { settings: [{ kind, email: on }] } });
  return (
    <li>
      <label className="tick">
        <input type="checkbox" checked={email} onChange={(event) => set(event.target.checked)} />
        <span>{WORDS[kind]}</span>
      </label>
      <Wrong message={save.wrong} />
    </li>
  );
}
