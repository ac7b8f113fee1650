// relay-runtime, with what relay-compiler makes of the operations in ../relay: fetch for queries and mutations, and
// graphql-ws for subscriptions, as Relay's guide has it.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import relayCompiler from "relay-compiler";
import runtime from "relay-runtime";
import { codesOf } from "./codes.mjs";
import { resuming } from "./resume.mjs";
import { socketOnce } from "./socket.mjs";

const { Environment, Network, Observable, RecordSource, Store } = runtime;

const folder = fileURLToPath(new URL("../relay", import.meta.url));
execFileSync(relayCompiler, ["relay.config.json"], { cwd: folder, stdio: ["ignore", process.stderr, process.stderr] });

async function artifactOf(text) {
  const [, name] = /(?:query|mutation|subscription) (\w+)/.exec(text);
  return (await import(`../relay/__generated__/${name}.graphql.js`)).default;
}

export default ({ url, token }) => {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const socket = socketOnce({ url, token });
  const network = Network.create(
    async ({ text: query }, variables) =>
      (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) })).json(),
    ({ text: query }, variables) => Observable.create((sink) => socket.subscribe({ query, variables }, sink)),
  );
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  return {
    compiled: true,
    async ask(text, variables = {}) {
      const artifact = await artifactOf(text);
      try {
        const data = await (artifact.params.operationKind === "mutation"
          ? mutated(environment, artifact, variables)
          : runtime.fetchQuery(environment, artifact, variables, { networkCacheConfig: { force: true } }).toPromise());
        return { data, codes: [] };
      } catch (error) {
        if (!error.source) throw error;
        return { codes: codesOf(error.source.errors) };
      }
    },
    async follow(text, variables, onNext) {
      const subscription = await artifactOf(text);
      resuming((done) =>
        runtime.requestSubscription(environment, {
          subscription,
          variables: { ...variables },
          onNext,
          onError: done,
          onCompleted: done,
        }),
      );
    },
  };
};

const mutated = (environment, mutation, variables) =>
  new Promise((onCompleted, onError) => {
    runtime.commitMutation(environment, { mutation, variables, onCompleted, onError });
  });
