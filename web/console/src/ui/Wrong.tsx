interface Props {
  id?: string;
  message: string | null;
}

/** What was wrong with what somebody did. Always there, so that it is read out when it fills. */
export function Wrong({ id, message }: Props) {
  return (
    <p id={id} className="wrong" role="alert" hidden={message === null}>
      {message}
    </p>
  );
}
