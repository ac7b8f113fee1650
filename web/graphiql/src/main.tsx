import "./workers";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import "./style.css";

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { DEFAULT_HEADERS, DEFAULT_QUERY } from "./default-query";
import { Transport, textHeaders } from "./fetcher";
import { Follow } from "./follow";
import { takeFragment } from "./fragment";
import { storage } from "./storage";

const fragment = takeFragment();
const transport = new Transport();
if (fragment?.headers) transport.headersBeforePane = textHeaders(JSON.parse(fragment.headers));

// Given initial values, GraphiQL opens them in a tab of their own, beside those it remembers.
const initial = fragment && {
  initialQuery: fragment.query ?? DEFAULT_QUERY,
  initialVariables: fragment.variables,
  initialHeaders: fragment.headers,
};

createRoot(document.getElementById("graphiql")!).render(
  <GraphiQL
    {...initial}
    fetcher={transport.fetch}
    storage={storage}
    shouldPersistHeaders={false}
    defaultQuery={DEFAULT_QUERY}
    defaultHeaders={fragment?.headers || DEFAULT_HEADERS}
    defaultEditorToolsVisibility={fragment?.variables ? "variables" : "headers"}
    plugins={[]} // not the history: it would write headers, and so tokens, to local storage
  >
    <GraphiQL.Logo>Mentoring API</GraphiQL.Logo>
    <Follow transport={transport} />
  </GraphiQL>,
);
