/** Builds the page. `npm run dev --workspace web` connects it to a local daemon. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const daemon = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    // The content security policy of the daemon allows scripts and styles from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": daemon, "/ws": { target: daemon, ws: true } } },
});
