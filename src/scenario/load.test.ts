import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { loadSuite } from "./load.js";
import { parseSettings, pathText, scenarioJsonSchema } from "./schema.js";

const folder = mkdtempSync(join(tmpdir(), "hearsay-load-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The one-line message of the InputError that loading ends in, without the folder's name. */
async function refusal(name: string, text: string): Promise<string> {
  try {
    await loadSuite(file(name, text));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as InputError;
    expect(message).not.toContain("\n");
    return message.replaceAll(`${folder}/`, "");
  }
  throw new Error(`${name} was accepted`);
}

describe("loadSuite", () => {
  it("reads the same scenario from YAML, JSON, TypeScript and JavaScript", async () => {
    const expected = { name: "a", protocol: "push", nodes: 1e6, parameters: { fanout: 2 } };
    const json = JSON.stringify(expected);
    const texts = {
      "a.yaml": "name: a\nprotocol: push\nnodes: 1e6\nparameters: { fanout: 2 }\n",
      "a.json": json.replace("1000000", "1e6"),
      "a.mjs": `export default ${json};`,
      "a.ts": `const a: { readonly name: string } = ${json};\nexport default a;`,
    };
    for (const [name, text] of Object.entries(texts)) {
      const suite = await loadSuite(file(name, text));
      expect(suite.name).toBe("a");
      expect(suite.scenarios.map(({ settings }) => settings)).toEqual([expected]);
    }
  });

  it("names fields of a YAML file by file, line and path", async () => {
    const text =
      "title: Two\nscenarios:\n  - { name: a, protocol: push }\n  - name: b\n    protocol: pull\n";
    const suite = await loadSuite(file("two.yaml", text));
    expect(suite.name).toBe("two");
    expect(suite.title).toBe("Two");
    const label = suite.scenarios[1]!.label("protocol").replace(`${folder}/`, "");
    expect(label).toBe("two.yaml:5: scenarios[1].protocol");
    // A field that is not there stands where its mapping stands.
    expect(suite.scenarios[1]!.label("nodes").replace(`${folder}/`, "")).toBe(
      "two.yaml:4: scenarios[1].nodes",
    );
  });

  it("finds an edge list beside the scenario file", async () => {
    mkdirSync(join(folder, "deep"), { recursive: true });
    const text = "name: a\nprotocol: push\nnetwork: { topology: file, file: edges.txt }\n";
    const suite = await loadSuite(file("deep/a.yaml", text));
    const expected = relative(process.cwd(), join(folder, "deep", "edges.txt"));
    expect(suite.scenarios[0]!.settings.network?.file).toBe(expected);
  });

  it.each([
    [
      "a.yaml",
      "name: a\nprotocol: push\nnodez: 5\n",
      /^a\.yaml:3: nodez is not a field; .*did you mean nodes\?$/,
    ],
    [
      "b.yaml",
      "name: a\nprotocol: push\nnetwork:\n  degre: 5\n",
      /^b\.yaml:4: network\.degre .*did you mean degree\?$/,
    ],
    [
      "c.yaml",
      "name: a\nprotocol: push\nnodes: 1\n",
      /^c\.yaml:3: nodes must be a whole number from 2 to 4294967294, got 1$/,
    ],
    [
      "d.yaml",
      "name: a\nprotocol: push\nnodes: .nan\n",
      /nodes must be a whole number .* got NaN$/,
    ],
    ["e.yaml", "name: a\nprotocol: push\nnodes: 1e12\n", /nodes must be .*, got 1000000000000$/],
    ["f.yaml", "name: a\nprotocol: push\nnodes: [5\n", /^f\.yaml:4:1: /],
    [
      "g.yaml",
      "name: a\nprotocol: push\nclock: { kind: evnt }\n",
      /^g\.yaml:3: clock\.kind must be one of round, event, got "evnt"; did you mean event\?$/,
    ],
    ["h.yaml", "name: a\nprotocol: push\nobserve: 3\n", /observe must be true or false, got 3$/],
    [
      "i.yaml",
      "name: a\nprotocol: push\nparameters: { fanout: [1] }\n",
      /parameters\.fanout must be a number or the name of a choice, got a list$/,
    ],
    ["j.yaml", "protocol: push\n", /^j\.yaml: name is missing$/],
    [
      "k.yaml",
      "name: A b\nprotocol: push\n",
      /name must be 1 to 64 of a-z, 0-9 and "-", .*got "A b"$/,
    ],
    ["l.yaml", "scenarios: []\n", /scenarios must hold 1 or more, got an empty list$/],
    [
      "m.yaml",
      "scenarios:\n - { name: a, protocol: push }\n - { name: a, protocol: pull }\n",
      /^m\.yaml:3: scenarios\[1\]\.name must differ .*got "a"$/,
    ],
    ["n.yaml", "", /^n\.yaml: the file must be a mapping of fields, got null$/],
    ["o.yaml", "a: &a [x]\nname: *b\n", /^o\.yaml/],
    ["p.json", '{ "name": "a", }', /^p\.json is not valid JSON: .*line 1 column 16/],
    ["r.mjs", "export const a = 1;\n", /^r\.mjs must have a default export/],
    ["s.mjs", "throw new Error('two\\nlines');\n", /^s\.mjs cannot be loaded: two$/],
    ["t.txt", "name: a\n", /^t\.txt must be a scenario file ending in \.yaml/],
    [
      "u.yaml",
      "name: a\nprotocol: push\nnetwork: { latency: city }\n",
      /^u\.yaml:3: network\.latency must be one of round, .*, cities, got "city"/,
    ],
  ])("refuses %s", async (name, text, message) => {
    expect(await refusal(name, text)).toMatch(message);
  });

  it("refuses a file that is not there and a folder", async () => {
    await expect(loadSuite(join(folder, "gone.yaml"))).rejects.toThrow(/cannot be read: no such/);
    mkdirSync(join(folder, "is.yaml"));
    await expect(loadSuite(join(folder, "is.yaml"))).rejects.toThrow(/cannot be read: it is a fol/);
  });
});

describe("the schema", () => {
  it("exports a JSON Schema with ranges and no unknown fields", () => {
    const text = JSON.stringify(scenarioJsonSchema());
    expect(text).toContain('"minimum":2,"maximum":4294967294');
    expect(text).toContain('"additionalProperties":false');
    expect(text).toContain('"small-world"');
  });

  it("takes what YAML and JSON can write and keeps it", () => {
    const settings = { name: "a", protocol: "push", clock: { kind: "event", periodMs: 0.5 } };
    expect(parseSettings(settings, pathText).scenarios).toEqual([settings]);
  });
});
