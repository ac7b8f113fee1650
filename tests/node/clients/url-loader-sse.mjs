import { SubscriptionProtocol, adapter } from "./url-loader.mjs";

export default (options) => adapter(options, SubscriptionProtocol.SSE);
