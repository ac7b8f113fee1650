import { Link } from "../router/Link.tsx";
import { Page } from "../ui/Page.tsx";

export function NotFoundPage({ what = "this page" }: { what?: string }) {
  return (
    <Page title="Nothing here" lead={`There is no ${what.replace(/^this /, "")} at this address, or it is not for you to see.`}>
      <Link className="button" to="/">
        To the overview
      </Link>
    </Page>
  );
}
