/** Placement by population: exact shares, order on the map, and every node in its city. */
import { describe, expect, it } from "vitest";
import { apportion, cityOf, loadCities, placesFromCities } from "./cities.js";
import { haversineKm, placeVector } from "./geography.js";

describe("loadCities", () => {
  const cities = loadCities();

  it("reads every city of the data, quoted names too", () => {
    expect(cities.length).toBe(4442);
    expect(cities.find((city) => city.name === "Shanghai")).toEqual({
      name: "Shanghai",
      country: "CN",
      population: 22_315_474,
      lat: 31.2222,
      lon: 121.4581,
    });
    expect(cities.some((city) => city.name === "Washington, D.C.")).toBe(true);
    for (const { lat, lon, population } of cities) {
      expect(Math.abs(lat)).toBeLessThan(90);
      expect(Math.abs(lon)).toBeLessThanOrEqual(180);
      expect(population).toBeGreaterThanOrEqual(100_000);
    }
  });

  it("orders them so that neighbours are near: far shorter steps than by population", () => {
    const length = (list: typeof cities): number =>
      list.slice(1).reduce((sum, city, index) => sum + haversineKm(list[index]!, city), 0);
    const byPopulation = [...cities].sort((one, other) => other.population - one.population);
    expect(length(cities)).toBeLessThan(length(byPopulation) / 20);
  });
});

describe("apportion", () => {
  it("is Hamilton's method", () => {
    // Quotas 6.63, 2.21, 1.16; the seat left goes to the remainder .63.
    expect(apportion(10, [57, 19, 10])).toEqual([7, 2, 1]);
    expect(apportion(2, [1, 5, 4])).toEqual([0, 1, 1]);
    expect(apportion(1, [3, 3])).toEqual([1, 0]);
    expect(apportion(0, [3, 3])).toEqual([0, 0]);
  });

  it("stays exact where seats times weight pass 2^53", () => {
    const shares = apportion(4_000_000_000, [22_000_000, 22_000_001, 1]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(4_000_000_000);
    expect(shares[2]).toBe(91);
  });
});

describe.each([2, 3, 1000, 62_586, 1_000_000])("placesFromCities(%i)", (nodes) => {
  const placement = placesFromCities(nodes);
  const { cities, firstNodes, places } = placement;

  it("gives each city its share, to within one node", () => {
    const population = cities.reduce((sum, city) => sum + city.population, 0);
    expect(firstNodes[cities.length]).toBe(nodes);
    cities.forEach((city, index) => {
      const share = firstNodes[index + 1]! - firstNodes[index]!;
      expect(Math.abs(share - (nodes * city.population) / population)).toBeLessThan(1);
    });
  });

  it("puts each node where its city stands", () => {
    for (let node = 0; node < nodes; node += Math.ceil(nodes / 997)) {
      const city = cityOf(placement, node);
      expect([...places.subarray(4 * node, 4 * node + 4)]).toEqual([...placeVector(city), 0]);
    }
  });
});

describe("cityOf", () => {
  it("names the cities of the first and last node of each", () => {
    const placement = placesFromCities(1000);
    const { cities, firstNodes } = placement;
    cities.forEach((city, index) => {
      if (firstNodes[index] === firstNodes[index + 1]) return;
      expect(cityOf(placement, firstNodes[index]!)).toBe(city);
      expect(cityOf(placement, firstNodes[index + 1]! - 1)).toBe(city);
    });
  });

  it("gives the largest cities to the smallest networks", () => {
    const placement = placesFromCities(2);
    const names = [cityOf(placement, 0).name, cityOf(placement, 1).name];
    expect(new Set(names)).toEqual(new Set(["Shanghai", "Istanbul"]));
  });
});

describe("memory", () => {
  it("is stated before places of too many nodes are allocated", () => {
    expect(() => placesFromCities(1e9)).toThrow(/^needs 7.45 GiB at 1e9 nodes; 4 GiB/);
  });
});
