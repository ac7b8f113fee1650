// npm graphql-sse, with everything over one connection that it reserved beforehand.

import { adapter } from "./graphql-sse.mjs";

export default (options) => adapter(options, { singleConnection: true });
