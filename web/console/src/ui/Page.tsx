import { type ReactNode, useEffect, useRef } from "react";

import { usePlace } from "../router/router.ts";

interface Props {
  title: string;
  lead?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

/** A page's heading takes the focus when one comes to it from another, so that whoever listens hears where they are. */
export function Page({ title, lead, aside, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { steps } = usePlace();
  const first = useRef(steps === 0);

  useEffect(() => {
    if (!first.current) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${title} · Mentoring`;
  }, [title]);

  return (
    <>
      <div className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <div className="lead">{lead}</div>}
        </div>
        {aside}
      </div>
      {children}
    </>
  );
}
