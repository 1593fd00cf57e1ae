/**
 * Overlays by name: the protocols with their defaults, and the three corners of the generic framework
 * (Jelasity et al. 2007, section 4): blind, healer and swapper.
 */
import type { PeerSamplingOptions } from "./options.js";

type WithoutNodes<T> = T extends unknown
  ? Omit<T, "nodes" | "nodesMax" | "seed" | "backend">
  : never;

export type OverlaySettings = WithoutNodes<PeerSamplingOptions>;

const corner = (healer: number, swapper: number): OverlaySettings => ({
  ...{ protocol: "framework", view: 30, peerSelection: "rand", exchange: "push-pull" },
  ...{ healer, swapper, timeout: "keep" },
});

export const OVERLAYS = {
  cyclon: { protocol: "cyclon" },
  newscast: { protocol: "newscast" },
  scamp: { protocol: "scamp" },
  hyparview: { protocol: "hyparview" },
  "framework-blind": corner(0, 0),
  "framework-healer": corner(15, 0),
  "framework-swapper": corner(0, 15),
} as const satisfies Record<string, OverlaySettings>;

export type OverlayName = keyof typeof OVERLAYS;

export const OVERLAY_NAMES = Object.keys(OVERLAYS) as readonly OverlayName[];
