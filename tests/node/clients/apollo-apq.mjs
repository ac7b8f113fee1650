// Apollo Client 4 with automatic persisted queries, subscriptions among them: the hash alone first, and the text only
// where the server does not know it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { adapter, overHttp } from "./apollo.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

export default (options) => {
  const bodies = [];
  const recording = (url, init) => {
    bodies.push(JSON.parse(init.body));
    return fetch(url, init);
  };
  const link = new PersistedQueryLink({ sha256 }).concat(overHttp(options, { fetch: recording }));
  return {
    ...adapter(link),
    confirm() {
      const asked = bodies.filter(({ operationName }) => operationName === "StoryConnectMutation");
      assert.deepEqual(asked.map(({ query }) => query !== undefined), [false, true, false], "a miss, its text, and a hit");
      const hashes = asked.map(({ extensions }) => extensions.persistedQuery.sha256Hash);
      assert.deepEqual(hashes, Array(3).fill(sha256(asked[1].query)));
    },
  };
};
