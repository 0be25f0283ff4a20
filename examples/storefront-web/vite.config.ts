// The page and the gateway are one origin: what the page asks of /graphql goes on to GATEWAY_URL.
import { defineConfig } from "vite";

const proxy = { "/graphql": { target: process.env.GATEWAY_URL ?? "http://127.0.0.1:8100", ws: true } };

export default defineConfig({
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy },
  build: { target: "es2023", assetsInlineLimit: 0 },
});
