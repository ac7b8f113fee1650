import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App.tsx";
import { restoreTheme } from "./app/theme.ts";
import { Demo } from "./demo/Demo.tsx";
import { restoreSession } from "./session/session.ts";
import "./styles/index.css";

restoreTheme();
const root = document.getElementById("root");
if (root && window.location.pathname === "/demo") {
  createRoot(root).render(<Demo />);
} else if (root) {
  restoreSession();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
