/** Distances and delays: known pairs, the table against the formula, and light as the floor. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../artifacts.js";
import { loadCities } from "./cities.js";
import {
  CITIES_PRESETS,
  DELAY_TABLE_LENGTH,
  FIBRE_KM_PER_MS,
  INFLATION_LENGTH,
  PLACE_SCALE,
  checkPreset,
  delayMsAt,
  distanceLatency,
  dotIndex,
  haversineKm,
  placeVector,
} from "./geography.js";

const NO_PLACES = new Int16Array(0);

function dot(one: readonly number[], other: readonly number[]): number {
  return one[0]! * other[0]! + one[1]! * other[1]! + one[2]! * other[2]!;
}

describe("haversineKm", () => {
  it.each([
    // Airport pairs as great-circle calculators state them on a sphere of 6,371 km.
    ["Nashville to Los Angeles", 36.12, -86.67, 33.94, -118.4, 2886.4],
    ["London to Paris", 51.5074, -0.1278, 48.8566, 2.3522, 343.6],
    ["a quarter of a meridian", 0, 10, 90, 10, (6371 * Math.PI) / 2],
    ["antipodes", 30, 40, -30, -140, 6371 * Math.PI],
    ["over the date line", 0, 179.5, 0, -179.5, (6371 * Math.PI) / 180],
    ["nowhere", 12, 34, 12, 34, 0],
  ])("%s", (_name, latA, lonA, latB, lonB, km) => {
    const measured = haversineKm({ lat: latA, lon: lonA }, { lat: latB, lon: lonB });
    expect(Math.abs(measured - km)).toBeLessThan(1);
  });
});

describe("placeVector", () => {
  const cities = loadCities();

  it("stays within a ball of 2^14 and within 1 km of the place", () => {
    for (const city of cities) {
      const [x, y, z] = placeVector(city);
      const length = Math.hypot(x, y, z);
      expect(length).toBeLessThanOrEqual(PLACE_SCALE);
      const back = { lat: degrees(Math.asin(z / length)), lon: degrees(Math.atan2(y, x)) };
      expect(haversineKm(city, back)).toBeLessThan(1);
    }
  });

  it("keeps every dot product in the table, poles and antipodes included", () => {
    const corners = [
      { lat: 90, lon: 0 },
      { lat: -90, lon: 0 },
      { lat: 0, lon: 180 },
      { lat: 0, lon: -180 },
      ...cities.slice(0, 300),
      ...cities.slice(0, 300).map(({ lat, lon }) => ({ lat: -lat, lon: lon - 180 })),
    ].map(placeVector);
    let highest = 0;
    for (const one of corners) {
      for (const other of corners) highest = Math.max(highest, dotIndex(dot(one, other)));
    }
    expect(highest).toBe(DELAY_TABLE_LENGTH - 1);
    expect(dotIndex(dot(corners[0]!, corners[1]!))).toBe(0);
    expect(dotIndex(dot(corners[0]!, corners[0]!))).toBe(DELAY_TABLE_LENGTH - 1);
  });
});

describe.each(CITIES_PRESETS)("preset %s", (preset) => {
  const { delayMsByDot, inflation } = distanceLatency(preset, NO_PLACES);
  const cities = loadCities().filter((_, index) => index % 9 === 0);
  const vectors = cities.map(placeVector);
  // The slope of the formula, in one-way ms per ms of light in fibre.
  const k = (delayMsAt(preset, 10_000) - delayMsAt(preset, 0)) / (10_000 / FIBRE_KM_PER_MS);

  it("looks up what the formula says, to within the stated error, never below light", () => {
    for (let one = 0; one < cities.length; one++) {
      for (let other = one; other < cities.length; other++) {
        const km = haversineKm(cities[one]!, cities[other]!);
        const delayMs = delayMsByDot[dotIndex(dot(vectors[one]!, vectors[other]!))]!;
        const error = Math.abs(delayMs - delayMsAt(preset, km));
        const allowed = km > 1500 && km < 18_500 ? 0.02 : 0.3;
        if (error > k * allowed) expect.fail(`${error} ms off at ${km} km`);
        const fastest = delayMs * inflation[0]!;
        if (fastest < km / FIBRE_KM_PER_MS) expect.fail(`${fastest} ms at ${km} km`);
      }
    }
  });

  it("falls with the dot product and has factors that ascend around 1", () => {
    expect(delayMsByDot.length).toBe(DELAY_TABLE_LENGTH);
    for (let index = 1; index < DELAY_TABLE_LENGTH; index++) {
      expect(delayMsByDot[index]).toBeLessThan(delayMsByDot[index - 1]!);
    }
    expect(inflation.length).toBe(INFLATION_LENGTH);
    expect(inflation.every((factor, i) => i === 0 || factor >= inflation[i - 1]!)).toBe(true);
    expect(Math.sqrt(inflation[127]! * inflation[128]!)).toBeCloseTo(1, 9);
  });
});

describe("presets", () => {
  it("are the documented formulas", () => {
    expect(delayMsAt("published", 1000)).toBeCloseTo(5 + 2100 / 199.86, 9);
    expect(delayMsAt("cloud", 1000)).toBeCloseTo(6.2 + 1580 / 199.86, 9);
    expect(delayMsAt("public", 1000)).toBeCloseTo(23.9 + 1700 / 199.86, 9);
  });

  it("have names", () => {
    expect(checkPreset("network.citiesPreset", "cloud")).toBe("cloud");
    expect(() => checkPreset("network.citiesPreset", "clout")).toThrow(
      'network.citiesPreset must be one of published, cloud, public, got "clout"; did you mean cloud?',
    );
  });
});

const azure = join(packageRoot, "../shared/data/azure-region-rtt/regions.csv");
const present = existsSync(azure);
if (!present)
  console.log("cloud preset against Azure skipped: no ../shared/data beside the checkout");

describe.skipIf(!present)("preset cloud over the 29 Azure regions", () => {
  it("has the measured spread of RTT over the light floor: p10 1.43, p50 1.86, p90 2.92", () => {
    const [, ...lines] = readFileSync(azure, "utf8").trim().split("\n");
    const regions = lines.map((line) => {
      const columns = line.split(",");
      return { lat: Number(columns.at(-2)), lon: Number(columns.at(-1)) };
    });
    const { delayMsByDot, inflation } = distanceLatency("cloud", NO_PLACES);
    const ratios: number[] = [];
    regions.forEach((one, index) => {
      for (const other of regions.slice(index + 1)) {
        const delay = delayMsByDot[dotIndex(dot(placeVector(one), placeVector(other)))]!;
        const floor = haversineKm(one, other) / FIBRE_KM_PER_MS;
        if (floor > 0) ratios.push(...Array.from(inflation, (factor) => (delay * factor) / floor));
      }
    });
    ratios.sort((one, other) => one - other);
    const quantile = (probability: number): number =>
      ratios[Math.floor(probability * ratios.length)]!;
    expect(Math.abs(quantile(0.1) / 1.43 - 1)).toBeLessThan(0.12);
    expect(Math.abs(quantile(0.5) / 1.86 - 1)).toBeLessThan(0.05);
    expect(Math.abs(quantile(0.9) / 2.92 - 1)).toBeLessThan(0.08);
  });
});

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
