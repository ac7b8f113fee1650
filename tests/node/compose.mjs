// A router's view of us and of another service that knows people: node compose.mjs OURS.graphql
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const theirs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query { badges: [Badge!]! }
  type Badge { name: String! holder: Person! skill: Skill! }
  type Person @key(fields: "id") { id: ID! badges: [Badge!]! }
  type Skill @key(fields: "id", resolvable: false) { id: ID! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;
const { errors, supergraphSdl } = composeServices([
  { name: "mentoring", url: "http://mentoring", typeDefs: parse(readFileSync(process.argv[2], "utf8")) },
  { name: "badges", url: "http://badges", typeDefs: parse(theirs) },
]);
for (const { message } of errors ?? []) console.error(message);
process.exitCode = errors?.length ? 1 : 0;
console.log(supergraphSdl ?? "");
