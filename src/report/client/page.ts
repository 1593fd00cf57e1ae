/** What every page does: draws its charts and pictures and offers its records. */
import type { RunRecord } from "../../history/record.js";
import { mountCharts } from "./charts.js";
import { mountDownloads } from "./download.js";
import { mountPicture } from "./picture.js";

/** Returns the records that stand in the page; it is `ready` once its picture is painted. */
export function mountPage(): readonly RunRecord[] {
  const records = JSON.parse(document.getElementById("records")!.textContent) as RunRecord[];
  document.documentElement.classList.add("live");
  mountCharts();
  mountDownloads(records);
  void mountPicture(records).finally(() => {
    document.documentElement.classList.add("ready");
  });
  return records;
}
