/** Colours of the page as the style sheet has them now: light, dark or print. */

export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly paper: string;
  readonly accent: string;
  readonly tint: string;
  /** One per series style, see COLOURS in chart.ts. */
  readonly series: readonly string[];
  readonly font: string;
}

export function readTheme(colours: number): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: value("ink"),
    muted: value("muted"),
    rule: value("rule"),
    paper: value("paper"),
    accent: value("accent"),
    tint: value("tint"),
    series: Array.from({ length: colours }, (_, index) => value(`series-${index}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Calls back when the colours change: dark mode switched, printing begun or ended. */
export function onThemeChange(callback: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
  const setPrinting = (on: boolean) => (): void => {
    document.documentElement.classList.toggle("printing", on);
    callback();
  };
  addEventListener("beforeprint", setPrinting(true));
  addEventListener("afterprint", setPrinting(false));
}

/** A colour `#rrggbb` made transparent. */
export function faded(colour: string, opacity: number): string {
  const byte = Math.round(opacity * 255);
  return `${colour}${byte.toString(16).padStart(2, "0")}`;
}
