/**
 * Delay from distance: places are unit vectors in 16-bit integers, the dot product of two of them
 * looks up the delay. RTT = intercept + k * 2 d / (light in fibre), one way is half of it, and each
 * pair of nodes has its own factor of route inflation. Nothing is faster than light on a straight
 * fibre.
 */
import { checkChoice } from "../check.js";
import type { Latency } from "./network.js";
import { normalQuantile } from "./latency.js";

export interface Place {
  /** Degrees north, -90 .. 90. */
  readonly lat: number;
  /** Degrees east, -180 .. 180. */
  readonly lon: number;
}

export const EARTH_RADIUS_KM = 6371;
/** Light in fibre, two thirds of c. */
export const FIBRE_KM_PER_MS = 199.86;

interface DistanceModel {
  /** RTT at distance 0. */
  readonly interceptMs: number;
  /** Route length over great circle, k. */
  readonly routeFactor: number;
  /** Spread of ln(RTT / modelled RTT) over pairs: the log-normal sigma of the inflation. */
  readonly inflationSigma: number;
}

/**
 * `published`: k from Bozkurt et al. 2018, Dissecting Latency in the Internet's Fiber
 * Infrastructure, which gives no spread; 5 ms of last mile at either end (fibre to the home, 2-5).
 * `cloud`: least absolute deviations over 406 pairs of 29 Azure regions, July 2026.
 * `public`: the same over 4,423 pairs of countries, RIPE Atlas, March and April 2025.
 * The sigmas are ln(p90 / p10) / 2.563 of measured RTT over modelled RTT in the same data:
 * 0.81 .. 1.50 for cloud, 0.65 .. 1.65 for public.
 */
const MODELS = {
  published: { interceptMs: 10, routeFactor: 2.1, inflationSigma: 0 },
  cloud: { interceptMs: 12.4, routeFactor: 1.58, inflationSigma: 0.24 },
  public: { interceptMs: 47.8, routeFactor: 1.7, inflationSigma: 0.36 },
} as const satisfies Record<string, DistanceModel>;

export type CitiesPreset = keyof typeof MODELS;
export const CITIES_PRESETS = Object.keys(MODELS) as readonly CitiesPreset[];

/** Length of a place's vector: dot products then lie in -2^28 .. 2^28. */
export const PLACE_SCALE = 16_384;
/** Entries of the table by dot product: one per 2^15, and one for 2^28 itself. */
export const DELAY_TABLE_LENGTH = 16_385;
export const INFLATION_LENGTH = 256;
/** Rounding moves a place by less than this (measured: 0.65 km at most over all cities). */
const PLACE_ERROR_KM = 1;

/** Great-circle distance, by the haversine formula. */
export function haversineKm(from: Place, to: Place): number {
  const latitudes = radians(to.lat - from.lat) / 2;
  const longitudes = radians(to.lon - from.lon) / 2;
  const h =
    Math.sin(latitudes) ** 2 +
    Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(longitudes) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * A place as x, y, z of length PLACE_SCALE in whole numbers: of the eight corners around the exact
 * point the longest that is not too long. So no dot product leaves -2^28 .. 2^28, and the table
 * needs no clamp.
 */
export function placeVector({ lat, lon }: Place): readonly [number, number, number] {
  const exact = [
    PLACE_SCALE * Math.cos(radians(lat)) * Math.cos(radians(lon)),
    PLACE_SCALE * Math.cos(radians(lat)) * Math.sin(radians(lon)),
    PLACE_SCALE * Math.sin(radians(lat)),
  ] as const;
  let best: readonly [number, number, number] = [0, 0, 0];
  let bestLength = 0;
  for (let corner = 0; corner < 8; corner++) {
    const x = Math.floor(exact[0]) + (corner & 1);
    const y = Math.floor(exact[1]) + ((corner >> 1) & 1);
    const z = Math.floor(exact[2]) + (corner >> 2);
    const length = x * x + y * y + z * z;
    if (length > bestLength && length <= PLACE_SCALE ** 2) {
      best = [x, y, z];
      bestLength = length;
    }
  }
  return best;
}

/** Index into delayMsByDot for two vectors of placeVector; exact in 32-bit integers. */
export function dotIndex(dot: number): number {
  return (dot + PLACE_SCALE ** 2) >>> 15;
}

/**
 * Latency of kind "distance" over `places`. The table holds the delay at the middle of the
 * distances that share an entry: off by at most k * 0.3 ms (60 km) below 100 km and near the
 * antipode, where entries are widest, and by less than k * 0.02 ms between 1,500 and 18,500 km.
 * The factors' median is 1; they are cut off below so that no delay undercuts the light floor.
 * @param places i16[4 * nodes], kept, not copied
 */
export function distanceLatency(
  preset: CitiesPreset,
  places: Int16Array,
): Extract<Latency, { kind: "distance" }> {
  const model: DistanceModel = MODELS[preset];
  const delayMsByDot = new Float64Array(DELAY_TABLE_LENGTH);
  let least = 0;
  for (let index = 0; index < DELAY_TABLE_LENGTH; index++) {
    const { nearKm, farKm } = distancesAt(index);
    const delayMs = oneWayMs(model, (nearKm + farKm) / 2);
    delayMsByDot[index] = delayMs;
    const floorMs = (farKm + 2 * PLACE_ERROR_KM) / FIBRE_KM_PER_MS;
    least = Math.max(least, floorMs / delayMs);
  }
  const inflation = new Float64Array(INFLATION_LENGTH);
  for (let step = 0; step < INFLATION_LENGTH; step++) {
    const z = normalQuantile((step + 0.5) / INFLATION_LENGTH);
    inflation[step] = Math.max(least, Math.exp(model.inflationSigma * z));
  }
  return { kind: "distance", places, delayMsByDot, inflation };
}

/** One-way delay of a preset at a distance, before route inflation. */
export function delayMsAt(preset: CitiesPreset, km: number): number {
  return oneWayMs(MODELS[preset], km);
}

/** @throws InputError naming `field` when `name` is no preset. */
export function checkPreset(field: string, name: string): CitiesPreset {
  return checkChoice(field, name, CITIES_PRESETS);
}

function oneWayMs({ interceptMs, routeFactor }: DistanceModel, km: number): number {
  return interceptMs / 2 + (routeFactor * km) / FIBRE_KM_PER_MS;
}

/** Nearest and farthest distance whose exact dot product falls into entry `index`. */
function distancesAt(index: number): { nearKm: number; farKm: number } {
  const cosine = index / 8192 - 1;
  return {
    nearKm: EARTH_RADIUS_KM * Math.acos(Math.min(1, cosine + 1 / 8192)),
    farKm: EARTH_RADIUS_KM * Math.acos(cosine),
  };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
