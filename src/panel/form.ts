/** The controls: protocol, its parameters, nodes, loss and seed; and the command that says the same. */
import type { RunRecord } from "../history/record.js";
import type { ParameterSpec, Protocol } from "../protocols/protocol.js";
import { escape } from "../report/escape.js";
import { PANEL_NODES_MAX, panelProtocols, type PanelSettings } from "./trial.js";

const SEED_MAX = 0xffffffff;
const LOSS_MAX = 0.99;

export interface Form {
  /** undefined where a value is out of range; the browser then says which. */
  read(): PanelSettings | undefined;
  onRun(callback: () => void): void;
  setBusy(busy: boolean): void;
}

/** @param start settings that the page opens with */
export function mountForm(form: HTMLFormElement, start: PanelSettings): Form {
  const options = panelProtocols.map(
    ({ id, title }) =>
      `<option value="${id}">${escape(title.toLowerCase() === id ? id : `${id}: ${title}`)}</option>`,
  );
  field("controls").innerHTML = `<div class="try-fields">
<p class="wide"><label for="try-protocol">Protocol</label> <select id="try-protocol">${options.join("")}</select></p>
${numberField("nodes", "Nodes", { min: 2, max: PANEL_NODES_MAX, step: "1", value: start.nodes })}
${numberField("loss", "Messages lost, share", { min: 0, max: LOSS_MAX, step: "any", value: start.lossRatio })}
${numberField("seed", "Seed", { min: 0, max: SEED_MAX, step: "1", value: start.seed })}
</div>
<fieldset id="try-parameters"></fieldset>`;
  const protocolSelect = field<HTMLSelectElement>("protocol");
  const chosen = (): Protocol => panelProtocols.find(({ id }) => id === protocolSelect.value)!;
  const showParameters = (values: Readonly<Record<string, number>>): void => {
    const { parameters, summary } = chosen();
    const fields = Object.entries(parameters).map(([name, spec]) =>
      parameterField(name, spec, values[name] ?? spec.default),
    );
    document.getElementById("try-parameters")!.innerHTML =
      `<legend>${escape(summary)}</legend>${fields.join("\n")}`;
  };
  protocolSelect.value = start.protocol.id;
  showParameters(start.parameters);
  protocolSelect.addEventListener("change", () => showParameters({}));
  return {
    read: () => (form.reportValidity() ? readSettings(chosen()) : undefined),
    onRun(callback) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        callback();
      });
    },
    setBusy(busy) {
      const button = field<HTMLButtonElement>("run");
      button.disabled = busy;
      button.textContent = busy ? "Running …" : "Run in this browser";
    },
  };
}

function readSettings(protocol: Protocol): PanelSettings {
  const number = (name: string): number => Number(field<HTMLInputElement>(name).value);
  const names = Object.keys(protocol.parameters);
  return {
    protocol,
    parameters: Object.fromEntries(names.map((name) => [name, number(`set-${name}`)])),
    nodes: number("nodes"),
    lossRatio: number("loss"),
    seed: number("seed"),
  };
}

function field<E extends HTMLElement>(name: string): E {
  return document.getElementById(`try-${name}`) as E;
}

interface NumberField {
  readonly min: number;
  readonly max: number;
  readonly step: "1" | "any";
  readonly value: number;
  /** Said where the pointer rests. */
  readonly hint?: string;
}

function numberField(name: string, label: string, given: NumberField): string {
  const { min, max, step, value, hint } = given;
  const title = hint === undefined ? "" : ` title="${escape(hint)}"`;
  return `<p><label for="try-${name}">${escape(label)}</label> <input type="number" id="try-${name}" required min="${min}" max="${max}" step="${step}" value="${value}"${title}></p>`;
}

function parameterField(name: string, spec: ParameterSpec, value: number): string {
  const { description, min, max, integer, unit, choices } = spec;
  if (choices === undefined) {
    const step = integer ? "1" : "any";
    const label = unit === "" ? name : `${name}, ${unit}`;
    return numberField(`set-${name}`, label, { min, max, step, value, hint: description });
  }
  const options = choices.map(
    (choice, index) =>
      `<option value="${index}"${index === value ? " selected" : ""}>${escape(choice)}</option>`,
  );
  return `<p><label for="try-set-${name}">${escape(name)}</label> <select id="try-set-${name}" title="${escape(description)}">${options.join("")}</select></p>`;
}

/** What to type to get the same digest; what has its default is left out. */
export function commandOf({ protocol, parameters, nodes, lossRatio, seed }: PanelSettings): string {
  const sets = Object.entries(protocol.parameters).flatMap(([name, spec]) => {
    const value = parameters[name]!;
    return value === spec.default ? [] : [`--set ${name}=${spec.choices?.[value] ?? value}`];
  });
  return [
    `hearsay run ${protocol.id} --nodes ${nodes} --seed ${seed} --trials 1`,
    ...sets,
    ...(lossRatio === 0 ? [] : [`--loss ${lossRatio}`]),
  ].join(" ");
}

/** The settings of the first run that can be repeated here, else a push at 100,000 nodes. */
export function startSettings(records: readonly RunRecord[]): PanelSettings {
  const record = records.find(
    (each) => each.scenario.nodes <= PANEL_NODES_MAX && protocolHere(each) !== undefined,
  );
  const protocol = record === undefined ? panelProtocols[0]! : protocolHere(record)!;
  const { nodes = 100_000, seed = 1, network = {}, parameters = {} } = record?.scenario ?? {};
  const values = Object.entries(protocol.parameters).map(([name, spec]) => {
    const value = parameters[name];
    return [name, typeof value === "number" ? value : spec.default] as const;
  });
  return {
    protocol,
    parameters: Object.fromEntries(values),
    nodes,
    lossRatio: Number(network["lossRatio"] ?? 0),
    seed,
  };
}

/** The protocol of a record that was run as this page can: on the complete graph, by rounds. */
export function protocolHere({ scenario }: RunRecord): Protocol | undefined {
  const { topology, latency, lossRatio: _, ...rest } = scenario.network;
  const isPlain = topology === "complete" && latency === "round" && Object.keys(rest).length === 0;
  if (!isPlain || scenario.clock.kind !== "round") return undefined;
  return panelProtocols.find(({ id }) => id === scenario.protocol);
}
