import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.QISTAS_DEV_SERVER ?? "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": { target: server, changeOrigin: false } } },
  build: {
    outDir: "../../../src/qistas/console",
    emptyOutDir: true,
    target: "es2023",
    // Nothing becomes a data: address, so the page's content policy can stay `default-src 'self'`.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
