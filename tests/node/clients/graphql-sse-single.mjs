// npm graphql-sse, with everything over one connection that it reserved beforehand.

import { adapter } from "./graphql-sse.mjs";

export default (options) => ({
  // By default it would ask five times more before it tells what is wrong with an operation.
  ask: adapter(options, { singleConnection: true, retryAttempts: 0 }).ask,
  follow: adapter(options, { singleConnection: true }).follow,
});
