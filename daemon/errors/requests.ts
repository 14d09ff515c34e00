/** The error codes and hints of requests that are invalid in any area. */
export const requestHints = {
  REQUEST_INVALID: "Correct the field that is named and send the request again.",
  ROUTE_NOT_FOUND: "The routes are listed at /api/openapi.json.",
  METHOD_NOT_ALLOWED: "Use a method of the Allow header. /api/openapi.json lists the routes.",
  BODY_TOO_LARGE: "Send less than 256 KiB.",
  MEDIA_TYPE_UNSUPPORTED: "Send JSON with the header `Content-Type: application/json`.",
  UPGRADE_REQUIRED: "Open it as a WebSocket. `GET /api/events` answers plain requests.",
  RATE_LIMITED: "Wait for the time in the header Retry-After.",
} as const;
