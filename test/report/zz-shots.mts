import { writeFileSync } from "node:fs";
import { renderReport } from "../../src/report/page.js";
import { renderIndex } from "../../src/report/index-page.js";
import {
  demoRecords,
  manyRecords,
  partialRecord,
  hostileRecord,
  HOSTILE_TEXTS,
} from "./fixture.js";
const at = "2026-03-14T09:20:00.000Z";
const t0 = Date.now();
const nodes = Number(process.argv[2] ?? 20000);
const demo = demoRecords(nodes, nodes > 1e5 ? 1 : 5);
writeFileSync(
  "/tmp/shots/demo.html",
  renderReport(demo, { generatedAt: at, title: "Gossip at a million nodes" }),
);
writeFileSync("/tmp/shots/many.html", renderReport(manyRecords(40), { generatedAt: at }));
writeFileSync("/tmp/shots/partial.html", renderReport([partialRecord()], { generatedAt: at }));
writeFileSync("/tmp/shots/empty.html", renderReport([], { generatedAt: at }));
writeFileSync(
  "/tmp/shots/hostile.html",
  renderReport(HOSTILE_TEXTS.map(hostileRecord), { generatedAt: at }),
);
writeFileSync(
  "/tmp/shots/index.html",
  renderIndex([
    { file: "demo.html", title: "Demo", createdAt: at, sentence: "Push-pull was fastest." },
  ]),
);
console.log(Date.now() - t0, "ms");
