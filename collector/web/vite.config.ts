import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const collector = process.env.AVOW_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": collector } },
  build: {
    // Office PCs run Kylin or UOS with older Chromium-based browsers.
    target: "es2020",
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: "react",
              test: /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack)[\\/]/,
              priority: 3,
            },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
