import { useEffect, useState } from "react";

const REST_MS = 250;

/** The value once it rests: nobody wants an answer to half a word. */
export function useSettled<Value>(value: Value): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const rest = setTimeout(() => settle(value), REST_MS);
    return () => clearTimeout(rest);
  }, [value]);
  return settled;
}
