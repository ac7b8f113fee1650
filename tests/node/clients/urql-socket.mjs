import { fetchExchange } from "@urql/core";
import { adapter, overSocket } from "./urql.mjs";

export default (options) => adapter(options, [fetchExchange, overSocket(options)]);
