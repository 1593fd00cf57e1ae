/** MetalLB's speakers over memberlist; the portable steps are assembly/protocols/metallb-memberlist.ts. */
import { defineProtocol, type Measures } from "../protocol.js";
import { memberlistModel, memberlistParameters } from "../shared/memberlist.js";
import { swimMeasures, whole } from "../shared/swim.js";

const ADDRESSES_MAX = 32;

const parameters = {
  ...memberlistParameters,
  addresses: whole(
    "addresses of services, each announced by one speaker",
    [16, 1, ADDRESSES_MAX],
    "addresses",
  ),
};

/** Cells behind those of the engine: how many speakers announce each address. */
const FIRST_OWNERS = swimMeasures.cells.length;
const ADDRESSES = Object.keys(parameters).indexOf("addresses");

const measures: Measures = {
  cells: [
    ...swimMeasures.cells,
    ...Array.from({ length: ADDRESSES_MAX }, (_, address) => ({
      ...{ name: `owners${address}`, combine: "sum" as const },
    })),
  ],
  derive(cells, first, settings) {
    const count = settings.parameters[ADDRESSES] ?? 0;
    const owners = cells.slice(FIRST_OWNERS, FIRST_OWNERS + count);
    return {
      ...swimMeasures.derive(cells, first, settings),
      unownedAddresses: owners.filter((speakers) => speakers === 0).length,
      doublyOwnedAddresses: owners.filter((speakers) => speakers > 1).length,
    };
  },
  summary(series) {
    const steps = (name: string): number =>
      (series[name] ?? []).reduce((sum, addresses) => sum + addresses, 0);
    const longest = (name: string): number => {
      let [run, most] = [0, 0];
      for (const addresses of series[name] ?? []) {
        run = addresses > 0 ? run + 1 : 0;
        most = Math.max(most, run);
      }
      return most;
    };
    return {
      ...swimMeasures.summary(series),
      unownedAddressSteps: steps("unownedAddresses"),
      doublyOwnedAddressSteps: steps("doublyOwnedAddresses"),
      unownedStepsMax: longest("unownedAddresses"),
      doublyOwnedStepsMax: longest("doublyOwnedAddresses"),
    };
  },
};

export const metallbMemberlist = defineProtocol({
  id: "metallb-memberlist",
  title: "MetalLB speakers (memberlist)",
  summary: "each address is announced by the first live speaker of its order; nobody elects",
  source: "MetalLB, layer 2 mode; hashicorp/memberlist",
  symbol: "metallbMemberlist",
  parameters,
  measures,
  ...memberlistModel,
});
