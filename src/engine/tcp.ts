/** What loss costs messages over TCP, as assembly/runtime/tcp.ts plays it: first timeout, longest and mean wait. */
import { RESENDS_MAX } from "../../assembly/runtime/context.js";
import type { TrialSettings } from "./settings.js";

/** Shortest timeout of Linux (TCP_RTO_MIN, include/net/tcp.h): round trips here are below it. */
const FIRST_MS = 200;

/** In ticks; 0 where nothing is sent again. */
export interface Resends {
  readonly first: number;
  readonly longest: number;
  readonly mean: number;
}

export function planResends({ protocol, network, clock }: TrialSettings): Resends {
  const { lossRatio } = network;
  if (protocol.overTcp !== true || clock.kind === "round" || lossRatio === 0) {
    return { first: 0, longest: 0, mean: 0 };
  }
  const first = Math.max(1, Math.round(FIRST_MS / clock.tickMs));
  const waits = Array.from({ length: RESENDS_MAX }, (_, resend) => first * 2 ** resend);
  return {
    first,
    longest: waits.reduce((sum, wait) => sum + wait),
    mean: waits.reduce((sum, wait, resend) => sum + wait * lossRatio ** (resend + 1), 0),
  };
}
