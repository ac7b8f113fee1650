import { SignIn } from "../session/SignIn.tsx";
import { session } from "../session/session.ts";
import { useStore } from "../service/store.ts";
import { SignedIn } from "./SignedIn.tsx";

export function App() {
  const { token } = useStore(session);
  // Another person is another app: nothing of the one before may be left on screen or in memory.
  return token === null ? <SignIn /> : <SignedIn key={token} token={token} />;
}
