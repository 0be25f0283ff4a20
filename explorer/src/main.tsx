/** GraphiQL on one of the gateway's surfaces, with examples, and subscriptions over graphql-transport-ws. */
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./style.css";
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import { examplesPlugin } from "./examples";
import { examples, headers, storage, surface } from "./told";

const url = location.pathname;

const gateway = createGraphiQLFetcher({
  url,
  subscriptionUrl: `${location.origin.replace(/^http/, "ws")}${url}`,
  enableIncrementalDelivery: false,
});

const begun = headers();
// GraphiQL asks for the schema before its headers editor is there, and the admin's schema is no secret of strangers.
const fetcher: Fetcher = (request, options) =>
  gateway(request, { ...options, headers: options?.headers ?? JSON.parse(begun) });

// On the first visit there is something to run; later the tabs are as they were left.
const isFirstVisit = storage.getItem("graphiql:tabState") === null;
const first = isFirstVisit ? examples.find(({ name }) => ["me", "find member"].includes(name)) : undefined;

document.title = `huiyuan ${surface}`;

createRoot(document.getElementById("graphiql")!).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    initialHeaders={begun}
    defaultHeaders={begun}
    initialQuery={first?.query}
    initialVariables={first?.variables}
    defaultEditorToolsVisibility="variables"
    plugins={[HISTORY_PLUGIN, examplesPlugin]}
    visiblePlugin={examplesPlugin}
  >
    <GraphiQL.Logo>
      huiyuan <em>{surface}</em>
    </GraphiQL.Logo>
  </GraphiQL>,
);
