// Types and the manifest of trusted documents, from the committed schema and src/documents.
import { createHash } from "node:crypto";
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../gateway/storefront/schema.graphql",
  documents: "src/documents/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: {
          mode: "replaceDocumentWithHash",
          // The gateway's manifest has the bare SHA-256 in hex.
          hashAlgorithm: (text: string) => createHash("sha256").update(text).digest("hex"),
        },
      },
      config: {
        documentMode: "string",
        enumType: "string-literal",
        useTypeImports: true,
        strictScalars: true,
        scalars: { Date: "string", DateTime: "string", JSON: "unknown", Long: "number", UUID: "string" },
      },
    },
  },
};

export default config;
