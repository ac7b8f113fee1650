// The codes of the errors in an answer.

export const codesOf = (errors = []) => errors.map(({ extensions }) => extensions.code);
