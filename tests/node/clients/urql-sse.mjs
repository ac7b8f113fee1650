import { fetchExchange } from "@urql/core";
import { adapter } from "./urql.mjs";

export default (options) => adapter(options, [fetchExchange], { fetchSubscriptions: true });
