import type { ReactNode } from "react";

interface Props {
  title: string;
  children?: ReactNode;
}

/** Why there is nothing here, and what to do about it. */
export function Empty({ title, children }: Props) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}
