/** The places of nodes, packed for the record; the layout is that of pictureSchema.places. */
import { deflateRawSync } from "node:zlib";
import type { Picture } from "../history/record.js";
import type { CityPlace } from "../network/network.js";

const HUNDREDTHS = 100;

export function packPlaces(places: readonly CityPlace[] | undefined): Pick<Picture, "places"> {
  if (places === undefined) return {};
  const bytes = new DataView(new ArrayBuffer(8 * places.length));
  places.forEach(({ lat, lon, nodes }, index) => {
    bytes.setUint32(4 * index, nodes, true);
    bytes.setInt16(4 * places.length + 2 * index, Math.round(lat * HUNDREDTHS), true);
    bytes.setInt16(6 * places.length + 2 * index, Math.round(lon * HUNDREDTHS), true);
  });
  const packed = deflateRawSync(new Uint8Array(bytes.buffer), { level: 9 });
  return { places: packed.toString("base64") };
}
