/** The report's browser side: draws charts and the picture from data that stand in the page. */
import type { RunRecord } from "../../history/record.js";
import { mountCharts } from "./charts.js";
import { mountDownloads } from "./download.js";
import { mountPicture } from "./picture.js";

const records = JSON.parse(document.getElementById("records")!.textContent) as RunRecord[];
document.documentElement.classList.add("live");
mountCharts();
mountDownloads(records);
void mountPicture(records).finally(() => {
  document.documentElement.classList.add("ready");
});
