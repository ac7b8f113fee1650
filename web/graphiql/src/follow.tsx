import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useRef } from "react";

import { DEFAULT_QUERY } from "./default-query";
import type { Transport } from "./fetcher";
import { takeFragment } from "./fragment";

const PAUSE_IN_TYPING_MS = 800;

/** Draws nothing; keeps GraphiQL in step with the headers pane, the address bar, its own tabs and the system's theme. */
export function Follow({ transport }: { transport: Transport }) {
  useSchemaOnceAllowed(transport);
  useLaterFragments();
  useSubscriptionEndsWithItsTab(transport);
  useSystemTheme();
  return null;
}

/** The schema needs a token as well: ask again once the headers changed, until there is one. */
function useSchemaOnceAllowed(transport: Transport): void {
  const { introspect } = useGraphiQLActions();
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const fetchError = useGraphiQL((state) => state.fetchError);
  const schema = useGraphiQL((state) => state.schema);
  const shownError = useRef<string | null>(null);

  useEffect(() => {
    if (headerEditor) transport.headersBeforePane = undefined;
  }, [headerEditor, transport]);

  useEffect(() => {
    if (!headerEditor || schema) return;
    let timer: number | undefined;
    const changes = headerEditor.onDidChangeModelContent(() => {
      window.clearTimeout(timer);
      timer = window.setTimeout(introspect, PAUSE_IN_TYPING_MS);
    });
    return () => {
      window.clearTimeout(timer);
      changes.dispose();
    };
  }, [headerEditor, introspect, schema]);

  useEffect(() => {
    if (fetchError) shownError.current = fetchError;
    else if (schema && shownError.current !== null) {
      if (responseEditor?.getValue() === shownError.current) responseEditor.setValue("");
      shownError.current = null;
    }
  }, [fetchError, responseEditor, schema]);
}

/** A link followed while the page is open already changes only the fragment: the page is not loaded anew. */
function useLaterFragments(): void {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const headerEditor = useGraphiQL((state) => state.headerEditor);

  useEffect(() => {
    const fill = () => {
      const fragment = takeFragment();
      if (!fragment) return;
      addTab();
      queryEditor?.setValue(fragment.query ?? DEFAULT_QUERY);
      variableEditor?.setValue(fragment.variables);
      headerEditor?.setValue(fragment.headers);
    };
    window.addEventListener("hashchange", fill);
    return () => window.removeEventListener("hashchange", fill);
  }, [addTab, headerEditor, queryEditor, variableEditor]);
}

/** Otherwise its events would be shown in the result pane of the next tab. */
function useSubscriptionEndsWithItsTab(transport: Transport): void {
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  useEffect(() => () => transport.stop(), [tab, transport]);
}

function useSystemTheme(): void {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    if (theme !== null) return;
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [setTheme, theme]);
}
