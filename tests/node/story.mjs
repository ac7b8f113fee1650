// What every client must be able to do, whichever it is: a query, errors in its own words, a live alert, a mutation,
// and coming back to where it was after the server has died.
// usage: node story.mjs CLIENT URL MENTEE_TOKEN MENTOR_TOKEN MENTOR_ID
//
// An adapter is a file in `clients` whose default export takes {url, token} and gives
//   ask(document, variables)    a promise of {data, codes}: codes as the client's own API shows them
//   follow(document, variables, onData)    to hear of each result, for as long as it takes; variables.after moves on
//   compiled    whether it sends only what was compiled against the schema
//   confirm()    throws unless the client worked the way that its adapter is there for; not all have it

import assert from "node:assert/strict";
import { CONNECT, LISTEN, TOO_FEW, WHO } from "./relay/Story.js";

const [name, url, menteeToken, mentorToken, mentorId] = process.argv.slice(2);
const { default: clientOf } = await import(`./clients/${name}.mjs`);

const UNKNOWN = "query Unknown { viewer { shoeSize } }";

const nobody = clientOf({ url });
assert.deepEqual((await nobody.ask(WHO)).codes, ["UNAUTHENTICATED"]);

const mentee = clientOf({ url, token: menteeToken });
assert.deepEqual((await mentee.ask(TOO_FEW)).codes, ["BAD_USER_INPUT"]);
if (!mentee.compiled) assert.deepEqual((await mentee.ask(UNKNOWN)).codes, ["BAD_USER_INPUT"]);
assert.equal((await mentee.ask(WHO)).data.viewer.name, "Mia");

const mentor = clientOf({ url, token: mentorToken });
const variables = { after: (await mentor.ask(WHO)).data.latestCursor };
const alert = new Promise((heard) => {
  mentor.follow(LISTEN, variables, ({ notificationReceived }) => {
    variables.after = notificationReceived.cursor;
    console.log(notificationReceived.id);
    if (notificationReceived.request) heard(notificationReceived.request.id);
  });
});

const asked = (await mentee.ask(CONNECT, { mentor: mentorId })).data.connect;
assert.deepEqual(asked.errors, []);
assert.equal(asked.request.status, "PENDING");
assert.equal(await alert, asked.request.id);

const again = (await mentee.ask(CONNECT, { mentor: mentorId })).data.connect;
assert.deepEqual(again.errors.map(({ code }) => code), ["ALREADY_REQUESTED"]);
mentee.confirm?.();
console.log("ready");
