/** Starts the page. */
import "./jitless.ts";
import "./shell/style/tokens.css";
import "./parts/style/base.css";
import "./parts/style/controls.css";
import "./shell/style/frame.css";
import "./shell/style/sidebar.css";
import "./machines/node/detail.css";
import "./parts/style/rows.css";
import "./jobs/output/output.css";
import "./machines/fleet/fleet.css";
import "./machines/fleet/card.css";
import "./machines/fleet/table.css";
import "./netboot/network.css";
import "./admin/doctor.css";
import "./admin/settings.css";
import "./admin/log/daemon-log.css";
import "./shell/style/news.css";
import "./jobs/plots.css";
import "./changes/approvals.css";
import "./changes/runbooks/runbooks.css";
import "./audit/audit.css";
import "./shell/style/motion.css";
import { createRoot } from "react-dom/client";
import { App } from "./shell/app.tsx";

const page = document.getElementById("page");
if (page) createRoot(page).render(<App />);
