import { adapter, overHttp } from "./apollo.mjs";

export default (options) => adapter(overHttp(options));
