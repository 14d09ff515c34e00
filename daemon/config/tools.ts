/** What can be done to nodes besides what Muster brings, and how much at once. */
import * as z from "zod";

const Folder = z.string().min(1).max(4096).optional();

export const ToolsSection = z.strictObject({
  forms_directory: Folder.describe("Folder of the site's own forms of tools, beside those Muster brings."),
  runbooks_directory: Folder.describe("Folder of the site's own runbooks, beside those Muster brings."),
  executions_at_once: z.int().min(1).max(32).default(3).describe("How many plans are executed at once; never two on one node."),
});
