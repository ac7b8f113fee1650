import { Store, useStore } from "../service/store.ts";

export interface Place {
  path: string;
  search: URLSearchParams;
  /** What the page before handed over. */
  state: unknown;
  /** How many pages were opened before this one: the first takes no focus. */
  steps: number;
}

const place = new Store<Place>(read(0));

window.addEventListener("popstate", () => place.set(read(place.get().steps + 1)));
// Somebody who puts a link with a token into the address bar of an open page means it.
window.addEventListener("hashchange", () => {
  if (/^#(token|mentee|mentor)=/.test(window.location.hash)) window.location.reload();
});

function read(steps: number): Place {
  const { pathname, search } = window.location;
  return {
    path: pathname.replace(/(.)\/+$/, "$1"),
    search: new URLSearchParams(search),
    state: window.history.state,
    steps,
  };
}

export function navigate(to: string, state: unknown = null): void {
  const here = place.get().path;
  window.history.pushState(state, "", to);
  place.set(read(place.get().steps + 1));
  if (place.get().path !== here) window.scrollTo(0, 0);
}

export function usePlace(): Place {
  return useStore(place);
}
