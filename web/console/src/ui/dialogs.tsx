import { type ReactNode, createContext, useContext, useMemo, useState } from "react";

type Opened = (close: () => void) => ReactNode;

const Dialogs = createContext<(opened: Opened) => void>(() => {});

/** Opens a dialog that stays where news take away what it was opened from: nobody loses what they are typing. */
export const useDialog = () => useContext(Dialogs);

/** Where the dialogs of a page are, one at a time; they go with the page. */
export function DialogHost({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const open = useMemo(() => (each: Opened) => setOpened(() => each), []);
  return (
    <Dialogs value={open}>
      {children}
      {opened?.(() => setOpened(null))}
    </Dialogs>
  );
}
