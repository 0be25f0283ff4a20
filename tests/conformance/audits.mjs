// Runs the server audits of graphql-http against one endpoint and prints each with its result.
// node audits.mjs URL [TOKEN]; ends with 1 unless all of them pass.
import { serverAudits } from 'graphql-http';

const AUDITS = 61;
const [url, token] = process.argv.slice(2);
const withToken = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

let passed = 0;
const audits = serverAudits({ url, fetchFn: token ? withToken : fetch });
for (const audit of audits) {
  const result = await audit.fn();
  const said = result.status === 'ok' ? '' : `: ${result.reason}`;
  console.log(`${result.status.padEnd(6)} ${audit.id} ${audit.name}${said}`);
  if (result.status === 'ok') passed += 1;
  else process.exitCode = 1;
  await result.response?.body?.cancel();
}
console.log(`${url}: ${passed} of ${AUDITS} pass`);
if (passed !== AUDITS || audits.length !== AUDITS) process.exitCode = 1;
