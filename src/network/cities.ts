/**
 * The world's cities as a place for every node: nodes are dealt out by population, and their ids
 * follow a Hilbert curve over the map, so that neighbouring ids are near each other.
 * Source and licence of the data: data/README.md (GeoNames, CC BY 4.0).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../artifacts.js";
import { invariant } from "../errors.js";
import { checkBudget } from "../memory/layout.js";
import { placeVector, type Place } from "./geography.js";
import { hilbertIndex } from "./hilbert.js";
import type { CityPlace } from "./network.js";

export interface City extends Place {
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly population: number;
}

/** Where each of a network's nodes stands. */
export interface Placement {
  /** i16[4 * nodes]: x, y, z by placeVector, and a zero. */
  readonly places: Int16Array;
  /** All cities in the order of the curve. */
  readonly cities: readonly City[];
  /** u32[cities + 1]: city c has the nodes firstNodes[c] .. firstNodes[c + 1] - 1, maybe none. */
  readonly firstNodes: Uint32Array;
}

/** Bytes of a node's place. */
const PLACE_BYTES = 8;
/** The map is cut into 2^15 x 2^15 cells, 1.2 km wide at the equator. */
const MAP_ORDER = 15;
/** geonameid,name,country,population,lat,lon; a name with a comma stands in quotes. */
const CITY_LINE = /^\d+,("(?:[^"]|"")*"|[^,"]*),([A-Z]{2}),(\d+),(-?[\d.]+),(-?[\d.]+)$/;

/** The cities of data/cities.csv, in the order of the curve. */
export function loadCities(): readonly City[] {
  const text = readFileSync(join(packageRoot, "src/network/data/cities.csv"), "utf8");
  const [, ...lines] = text.trimEnd().split("\n");
  return lines
    .map(parseCity)
    .map((city) => ({ city, index: curveIndex(city) }))
    .sort((one, other) => one.index - other.index)
    .map(({ city }) => city);
}

/**
 * Places `nodes` nodes by population.
 * @param nodes 2 .. 2^29
 * @throws InputError when the places would not fit into 4 GiB
 */
export function placesFromCities(nodes: number): Placement {
  checkBudget(nodes * PLACE_BYTES, nodes);
  const cities = loadCities();
  const shares = apportion(
    nodes,
    cities.map((city) => city.population),
  );
  const places = new Int16Array(nodes * 4);
  const firstNodes = new Uint32Array(cities.length + 1);
  cities.forEach((city, index) => {
    const first = firstNodes[index]!;
    const next = first + shares[index]!;
    firstNodes[index + 1] = next;
    const [x, y, z] = placeVector(city);
    for (let node = first; node < next; node++) {
      places[4 * node] = x;
      places[4 * node + 1] = y;
      places[4 * node + 2] = z;
    }
  });
  return { places, cities, firstNodes };
}

/** The cities that have nodes, in the order of the nodes' ids. */
export function inhabitedPlaces({ cities, firstNodes }: Placement): CityPlace[] {
  return cities.flatMap(({ lat, lon }, index) => {
    const nodes = firstNodes[index + 1]! - firstNodes[index]!;
    return nodes === 0 ? [] : [{ lat, lon, nodes }];
  });
}

/** The city in which a node stands. */
export function cityOf({ cities, firstNodes }: Placement, node: number): City {
  let low = 0;
  let high = cities.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (firstNodes[middle]! <= node) low = middle;
    else high = middle - 1;
  }
  return cities[low]!;
}

/**
 * Deals out `seats` in proportion to `weights`, exactly: each gets its quota rounded down, and what
 * is left goes to the largest remainders (Hamilton's method), the heavier first among equals.
 * @param weights whole numbers
 */
export function apportion(seats: number, weights: readonly number[]): number[] {
  // Seats times weight passes 2^53, so quota and remainder are taken in whole numbers.
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const products = weights.map((weight) => BigInt(seats) * BigInt(weight));
  const shares = products.map((product) => Number(product / total));
  const left = seats - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = products
    .map((product, index) => ({ index, remainder: Number(product % total) }))
    .sort(
      (one, other) =>
        other.remainder - one.remainder || weights[other.index]! - weights[one.index]!,
    );
  for (const { index } of byRemainder.slice(0, left)) shares[index]!++;
  return shares;
}

function parseCity(line: string): City {
  const [, name, country, population, lat, lon] = CITY_LINE.exec(line) ?? [];
  invariant(name !== undefined && country !== undefined, `data/cities.csv has a line ${line}`);
  return {
    name: name.replace(/^"|"$/g, "").replaceAll('""', '"'),
    country,
    population: Number(population),
    lat: Number(lat),
    lon: Number(lon),
  };
}

function curveIndex({ lat, lon }: Place): number {
  const cells = 2 ** MAP_ORDER - 1;
  const column = Math.round(((lon + 180) / 360) * cells);
  return hilbertIndex(MAP_ORDER, column, Math.round(((lat + 90) / 180) * cells));
}
