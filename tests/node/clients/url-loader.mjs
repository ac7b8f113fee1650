// graphql-tools' url-loader: its executor for everything; subscriptions as the given protocol.

import { UrlLoader, SubscriptionProtocol } from "@graphql-tools/url-loader";
import { parse } from "graphql";
import { codesOf } from "./codes.mjs";
import { resuming } from "./resume.mjs";

export { SubscriptionProtocol };

export function adapter({ url, token }, subscriptionsProtocol) {
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const execute = new UrlLoader().getExecutorAsync(url, {
    headers: authorization,
    connectionParams: authorization,
    subscriptionsProtocol,
  });
  return {
    async ask(text, variables) {
      const { data, errors } = await execute({ document: parse(text), variables });
      return { data, codes: codesOf(errors) };
    },
    follow(text, variables, onData) {
      resuming(async (done) => {
        try {
          const results = await execute({ document: parse(text), variables: { ...variables } });
          for await (const { data, errors } of results) {
            if (errors) break;
            onData(data);
          }
        } catch {
          // The connection broke: that is what coming back is for.
        }
        done();
      });
    },
  };
}
