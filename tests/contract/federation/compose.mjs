// Composes the storefront's subgraph with a shop's, and looks at what a supergraph's clients would see.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse, validate } from "graphql";

const [storefront, shop] = process.argv.slice(2).map((path) => parse(readFileSync(path, "utf8")));
const { errors, schema } = composeServices([
  { name: "huiyuan", url: "http://huiyuan.example/subgraph/graphql", typeDefs: storefront },
  { name: "shop", url: "http://shop.example/graphql", typeDefs: shop },
]);
if (errors?.length) {
  errors.forEach((error) => console.error(error.message));
  process.exit(1);
}
const seen = schema.toAPISchema().toGraphQLJSSchema();
const asked = parse("{ order(id: 1) { member { id points { available } tier { since } } } me { id } }");
const wrong = validate(seen, asked);
if (wrong.length || seen.getQueryType().getFields().node) {
  wrong.forEach((error) => console.error(error.message));
  console.error("the supergraph does not show what it should");
  process.exit(1);
}
console.log("composed: an order's member is asked of the shop and of huiyuan together");
