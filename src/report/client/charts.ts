/** Draws every chart of the page from its embedded model, and walks its points by keyboard. */
import {
  BarController,
  BarElement,
  Chart,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from "chart.js";
import { PointWithErrorBar, ScatterWithErrorBarsController } from "chartjs-chart-error-bars";
import annotationPlugin from "chartjs-plugin-annotation";
import { COLOURS, renderChart, type ChartModel, type ChartWithTable } from "../chart.js";
import { forestConfig } from "./forest.js";
import { linesConfig } from "./lines.js";
import { barsConfig, dotsConfig } from "./rows.js";
import { mountSaves } from "./saves.js";
import { scatterConfig } from "./scatter.js";
import { onThemeChange, readTheme, type Theme } from "./theme.js";
import { chartSvg } from "./svg.js";
import { readPoint } from "./tooltip.js";

Chart.register(
  BarController,
  BarElement,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  PointWithErrorBar,
  ScatterWithErrorBarsController,
  Tooltip,
  annotationPlugin,
);

/** A chart that is drawn. */
interface Mounted {
  /** Draws it again in the colours of the moment. */
  readonly redraw: () => void;
  readonly remove: () => void;
}

const mounted = new Set<Mounted>();

export function mountCharts(): void {
  for (const canvas of document.querySelectorAll<HTMLCanvasElement>("canvas[data-chart]")) {
    mountChart(canvas);
  }
  onThemeChange(() => {
    for (const { redraw } of mounted) redraw();
  });
}

/** Puts a chart into a page that stands already; returns what takes it away again. */
export function showChart(place: HTMLElement, chart: ChartWithTable): () => void {
  place.innerHTML = renderChart(chart);
  return mountChart(place.querySelector("canvas")!).remove;
}

function mountChart(canvas: HTMLCanvasElement): Mounted {
  const id = canvas.dataset["chart"]!;
  const source = document.querySelector(`script[data-model="${id}"]`)!;
  const model = JSON.parse(source.textContent) as ChartModel;
  const key = document.getElementById(`${id}-key`)!;
  const draw = (): Chart => new Chart(canvas, configOf(model, readTheme(COLOURS), key));
  let chart = draw();
  walkByKeyboard(canvas, model, () => chart);
  mountSaves(canvas, id, () => svgOf(model, canvas));
  const self: Mounted = {
    redraw() {
      chart.destroy();
      chart = draw();
    },
    remove() {
      chart.destroy();
      mounted.delete(self);
    },
  };
  mounted.add(self);
  return self;
}

/** The chart as it stands, in vectors. */
function svgOf(model: ChartModel, canvas: HTMLCanvasElement): string {
  const theme = readTheme(COLOURS);
  const key = document.createElement("ul");
  const config = configOf(model, theme, key);
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  return chartSvg(model, config, theme, size, () => !key.hidden);
}

function configOf(model: ChartModel, theme: Theme, key: HTMLElement): ChartConfiguration {
  switch (model.kind) {
    case "lines": {
      // Not every checker takes a configuration of lines for one of any chart.
      const config: unknown = linesConfig(model, theme, (complete) => {
        key.hidden = complete;
      });
      return config as ChartConfiguration;
    }
    case "bars":
      return barsConfig(model, theme);
    case "dots":
      return dotsConfig(model, theme);
    case "forest":
      return forestConfig(model, theme);
    case "scatter":
      return scatterConfig(model, theme, {
        lines: (complete) => (key.hidden = complete),
        points: (complete) => (document.getElementById(`${model.id}-names`)!.hidden = complete),
      });
  }
}

const FOREST_KEYS: Readonly<Record<string, string>> = {
  ArrowDown: "ArrowRight",
  ArrowUp: "ArrowLeft",
};

/** Left and right go along a series, up and down change the series, Escape ends. */
function walkByKeyboard(canvas: HTMLCanvasElement, model: ChartModel, current: () => Chart): void {
  const reading = document.getElementById(`${model.id}-reading`)!;
  const isForest = model.kind === "forest";
  const seriesCount = isForest
    ? 1
    : model.kind === "bars"
      ? model.parts.length
      : model.series.length;
  const place = { datasetIndex: 0, index: -1 };
  const show = (active: { datasetIndex: number; index: number }[]): void => {
    const chart = current();
    chart.setActiveElements(active);
    const element = active[0] && chart.getDatasetMeta(active[0].datasetIndex).data[active[0].index];
    chart.tooltip?.setActiveElements(active, { x: element?.x ?? 0, y: element?.y ?? 0 });
    chart.update("none");
    const [where, value] =
      model.kind === "lines" || model.kind === "scatter"
        ? [model.x, model.y]
        : [isForest ? [] : model.rows, model.x];
    reading.textContent = active[0] === undefined ? "" : readPoint(chart, where, value, active[0]);
  };
  canvas.addEventListener("keydown", (event) => {
    const length = current().data.datasets[place.datasetIndex]?.data.length ?? 0;
    const moves: Record<string, () => void> = {
      ArrowRight: () => (place.index = Math.min(length - 1, place.index + 1)),
      ArrowLeft: () => (place.index = Math.max(0, place.index - 1)),
      Home: () => (place.index = 0),
      End: () => (place.index = length - 1),
      ArrowDown: () => (place.datasetIndex = (place.datasetIndex + 1) % seriesCount),
      ArrowUp: () => (place.datasetIndex = (place.datasetIndex + seriesCount - 1) % seriesCount),
      Escape: () => (place.index = -1),
    };
    // The rows of a forest stand below each other, so that up and down go along them.
    const key = isForest ? (FOREST_KEYS[event.key] ?? event.key) : event.key;
    const move = moves[key];
    if (move === undefined) return;
    event.preventDefault();
    move();
    const own = current().data.datasets[place.datasetIndex]?.data.length ?? 0;
    if (key === "ArrowUp" || key === "ArrowDown") {
      place.index = Math.max(0, Math.min(place.index, own - 1));
    }
    show(place.index < 0 || own === 0 ? [] : [{ ...place }]);
  });
  canvas.addEventListener("blur", () => show([]));
}
