// The page and the gateway are one origin: what the page asks of /graphql goes on to GATEWAY_URL.
import { defineConfig, type ProxyOptions } from "vite";

const gateway: ProxyOptions = {
  target: process.env.GATEWAY_URL ?? "http://127.0.0.1:8100",
  // A stream that breaks behind the proxy breaks before it too, or the page would not know.
  configure: (proxy) => proxy.on("proxyRes", (theirs, _, ours) => theirs.on("aborted", () => ours.destroy())),
};
const proxy = { "/graphql": gateway };

export default defineConfig({
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy },
  build: { target: "es2023", assetsInlineLimit: 0 },
});
