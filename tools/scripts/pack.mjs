// Packs the explorer's scripts: what templates/explorer/parts.json names together becomes one file of shipped/, without
// what is for us alone. Each says in its first line the digest of what it was made of, which a test compares.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const folder = fileURLToPath(new URL("../../templates/explorer/", import.meta.url));
const parts = JSON.parse(readFileSync(`${folder}parts.json`, "utf8"));
// Names of the interface's own, which nobody outside it says: they may be short.
const OWN = /^(answerer|asking|besides|build|camera|canvases|complain|complaints|described|drawClasses|drawGallery|drawLooks|drawOverview|drawPins|drawTree|edgesBeside|explorer|family|follow|gallery|holding|hover|hovered|items|listedUnits|listen|looked|looks|middle|nodes|opened|openedAt|panel|photograph|places|press|ranked|screen|stage|thick|trouble|trunk)$/;
mkdirSync(`${folder}shipped`, { recursive: true });
for (const [name, sources] of Object.entries(parts)) {
  const whole = sources.map((source) => readFileSync(`${folder}${source}.js`, "utf8")).join("\n;\n");
  // The interface's parts see each other's names, and nobody else does.
  const scope = name === "interface" ? `"use strict";(() => {${whole}})();` : whole;
  const { code } = transformSync(scope, { minify: true, target: "es2022", charset: "utf8", mangleProps: name === "interface" ? OWN : undefined });
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, 16);
  const packed = `// ${digest}\n${code.replaceAll(/\bconst\b/g, "let")}`; // which says the same in two letters less
  writeFileSync(`${folder}shipped/${name}.js`, packed);
  console.log(`${String(Buffer.byteLength(packed)).padStart(7)}  ${name}.js`);
}
