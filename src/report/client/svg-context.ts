/**
 * A drawing context that writes SVG: the part of CanvasRenderingContext2D that Chart.js and the plugins of
 * this page use. Text stays text. Transformations may move and turn, not scale. No style attributes, which
 * the page's policy refuses.
 */
import { escape } from "../escape.js";

type Matrix = readonly [number, number, number, number, number, number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
/** What save() keeps beside the inner state. */
interface Kept {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  font: string;
  textAlign: string;
  textBaseline: string;
  globalAlpha: number;
}

export class SvgContext implements Kept {
  /** What is not text or a colour is a pattern: hatching. */
  fillStyle: unknown = "#000";
  strokeStyle: unknown = "#000";
  lineWidth = 1;
  lineCap = "butt";
  lineJoin = "miter";
  font = "10px sans-serif";
  textAlign = "start";
  textBaseline = "alphabetic";
  globalAlpha = 1;
  readonly canvas: object;
  readonly #measure: CanvasRenderingContext2D;
  readonly #hatching: string;
  readonly #parts: string[] = [];
  readonly #definitions: string[] = [];
  readonly #stack: { kept: Kept; matrix: Matrix; dash: readonly number[]; clip: number }[] = [];
  #matrix: Matrix = IDENTITY;
  #dash: readonly number[] = [];
  /** Id of the clipping path that holds now, 0 = none. */
  #clip = 0;
  #path = "";

  /** @param hatching colour of the lines that stand for a pattern */
  constructor(canvas: object, measure: CanvasRenderingContext2D, hatching: string) {
    this.canvas = canvas;
    this.#measure = measure;
    this.#hatching = hatching;
  }

  /** All that was drawn, without its svg element. */
  markup(): string {
    const definitions = this.#definitions.join("");
    return `${definitions === "" ? "" : `<defs>${definitions}</defs>`}${this.#parts.join("\n")}`;
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin } = this;
    const { font, textAlign, textBaseline, globalAlpha } = this;
    const lines = { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin };
    const kept: Kept = { ...lines, font, textAlign, textBaseline, globalAlpha };
    this.#stack.push({ kept, matrix: this.#matrix, dash: this.#dash, clip: this.#clip });
  }

  restore(): void {
    const state = this.#stack.pop();
    if (state === undefined) return;
    Object.assign(this, state.kept);
    this.#matrix = state.matrix;
    this.#dash = state.dash;
    this.#clip = state.clip;
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    this.#matrix = [a, b, c, d, e, f];
  }

  resetTransform(): void {
    this.#matrix = IDENTITY;
  }

  translate(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.#matrix;
    this.#matrix = [a, b, c, d, a * x + c * y + e, b * x + d * y + f];
  }

  rotate(angle: number): void {
    const [a, b, c, d, e, f] = this.#matrix;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.#matrix = [
      a * cos + c * sin,
      b * cos + d * sin,
      c * cos - a * sin,
      d * cos - b * sin,
      e,
      f,
    ];
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = [...dash];
  }

  getLineDash(): number[] {
    return [...this.#dash];
  }

  beginPath(): void {
    this.#path = "";
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${this.#at(x, y)}`;
  }

  lineTo(x: number, y: number): void {
    if (this.#path === "") return this.moveTo(x, y);
    this.#path += `L${this.#at(x, y)}`;
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.#path += `C${this.#at(ax, ay)} ${this.#at(bx, by)} ${this.#at(x, y)}`;
  }

  closePath(): void {
    if (this.#path !== "") this.#path += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }

  arc(x: number, y: number, radius: number, from: number, to: number, isBack = false): void {
    const sign = isBack ? -1 : 1;
    const turn = Math.min(2 * Math.PI, Math.max(0, (to - from) * sign));
    const at = (angle: number): [number, number] => [
      x + radius * Math.cos(angle),
      y + radius * Math.sin(angle),
    ];
    this.lineTo(...at(from));
    // In halves: an arc that ends where it begins would be none.
    for (const share of [0.5, 1]) {
      const end = this.#at(...at(from + sign * turn * share));
      this.#path += `A${short(radius)} ${short(radius)} 0 0 ${isBack ? 0 : 1} ${end}`;
    }
  }

  fill(): void {
    if (this.#path === "") return;
    const paint = this.#paint("fill", this.fillStyle);
    this.#add(`<path d="${this.#path}" ${paint}${this.#clipping()}/>`);
  }

  stroke(): void {
    if (this.#path === "" || this.lineWidth === 0) return;
    this.#add(`<path d="${this.#path}" fill="none" ${this.#line()}${this.#clipping()}/>`);
  }

  clip(): void {
    const id = this.#definitions.length + 1;
    const path = `<path d="${this.#path}"/>`;
    this.#definitions.push(`<clipPath id="clip${id}"${this.#clipping()}>${path}</clipPath>`);
    this.#clip = id;
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.fill();
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.stroke();
  }

  /** Chart.js clears what is empty here. */
  clearRect(): void {
    this.beginPath();
  }

  fillText(text: string, x: number, y: number): void {
    this.#text(text, x, y, this.#paint("fill", this.fillStyle));
  }

  strokeText(text: string, x: number, y: number): void {
    this.#text(text, x, y, `fill="none" ${this.#line()}`);
  }

  measureText(text: string): TextMetrics {
    this.#measure.font = this.font;
    return this.#measure.measureText(text);
  }

  #text(text: string, x: number, y: number, paint: string): void {
    if (text === "") return;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.measureText(text);
    const shift = { top: up, hanging: up, middle: (up - down) / 2, bottom: -down };
    const baseline = y + (shift[this.textBaseline as keyof typeof shift] ?? 0);
    const anchor = { center: "middle", right: "end", end: "end" }[this.textAlign] ?? "start";
    const isTurned = this.#matrix[1] !== 0;
    const place = isTurned
      ? `x="${short(x)}" y="${short(baseline)}" transform="matrix(${this.#matrix.map(short).join(" ")})"`
      : `x="${short(x + this.#matrix[4])}" y="${short(baseline + this.#matrix[5])}"`;
    const element = `<text ${place} text-anchor="${anchor}" ${fontOf(this.font)} ${paint}>${escape(text)}</text>`;
    this.#add(this.#clip === 0 ? element : `<g${this.#clipping()}>${element}</g>`);
  }

  #line(): string {
    const dash = this.#dash.length === 0 ? "" : ` stroke-dasharray="${this.#dash.join(" ")}"`;
    const ends = `stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}"`;
    const paint = this.#paint("stroke", this.strokeStyle);
    return `${paint} stroke-width="${short(this.lineWidth)}" ${ends}${dash}`;
  }

  #paint(what: "fill" | "stroke", style: unknown): string {
    const opacity = this.globalAlpha === 1 ? "" : ` ${what}-opacity="${short(this.globalAlpha)}"`;
    if (typeof style === "string") return `${what}="${escape(style)}"${opacity}`;
    const pattern = `<pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-3 3L3 -3M0 6L6 0M3 9L9 3" stroke="${escape(this.#hatching)}"/></pattern>`;
    if (!this.#definitions.includes(pattern)) this.#definitions.push(pattern);
    return `${what}="url(#hatching)"${opacity}`;
  }

  #clipping(): string {
    return this.#clip === 0 ? "" : ` clip-path="url(#clip${this.#clip})"`;
  }

  #add(part: string): void {
    this.#parts.push(part);
  }

  #at(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.#matrix;
    return `${short(a * x + c * y + e)} ${short(b * x + d * y + f)}`;
  }
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** "600 12px system-ui" -> attributes. */
function fontOf(font: string): string {
  const found = /^(.*?)\s*([\d.]+)px(?:\/\S+)?\s+(.+)$/.exec(font);
  const [, style = "", size = "10", family = "sans-serif"] = found ?? [];
  const weight = /\b(?:[1-9]00|bold)\b/.exec(style)?.[0];
  const weighted = weight === undefined ? "" : ` font-weight="${weight}"`;
  return `font-family="${escape(family)}" font-size="${size}"${weighted}`;
}
