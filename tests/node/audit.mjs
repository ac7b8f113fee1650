// The audits of GraphQL over HTTP that npm graphql-http brings, against a running service.
// usage: node audit.mjs URL TOKEN

import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
// The second is what a query by GET needs.
const ours = { authorization: `Bearer ${token}`, "apollo-require-preflight": "true" };
const fetchFn = (target, options = {}) => fetch(target, { ...options, headers: { ...options.headers, ...ours } });

const counts = { ok: 0, warn: 0, error: 0, notice: 0 };
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  counts[result.status] += 1;
  if (result.status !== "ok") console.error(`${audit.id} ${audit.name}: ${result.status}, ${result.reason}`);
}
console.log(JSON.stringify(counts));
