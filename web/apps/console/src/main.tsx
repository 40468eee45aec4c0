import "./shell/styles";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { freshenWhenRenewed } from "./shell/freshen";
import { startLanguage } from "./shell/language";
import { Providers } from "./shell/Providers";
import { startTheme } from "./shell/theme";

freshenWhenRenewed();
startTheme();
await startLanguage();

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <Providers />
    </StrictMode>,
  );
