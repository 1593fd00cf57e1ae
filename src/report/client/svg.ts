/** A chart as SVG: drawn once more, by the same library, into a context that writes vectors. */
import { BasicPlatform, Chart, type ChartConfiguration } from "chart.js";
import { DASHES, type ChartModel } from "../chart.js";
import { escape } from "../escape.js";
import { SvgContext } from "./svg-context.js";
import type { Theme } from "./theme.js";

/** Room above the plot for its title, and below it for each line of the key. */
const TITLE_HEIGHT = 34;
const KEY_LINE_HEIGHT = 18;
const MARGIN = 12;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @param hasKey whether names stand beside the plot and not in it */
export function chartSvg(
  model: ChartModel,
  config: ChartConfiguration,
  theme: Theme,
  { width, height }: Size,
  hasKey: () => boolean,
): string {
  const plot = drawPlot(config, theme, { width, height });
  const key = hasKey() ? keyOf(model) : [];
  const full = { width: width + 2 * MARGIN, height: TITLE_HEIGHT + height + 2 * MARGIN };
  const total = full.height + key.length * KEY_LINE_HEIGHT;
  const family = escape(theme.font);
  const title = `<text x="0" y="16" font-family="${family}" font-size="15" font-weight="600" fill="${theme.ink}">${escape(model.title)}</text>`;
  const lines = key.map(({ label, style, isPart }, index) => {
    const y = TITLE_HEIGHT + height + (index + 1) * KEY_LINE_HEIGHT;
    const colour = isPart
      ? ([theme.accent, theme.tint, theme.accent][style % 3] ?? theme.accent)
      : theme.series[style % theme.series.length]!;
    const dash = isPart ? "" : DASHES[style % DASHES.length]!.join(" ");
    return `<path d="M0 ${y - 4}H26" stroke="${colour}" stroke-width="${isPart ? 9 : 2}" stroke-dasharray="${dash || "none"}"/><text x="34" y="${y}" font-family="${family}" font-size="12" fill="${theme.ink}">${escape(label)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${full.width}" height="${total}" viewBox="${-MARGIN} ${-MARGIN} ${full.width} ${total}" role="img">
<title>${escape(model.title)}</title>
<desc>${escape(model.summary)}</desc>
<rect x="${-MARGIN}" y="${-MARGIN}" width="${full.width}" height="${total}" fill="${theme.paper}"/>
${title}
<g transform="translate(0 ${TITLE_HEIGHT})">
${plot}
</g>
${lines.join("\n")}
</svg>
`;
}

function drawPlot(config: ChartConfiguration, theme: Theme, { width, height }: Size): string {
  const measure = document.createElement("canvas").getContext("2d")!;
  const canvas = { width, height, getContext: () => context };
  const context = new SvgContext(canvas, measure, theme.accent);
  for (const dataset of config.data.datasets) {
    // Lines with segments are drawn point by point; others as a Path2D, which cannot be read back.
    Object.assign(dataset, { segment: {} });
  }
  const options = { ...config.options, responsive: false, devicePixelRatio: 1, animation: false };
  const plain = { ...config, options, platform: BasicPlatform } as ChartConfiguration;
  const chart = new Chart(canvas as unknown as HTMLCanvasElement, plain);
  const first = context.markup();
  chart.destroy();
  return first;
}

interface KeyLine {
  readonly label: string;
  readonly style: number;
  readonly isPart: boolean;
}

function keyOf(model: ChartModel): KeyLine[] {
  // The rows of a forest are named beside it.
  if (model.kind === "forest") return [];
  if (model.kind === "bars") {
    if (model.parts.length === 1) return [];
    return model.parts.map(({ label }, style) => ({ label, style, isPart: true }));
  }
  return model.series
    .filter(({ label }) => label !== "")
    .map(({ label, style }) => ({ label, style, isPart: false }));
}
