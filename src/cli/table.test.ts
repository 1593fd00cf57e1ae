import { describe, expect, it } from "vitest";
import { renderTable, type Column } from "./table.js";

const columns: readonly Column[] = [
  { title: "name", align: "left" },
  { title: "count", align: "right" },
];

describe("renderTable", () => {
  it("aligns columns and leaves no blanks at line ends", () => {
    const rows = [
      ["push", "5"],
      ["push-pull", "12345"],
    ];
    expect(renderTable(columns, rows)).toBe("name       count\npush           5\npush-pull  12345");
    expect(renderTable([...columns].reverse(), [["5", "push"]])).toBe("count  name\n    5  push");
  });

  it("shortens names until the table fits", () => {
    const text = renderTable(
      columns,
      [
        ["a".repeat(90), "5"],
        ["b", "6"],
      ],
      40,
    );
    const widths = text.split("\n").map((line) => [...line].length);
    expect(Math.max(...widths)).toBe(40);
    expect(text).toContain("a…");
  });
});
