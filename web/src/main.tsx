/** Starts the page. */
import "./jitless.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/frame.css";
import "./style/detail.css";
import "./style/rows.css";
import "./style/output.css";
import "./style/fleet.css";
import "./style/card.css";
import "./style/table.css";
import "./style/network.css";
import "./style/doctor.css";
import "./style/settings.css";
import "./style/daemon-log.css";
import "./style/news.css";
import "./style/plots.css";
import "./style/approvals.css";
import "./style/audit.css";
import "./style/motion.css";
import { createRoot } from "react-dom/client";
import { App } from "./session/app.tsx";

const page = document.getElementById("page");
if (page) createRoot(page).render(<App />);
