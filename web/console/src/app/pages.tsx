import type { ReactNode } from "react";

import { FindPage } from "../find/FindPage.tsx";
import type { StartQuery } from "../generated/graphql.ts";
import { MentorPage } from "../mentor/MentorPage.tsx";
import { ProfilePage } from "../mentor/ProfilePage.tsx";
import { MentorshipPage } from "../mentorship/MentorshipPage.tsx";
import { MentorshipsPage } from "../mentorship/MentorshipsPage.tsx";
import { NotificationsPage } from "../notifications/NotificationsPage.tsx";
import { OverviewPage } from "../overview/OverviewPage.tsx";
import { PlanPage } from "../plan/PlanPage.tsx";
import { PreferencesPage } from "../preferences/PreferencesPage.tsx";
import { RequestPage } from "../requests/RequestPage.tsx";
import { RequestsPage } from "../requests/RequestsPage.tsx";
import { MailSettingsPage } from "../settings/MailSettingsPage.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

// The server answers the same paths with the page: `PATHS` in api/transport/console.py.
const PAGES: readonly [RegExp, (id: string, start: StartQuery) => ReactNode][] = [
  [/^\/$/, () => <OverviewPage />],
  [/^\/find$/, () => <FindPage />],
  [/^\/preferences$/, () => <PreferencesPage />],
  [/^\/profile$/, () => <ProfilePage />],
  [/^\/mentors\/([^/]+)$/, (id) => <MentorPage id={id} />],
  [/^\/requests$/, (_id, start) => <RequestsPage start={start} />],
  [/^\/requests\/([^/]+)$/, (id) => <RequestPage id={id} />],
  [/^\/mentorships$/, () => <MentorshipsPage />],
  [/^\/mentorships\/([^/]+)$/, (id) => <MentorshipPage id={id} />],
  [/^\/plan$/, (_id, start) => <PlanPage viewerId={start.viewer.id} />],
  [/^\/notifications$/, (_id, start) => <NotificationsPage start={start} />],
  [/^\/settings\/notifications$/, () => <MailSettingsPage />],
];

export function pageAt(path: string, start: StartQuery): ReactNode {
  for (const [pattern, page] of PAGES) {
    const found = pattern.exec(path);
    if (found) return page(found[1] ?? "", start);
  }
  return <NotFoundPage />;
}
