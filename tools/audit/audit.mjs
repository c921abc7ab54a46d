// Serves a built site and holds every page against Lighthouse (100 in each category, phone and desktop), axe-core
// (no violation, light and dark, an explorer in five states) and the Nu HTML checker (no message). Exit status 1 if anything falls short.
//
//   node audit.mjs SITE [PAGE …]      pages relative to the site; without any, every index.html outside jekyll/

import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { computeMedianRun } from "lighthouse/core/lib/median-run.js";
import puppeteer from "puppeteer-core";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".xml": "application/xml", ".txt": "text/plain", ".webp": "image/webp",
  ".js": "text/javascript", ".png": "image/png", ".jpg": "image/jpeg", ".woff2": "font/woff2", ".svg": "image/svg+xml",
};
// A run's simulated seconds grow with whatever else the machine did meanwhile, so the median run counts, and
// Lighthouse's own measure of how fast the machine was stands beside it.
const RUNS = 3;
const PACKED = new Set([".html", ".css", ".js", ".xml", ".txt", ".svg"]);
const require = createRequire(import.meta.url);
const [folder, ...named] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node audit.mjs SITE [PAGE …]");
  process.exit(2);
}
const site = resolve(folder);
const every = readdirSync(site, { recursive: true }).filter((path) => /(^|[/])index\.html$/.test(path));
const pages = named.length ? named : every.filter((path) => !path.startsWith("jekyll/")).sort();
if (!pages.length) {
  console.error(`${folder}: no index.html to audit; build the site first`);
  process.exit(2);
}

// What any static host does: types, compression of text, long caching of what is named by its content.
const server = createServer(async (request, response) => {
  let path = join(site, normalize(decodeURIComponent(new URL(request.url, "http://x").pathname)));
  try {
    if (statSync(path).isDirectory()) path = join(path, "index.html");
    const data = await readFile(path);
    const kind = extname(path);
    const headers = { "content-type": TYPES[kind] ?? "application/octet-stream", "cache-control": "max-age=31536000" };
    if (PACKED.has(kind)) headers["content-encoding"] = "gzip";
    response.writeHead(200, headers).end(PACKED.has(kind) ? gzipSync(data) : data);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}/`;
const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });
const failures = [];
const report = (line) => console.log(line);
const fail = (line) => { failures.push(line); report(`  ✗ ${line}`); };

// What a reader does with an explorer, one thing after the other, each from where the last one left it.
const STATES = {
  "first view": (tab) => tab.click(".cv-begin"),
  "grown": (tab) => tab.click('[role="treeitem"][aria-level="2"]'),
  "two pictures": (tab) => tab.select('.cvx-tools label:nth-of-type(2) select', "chelsea"),
  "silenced, as one graph": async (tab) => {
    await tab.click('[data-key="off"]');
    await tab.click('.cvx-tools [type="checkbox"]');
  },
  "a layer's units": (tab) => tab.select('.cvx-tools label:nth-of-type(3) select', "conv5"),
};
const exploring = async (tab, scheme) => {
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }]);
  for (const [state, reach] of Object.entries(STATES)) {
    await reach(tab);
    await tab.waitForSelector('.cvx:not([aria-busy]) [role="treeitem"]');
    await tab.waitForNetworkIdle();
    const { violations } = await tab.evaluate(() => globalThis.axe.run());
    report(`  axe-core, ${scheme}, explorer, ${state}: ${violations.length} violations`);
    for (const { id, nodes } of violations) fail(`${id} (${scheme}, ${state}): ${nodes[0].html.slice(0, 120)} ${nodes[0].failureSummary}`);
  }
};

for (const page of pages) {
  const address = base + page.replace(/index\.html$/, "");
  report(page);

  for (const [device, config] of [["phone", undefined], ["desktop", desktopConfig]]) {
    const runs = [];
    while (runs.length < RUNS) runs.push((await lighthouse(address, { port: chrome.port, logLevel: "silent" }, config)).lhr);
    const lhr = computeMedianRun(runs);
    const scores = Object.values(lhr.categories).filter(({ id }) => ["performance", "accessibility", "best-practices", "seo"].includes(id));
    report(`  lighthouse, ${device}: ${scores.map(({ title, score }) => `${title} ${Math.round(score * 100)}`).join(", ")} (of ${runs.map((run) => Math.round(run.categories.performance.score * 100)).join(", ")}; machine ${lhr.environment.benchmarkIndex})`);
    for (const { id, title, score, auditRefs } of scores) {
      if (score >= 0.995) continue;
      const short = auditRefs.filter((ref) => ref.weight && (lhr.audits[ref.id].score ?? 1) < 1);
      fail(`${title} (${device}) ${Math.round(score * 100)}: ${short.map((ref) => `${ref.id} ${lhr.audits[ref.id].displayValue ?? ""}`).join("; ") || id}`);
    }
  }

  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}` });
  for (const scheme of ["light", "dark"]) {
    const tab = await browser.newPage();
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await tab.goto(address, { waitUntil: "networkidle0" });
    await tab.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const { violations } = await tab.evaluate(() => globalThis.axe.run());
    report(`  axe-core, ${scheme}: ${violations.length} violations`);
    for (const { id, nodes } of violations) fail(`${id} (${scheme}): ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 120)} ${node.failureSummary}`).join(" | ")}`);
    if (await tab.$(".cv-begin")) await exploring(tab, scheme);
    await tab.close();
  }
  await browser.disconnect();

  const jar = require.resolve("vnu-jar/build/dist/vnu.jar");
  const checked = spawnSync("java", ["-jar", jar, "--format", "json", join(site, page)], { encoding: "utf8" });
  if (checked.error) throw checked.error;
  const { messages } = JSON.parse(checked.stderr);
  report(`  nu html checker: ${messages.length} messages`);
  for (const { message, lastLine, extract } of messages) fail(`line ${lastLine}: ${message} ${(extract ?? "").trim().slice(0, 120)}`);
}

chrome.kill();
server.close();
report(failures.length ? `${failures.length} shortcomings` : "nothing to complain of");
process.exit(failures.length ? 1 : 0);
