interface Props {
  message: string;
  onRetry: () => void;
}

export function Failure({ message, onRetry }: Props) {
  return (
    <div className="panel failure" role="alert">
      <p>{message}</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
