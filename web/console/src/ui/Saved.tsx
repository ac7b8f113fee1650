import { Icon } from "./Icon.tsx";

/** That it is done. Always there, so that it is read out when it fills. */
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
