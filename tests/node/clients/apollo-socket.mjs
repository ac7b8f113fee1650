import { adapter, split } from "./apollo.mjs";

export default (options) => adapter(split(options));
