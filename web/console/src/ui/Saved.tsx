import { Icon } from "./Icon.tsx";

/** That it is done. Its line is kept, so that nothing moves when it appears. */
export function Saved({ message }: { message: string | null }) {
  return (
    <p className="saved" role="status">
      {message !== null && (
        <>
          <Icon name="check" />
          {message}
        </>
      )}
    </p>
  );
}
