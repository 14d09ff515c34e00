/** How the page is built, and how `npm run dev --workspace web` reaches a daemon running beside it. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const daemon = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    // The policy the daemon sends allows scripts and styles from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": daemon, "/ws": { target: daemon, ws: true } } },
});
