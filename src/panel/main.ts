/** A report's browser side with "Try it here": what every page does, and the panel that runs trials. */
import type { RunRecord } from "../history/record.js";
import { showChart } from "../report/client/charts.js";
import { mountPage } from "../report/client/page.js";
import { mountPictureView, type PictureView } from "../report/client/picture.js";
import { inflate, rasterOf } from "../report/client/raster.js";
import { pictureControls } from "../report/sections/picture.js";
import { mountForm, startSettings } from "./form.js";
import { curveOf, factsOf, verdictOf } from "./outcome.js";
import { playHere, type PanelSettings, type PanelTrial } from "./trial.js";

const MARKS = { fine: "✓ ", wrong: "✗ ", plain: "" } as const;

mountPanel(mountPage());

function mountPanel(records: readonly RunRecord[]): void {
  const form = mountForm(element("try-form") as HTMLFormElement, startSettings(records));
  let module: Promise<WebAssembly.Module> | undefined;
  let results: Results | undefined;
  form.onRun(() => {
    const settings = form.read();
    if (settings === undefined) return;
    form.setBusy(true);
    // The page's own thread is about to be busy: what it says must be painted first.
    afterPaint(async () => {
      results ??= new Results(records);
      try {
        module ??= compile();
        results.show(settings, await playHere(await module, settings));
      } catch (error) {
        results.say("wrong", `This browser could not run it: ${(error as Error).message}`);
      } finally {
        form.setBusy(false);
      }
    });
  });
}

class Results {
  readonly #records: readonly RunRecord[];
  readonly #picture: PictureView;
  #removeChart: () => void = () => undefined;

  constructor(records: readonly RunRecord[]) {
    this.#records = records;
    element("try-result").innerHTML = `<p class="status" id="try-status" role="status"></p>
<div class="try-told"><dl class="try-facts" id="try-facts"></dl><div id="try-chart"></div></div>
<div class="picture">${pictureControls("try", "Nodes by the round that informed them", "try-coverage-data")}</div>`;
    this.#picture = mountPictureView("try");
  }

  show(settings: PanelSettings, trial: PanelTrial): void {
    const { state, text } = verdictOf(settings, trial, this.#records);
    this.say(state, text);
    element("try-facts").innerHTML = factsOf(settings, trial);
    this.#removeChart();
    const chart = curveOf(settings, trial);
    this.#removeChart = showChart(element("try-chart"), chart);
    this.#picture.show(rasterOf(trial.raster.shape, trial.raster.pixels), {
      name: `${settings.protocol.id}-${settings.nodes}`,
      summary: `One pixel per node, coloured by the round that informed it. ${chart.model.summary}`,
    });
  }

  say(state: keyof typeof MARKS, text: string): void {
    const status = element("try-status");
    status.className = `status ${state}`;
    status.textContent = `${MARKS[state]}${text}`;
  }
}

/** The module stands in the page, packed. */
async function compile(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await inflate(element("try-module").textContent));
}

function afterPaint(work: () => Promise<void>): void {
  requestAnimationFrame(() => setTimeout(() => void work(), 0));
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}
