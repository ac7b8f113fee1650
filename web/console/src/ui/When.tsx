import { fromNow, moment } from "../service/format.ts";

/** A moment as people say it, with the exact one behind it. */
export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {fromNow(at)}
    </time>
  );
}
