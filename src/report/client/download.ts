/** Files made in the page: records as JSON, trials as CSV. */
import type { RunRecord } from "../../history/record.js";
import { renderCsv } from "../csv.js";
import { renderJson } from "../json.js";

export function mountDownloads(records: readonly RunRecord[]): void {
  const offer = (id: string, name: string, type: string, text: () => string): void => {
    document.getElementById(id)?.addEventListener("click", () => {
      saveBlob(new Blob([text()], { type }), name);
    });
  };
  offer("download-json", "hearsay-records.json", "application/json", () => renderJson(records));
  offer("download-csv", "hearsay-trials.csv", "text/csv", () => renderCsv(records));
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken the address by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
