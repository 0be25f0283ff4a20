// GraphiQL as the gateway serves it in development: every file of it from /graphiql/, none from elsewhere.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphiql/",
  build: {
    target: "es2023",
    outDir: "../gateway/serving/graphiql",
    emptyOutDir: true,
    chunkSizeWarningLimit: 8_000, // its editor is Monaco
    rolldownOptions: {
      // "use client" is for servers that render; it means nothing here.
      onLog: (level, log, tell) => log.code !== "MODULE_LEVEL_DIRECTIVE" && tell(level, log),
    },
  },
});
