/** All routes of the control API. Validation, the OpenAPI document, the client and the role check use this table. */
import { alertRoutes } from "./admin/alert-routes.ts";
import { daemonLogRoutes } from "./admin/daemon-log-routes.ts";
import { doctorRoutes } from "./admin/doctor-routes.ts";
import { keyRoutes } from "./admin/key-routes.ts";
import { statusRoutes } from "./admin/status-routes.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { changeRoutes } from "./changes/change-routes.ts";
import { clusterRoutes } from "./cluster/cluster-routes.ts";
import { modelRoutes } from "./cluster/model-routes.ts";
import { webUiRoutes } from "./cluster/web-ui-routes.ts";
import { jobRoutes } from "./jobs/job-routes.ts";
import { playbookRoutes } from "./jobs/playbook-routes.ts";
import { scheduleRoutes } from "./jobs/schedule-routes.ts";
import { actRoutes } from "./machines/act-routes.ts";
import { enrolRoutes } from "./machines/enrol-routes.ts";
import { inventoryRoutes } from "./machines/inventory-routes.ts";
import { nodeRoutes } from "./machines/node-routes.ts";
import { powerRoutes } from "./machines/power-routes.ts";
import { rackRoutes } from "./machines/rack-routes.ts";
import { bootRoutes } from "./netboot/boot-routes.ts";
import { netbootRoutes } from "./netboot/netboot-routes.ts";
import type { Route } from "./route.ts";

export const routes = {
  ...statusRoutes,
  ...nodeRoutes,
  ...actRoutes,
  ...powerRoutes,
  ...enrolRoutes,
  ...inventoryRoutes,
  ...rackRoutes,
  ...bootRoutes,
  ...netbootRoutes,
  ...jobRoutes,
  ...playbookRoutes,
  ...scheduleRoutes,
  ...changeRoutes,
  ...auditRoutes,
  ...keyRoutes,
  ...alertRoutes,
  ...daemonLogRoutes,
  ...doctorRoutes,
  ...webUiRoutes,
  ...modelRoutes,
  ...clusterRoutes,
} satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
